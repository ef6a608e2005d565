"""The options of `veil serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file", help="the secret key of this service; created if missing; by default a new one for each start"
    ),
]

Host = Annotated[str, typer.Option(help="the address to listen on")]
Port = Annotated[int, typer.Option("-p", "--port", min=0, max=65535, help="the port; 0 chooses a free one")]
Workers = Annotated[int, typer.Option("-w", "--workers", min=1, help="processes that answer requests")]
Local = Annotated[bool, typer.Option("--local", help="requests from this machine need no token")]
DataFolder = Annotated[
    str,
    typer.Option(
        "--data",
        help="a folder for users, jobs and encrypted files: starts the web portal; postgresql://... for several nodes",
    ),
]
ObjectsPlace = Annotated[
    str,
    typer.Option(
        "--objects", help="where to store encrypted files: s3://BUCKET/PREFIX or a folder; by default in --data"
    ),
]
Keep = Annotated[float, typer.Option("--keep", min=0.01, max=72, help="hours until a result is deleted")]
JobWorkers = Annotated[int, typer.Option("--job-workers", min=1, help="processes that run jobs")]
MemoryFolder = Annotated[
    Path | None,
    typer.Option("--memory-folder", help="a folder in memory (tmpfs) for running jobs; by default in /dev/shm"),
]
Keyring = Annotated[
    Path | None,
    typer.Option(
        "--keyring", help="use this keyring for all jobs, so that their pseudonyms agree with the command line"
    ),
]
OidcIssuer = Annotated[
    str,
    typer.Option(
        "--oidc-issuer",
        help="sign-in with this OpenID Connect provider; needs --oidc-client, --oidc-role, --public-url",
    ),
]
OidcClient = Annotated[
    str, typer.Option("--oidc-client", help="the client id at the provider; set its secret in VEIL_OIDC_SECRET")
]
OidcRole = Annotated[
    list[str] | None,
    typer.Option("--oidc-role", help="GROUP=ROLE: members of this group get this role; may be repeated"),
]
OidcClaim = Annotated[str, typer.Option("--oidc-claim", help="the claim that lists the groups")]
PublicUrl = Annotated[str, typer.Option("--public-url", help="the URL of this service in a browser")]
Hosts = Annotated[list[str] | None, typer.Option("--allow-host", help="accept only this Host header; may be repeated")]
Origins = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-origin",
        help="let pages of this origin call with a token (CORS), such as https://app.example.org; may be repeated",
    ),
]
TlsCert = Annotated[
    Path | None, typer.Option("--tls-cert", exists=True, dir_okay=False, help="the server certificate, PEM")
]
TlsKey = Annotated[
    Path | None, typer.Option("--tls-key", exists=True, dir_okay=False, help="the private key of the certificate, PEM")
]
ClientCa = Annotated[
    Path | None,
    typer.Option(
        "--client-ca",
        exists=True,
        dir_okay=False,
        help="require client certificates signed by this CA certificate, PEM",
    ),
]
BehindProxy = Annotated[bool, typer.Option("--behind-proxy", help="a proxy in front of this service ends TLS")]
BodyLimit = Annotated[int, typer.Option("--body-limit", min=1, help="largest request body in MiB")]
Rate = Annotated[float, typer.Option("--rate", min=0, help="requests per second and client; 0 for no limit")]
Revoked = Annotated[
    Path | None,
    typer.Option("--revoked", exists=True, dir_okay=False, help="a file of revoked token ids, one a line"),
]
Otlp = Annotated[str, typer.Option("--otlp", help="send trace spans to this OTLP receiver (base URL)")]
Zipkin = Annotated[str, typer.Option("--zipkin", help="send trace spans to this Zipkin receiver (full URL)")]
Locale = Annotated[str, typer.Option(help="en-US is month-first, en-GB day-first")]
