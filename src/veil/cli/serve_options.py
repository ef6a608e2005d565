"""The options of `veil serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", help="the secret of this service; made at first; without it one for this run"),
]

Host = Annotated[str, typer.Option(help="the address to listen on")]
Port = Annotated[int, typer.Option("-p", "--port", min=0, max=65535, help="0 takes a free one")]
Workers = Annotated[int, typer.Option("-w", "--workers", min=1, help="processes")]
Local = Annotated[bool, typer.Option("--local", help="calls of this machine need no token")]
DataFolder = Annotated[
    str,
    typer.Option(
        "--data",
        help="a folder for files, jobs and people, sealed: pages to sign in to and drop files on; postgresql://... for several nodes",
    ),
]
ObjectsPlace = Annotated[
    str,
    typer.Option("--objects", help="where sealed files lie: s3://BUCKET/PREFIX, or a folder; by default below --data"),
]
Keep = Annotated[float, typer.Option("--keep", min=0.01, max=72, help="hours that a result may be fetched")]
JobWorkers = Annotated[int, typer.Option("--job-workers", min=1, help="processes that work at files")]
MemoryFolder = Annotated[
    Path | None,
    typer.Option("--memory-folder", help="a folder in memory (tmpfs) for the work; by default below /dev/shm"),
]
Keyring = Annotated[
    Path | None,
    typer.Option("--keyring", help="jobs derive from this keyring, and fit each other and the command line"),
]
OidcIssuer = Annotated[
    str,
    typer.Option(
        "--oidc-issuer",
        help="people sign in with accounts of this OpenID provider; needs --oidc-client, --oidc-role, --public-url",
    ),
]
OidcClient = Annotated[str, typer.Option("--oidc-client", help="the client's id there; its secret in VEIL_OIDC_SECRET")]
OidcRole = Annotated[
    list[str] | None, typer.Option("--oidc-role", help="GROUP=ROLE: who is in this group has this role, many times")
]
OidcClaim = Annotated[str, typer.Option("--oidc-claim", help="the claim that names the groups")]
PublicUrl = Annotated[str, typer.Option("--public-url", help="where browsers find this service")]
Hosts = Annotated[
    list[str] | None, typer.Option("--allow-host", help="answer only to this name in the Host header, many times")
]
TlsCert = Annotated[Path | None, typer.Option("--tls-cert", exists=True, dir_okay=False, help="a certificate, PEM")]
TlsKey = Annotated[Path | None, typer.Option("--tls-key", exists=True, dir_okay=False, help="its key, PEM")]
ClientCa = Annotated[
    Path | None,
    typer.Option(
        "--client-ca", exists=True, dir_okay=False, help="callers must show a certificate of this authority, PEM"
    ),
]
BehindProxy = Annotated[bool, typer.Option("--behind-proxy", help="TLS ends before this service")]
BodyLimit = Annotated[int, typer.Option("--body-limit", min=1, help="MiB of a request")]
Rate = Annotated[float, typer.Option("--rate", min=0, help="requests a second of one caller; 0 for no limit")]
Revoked = Annotated[
    Path | None,
    typer.Option("--revoked", exists=True, dir_okay=False, help="a file of token ids that hold no more, one a line"),
]
Otlp = Annotated[str, typer.Option("--otlp", help="send spans of requests to this OTLP receiver (base address)")]
Zipkin = Annotated[str, typer.Option("--zipkin", help="and to this Zipkin receiver (whole address)")]
Locale = Annotated[str, typer.Option(help="en-US is month-first, en-GB day-first")]
