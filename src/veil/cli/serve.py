"""`veil serve`: the REST service, and the tokens of those who call it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from veil.cli.text import PassphraseFile

if TYPE_CHECKING:
    from veil.keys import Keys
    from veil.service.portal.oidc import Provider

app = typer.Typer(help="Answer over HTTP: find and change text; nothing is kept.", invoke_without_command=True)

KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", help="the secret of this service; made at first; without it one for this run"),
]
DAY = 86_400
HOURS = 12


@app.callback()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="the address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option("-p", "--port", min=0, max=65535, help="0 takes a free one")] = 8000,
    workers: Annotated[int, typer.Option("-w", "--workers", min=1, help="processes")] = 1,
    local: Annotated[bool, typer.Option("--local", help="calls of this machine need no token")] = False,
    key_file: KeyFile = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", help="a folder for files, jobs and people, sealed: pages to sign in to and drop files on"
        ),
    ] = None,
    keep: Annotated[float, typer.Option("--keep", min=0.01, max=72, help="hours that a result may be fetched")] = 72,
    job_workers: Annotated[int, typer.Option("--job-workers", min=1, help="processes that work at files")] = 1,
    memory_folder: Annotated[
        Path | None,
        typer.Option("--memory-folder", help="a folder in memory (tmpfs) for the work; by default below /dev/shm"),
    ] = None,
    keyring: Annotated[
        Path | None,
        typer.Option("--keyring", help="jobs derive from this keyring, and fit each other and the command line"),
    ] = None,
    passphrase_file: PassphraseFile = None,
    oidc_issuer: Annotated[
        str,
        typer.Option(
            "--oidc-issuer",
            help="people sign in with accounts of this OpenID provider; needs --oidc-client, --oidc-role, --public-url",
        ),
    ] = "",
    oidc_client: Annotated[
        str, typer.Option("--oidc-client", help="the client's id there; its secret in VEIL_OIDC_SECRET")
    ] = "",
    oidc_role: Annotated[
        list[str] | None, typer.Option("--oidc-role", help="GROUP=ROLE: who is in this group has this role, many times")
    ] = None,
    oidc_claim: Annotated[str, typer.Option("--oidc-claim", help="the claim that names the groups")] = "groups",
    public_url: Annotated[str, typer.Option("--public-url", help="where browsers find this service")] = "",
    hosts: Annotated[
        list[str] | None, typer.Option("--allow-host", help="answer only to this name in the Host header, many times")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert", exists=True, help="a certificate, PEM")] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", exists=True, help="its key, PEM")] = None,
    client_ca: Annotated[
        Path | None,
        typer.Option("--client-ca", exists=True, help="callers must show a certificate of this authority, PEM"),
    ] = None,
    behind_proxy: Annotated[bool, typer.Option("--behind-proxy", help="TLS ends before this service")] = False,
    body_limit: Annotated[int, typer.Option("--body-limit", min=1, help="MiB of a request")] = 32,
    rate: Annotated[float, typer.Option("--rate", min=0, help="requests a second of one caller; 0 for no limit")] = 0,
    revoked: Annotated[
        Path | None, typer.Option("--revoked", exists=True, help="a file of token ids that hold no more, one a line")
    ] = None,
    otlp: Annotated[
        str, typer.Option("--otlp", help="send spans of requests to this OTLP receiver (base address)")
    ] = "",
    zipkin: Annotated[str, typer.Option("--zipkin", help="and to this Zipkin receiver (whole address)")] = "",
    locale: Annotated[str, typer.Option(help="en-US is month-first, en-GB day-first")] = "en-US",
) -> None:
    """Serve the engine over HTTP, and answer in two seconds."""
    if context.invoked_subcommand is not None:
        return
    from veil.service.app import create_app
    from veil.service.gate.root import root_keys
    from veil.service.server import Listening, bound, run
    from veil.service.setting import Setting
    from veil.service.store import Site, Terms, open_key

    listening = Listening(host, port, workers, job_workers, tls_cert, tls_key, client_ca, behind_proxy)
    keys = open_key(data, key_file) if data is not None else root_keys(key_file)
    site = (
        Site(data, keys, Terms(kept=keep * 3600), memory_folder, _linking(keyring, passphrase_file))
        if data is not None
        else None
    )
    provider = _provider(oidc_issuer, oidc_client, oidc_role or [], oidc_claim, public_url) if oidc_issuer else None
    setting = Setting(
        keys, local, frozenset(one.lower() for one in hosts or ()), body_limit << 20, rate / workers, locale=locale,
        revoked=revoked, site=site, provider=provider, otlp=otlp, zipkin=zipkin, apart=(key_file,) if key_file is not None else (),
    )  # fmt: skip
    listening.check(setting)
    held = bound(listening)
    _greet(setting, listening, held.getsockname()[1])
    _tell_setup(setting)
    run(setting, listening, held, create_app)


def _greet(setting: object, listening: object, port: int) -> None:
    from veil.service.gate.grants import SCOPES, Grants, new_grant
    from veil.service.server import Listening
    from veil.service.setting import Setting

    assert isinstance(setting, Setting)
    assert isinstance(listening, Listening)
    scheme = "https" if listening.certificate else "http"
    host = f"[{listening.host}]" if ":" in listening.host else listening.host
    typer.echo(f"Veil     {scheme}://{host}:{port}   (calls: /docs; to stop it: Ctrl-C)")
    if setting.local:
        typer.echo("token    none is needed from this machine")
    else:
        token = Grants(setting.keys).token(new_grant(SCOPES, HOURS * 3600))
        typer.echo(f"token    {token}   (for {HOURS} hours)")


def _linking(keyring: Path | None, passphrase_file: Path | None) -> Keys | None:
    """The keys of the site's keyring, which is asked for once."""
    if keyring is None:
        return None
    from veil.cli.screen import ask_passphrase
    from veil.keys import Keyring, passphrase

    return Keyring.open(keyring, passphrase(ask_passphrase, passphrase_file)).keys()


def _provider(issuer: str, client: str, roles: list[str], claim: str, public: str) -> Provider:
    from veil.service.portal.oidc import Provider, secret_of

    pairs = dict(one.partition("=")[::2] for one in roles)
    return Provider(issuer.rstrip("/"), client, secret_of(), public.rstrip("/"), pairs, claim)


def _tell_setup(setting: object) -> None:
    """The code that makes the first admin, where there is none yet."""
    from veil.service.setting import Setting
    from veil.service.store import Store

    assert isinstance(setting, Setting)
    if setting.site is None:
        return
    store = Store(setting.site)
    code = store.people.setup_code()
    store.close()
    if code:
        typer.echo(f"setup    {code}   (once: it makes the first admin, on the page /setup)")


@app.command()
def token(
    key_file: Annotated[Path, typer.Option("--key-file", help="the secret of the service", show_default=False)],
    scopes: Annotated[
        list[str] | None, typer.Option("--scope", help="detect, deidentify, phi, jobs, metrics; many times")
    ] = None,
    days: Annotated[float, typer.Option(min=0, help="how long it holds")] = 30,
    aws: Annotated[bool, typer.Option("--aws", help="an access key id and its secret, for clients of AWS")] = False,
) -> None:
    """Make a token for a caller: a bearer token, or a pair of access keys. Nothing is stored."""
    from veil.service.gate.grants import Grants, new_grant
    from veil.service.gate.root import root_keys

    grants = Grants(root_keys(key_file))
    grant = new_grant(scopes or ("detect", "deidentify", "phi"), days * DAY)
    if aws:
        name, secret = grants.access_pair(grant)
        typer.echo(f"aws_access_key_id={name}\naws_secret_access_key={secret}")
    else:
        typer.echo(grants.token(grant))
    typer.echo(f"its id, to take it back with --revoked: {grant.id}", err=True)
