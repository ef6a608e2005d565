"""`veil serve`: the REST service and portal, and access tokens."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from veil.cli.options import PassphraseFile
from veil.cli.serve_options import (
    BehindProxy,
    BodyLimit,
    ClientCa,
    DataFolder,
    Host,
    Hosts,
    JobWorkers,
    Keep,
    KeyFile,
    Keyring,
    Local,
    Locale,
    MemoryFolder,
    ObjectsPlace,
    OidcClaim,
    OidcClient,
    OidcIssuer,
    OidcRole,
    Origins,
    Otlp,
    Port,
    PublicUrl,
    Rate,
    Revoked,
    TlsCert,
    TlsKey,
    Workers,
    Zipkin,
)

if TYPE_CHECKING:
    from veil.keys import Keys
    from veil.service.provider import Provider
    from veil.service.server import Listening
    from veil.service.settings import ServiceSettings

app = typer.Typer(help="Start the REST service and the web portal.", invoke_without_command=True)

DAY = 86_400
HOURS = 12


@app.callback()
def serve(
    context: typer.Context,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Workers = 1,
    local: Local = False,
    key_file: KeyFile = None,
    data: DataFolder = "",
    objects: ObjectsPlace = "",
    keep: Keep = 72,
    job_workers: JobWorkers = 1,
    memory_folder: MemoryFolder = None,
    keyring: Keyring = None,
    passphrase_file: PassphraseFile = None,
    oidc_issuer: OidcIssuer = "",
    oidc_client: OidcClient = "",
    oidc_role: OidcRole = None,
    oidc_claim: OidcClaim = "groups",
    public_url: PublicUrl = "",
    hosts: Hosts = None,
    origins: Origins = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    client_ca: ClientCa = None,
    behind_proxy: BehindProxy = False,
    body_limit: BodyLimit = 32,
    rate: Rate = 0,
    revoked: Revoked = None,
    otlp: Otlp = "",
    zipkin: Zipkin = "",
    locale: Locale = "en-US",
) -> None:
    """Start the REST service and the web portal."""
    if context.invoked_subcommand is not None:
        return
    _check_extras(data, {"service": True, "oidc": bool(oidc_issuer)})
    from veil.service.app import check_parts, create_app
    from veil.service.gate.root_key import root_keys
    from veil.service.server import Listening, bound, run
    from veil.service.settings import ServiceSettings
    from veil.service.store import Limits, open_key, site_at
    from veil.service.store.wrapping_key import VARIABLE

    listening = Listening(host, port, workers, job_workers, tls_cert, tls_key, client_ca, behind_proxy)
    listening.check(local=local, hosts=[host.lower() for host in hosts or ()])
    _check_alone(
        data,
        {"--objects": objects, "--memory-folder": memory_folder, "--keyring": keyring, "--oidc-issuer": oidc_issuer},
    )
    keys = open_key(data, key_file) if data else root_keys(key_file)
    linking = _linking(keyring, passphrase_file) if data else None
    site = site_at(data, objects, keys, Limits(kept=keep * 3600), memory_folder, linking) if data else None
    provider = _provider(oidc_issuer, oidc_client, oidc_role or [], oidc_claim, public_url) if oidc_issuer else None
    setting = ServiceSettings(
        keys,
        local,
        frozenset(name.lower() for name in hosts or ()),
        body_limit << 20,
        rate / workers,
        locale=locale,
        revoked=revoked,
        site=site,
        provider=provider,
        otlp=otlp,
        zipkin=zipkin,
        apart=(key_file,) if key_file is not None else (),
        origins=frozenset(origin.rstrip("/") for origin in origins or ()),
    )
    check_parts(setting)
    socket = bound(listening)
    _greet(setting, listening, socket.getsockname()[1], kept=bool(key_file or os.environ.get(VARIABLE)))
    run(setting, listening, socket, create_app)


def _check_extras(data: str, needed: Mapping[str, bool]) -> None:
    """Errors: ServiceError `service-extra`, with all that is missing."""
    from veil.errors import ServiceError
    from veil.extras import install, is_installed
    from veil.stores.address import is_address

    asked = {**needed, "nodes": is_address(data)}
    missing = [extra for extra, is_needed in asked.items() if is_needed and not is_installed(extra)]
    if missing:
        raise ServiceError(
            "service-extra", "the service needs libraries that are not installed", hint=install(*missing)
        )


def _check_alone(data: str, given: Mapping[str, object]) -> None:
    """Errors: ServiceError `option-alone`."""
    from veil.errors import ServiceError

    for name, value in given.items():
        if value and not data:
            raise ServiceError(
                "option-alone", "this option needs --data", where=name, hint="add --data FOLDER, or remove the option"
            )


def _greet(setting: ServiceSettings, listening: Listening, port: int, *, kept: bool) -> None:
    """Print the address, a token and the setup code. A token that outlives this run is not printed where output may be stored, as in a container."""
    from veil.service.gate.grants import SCOPES, Grants, new_grant

    code = _setup_code(setting)  # opens the store: where that fails, nothing is said to listen
    scheme = "https" if listening.certificate else "http"
    host = f"[{listening.host}]" if ":" in listening.host else listening.host
    typer.echo(f"Veil     {scheme}://{host}:{port}   (API: /docs; stop: Ctrl-C)")
    if setting.local:
        typer.echo("token    not needed from this machine")
    elif kept and not sys.stdout.isatty():
        typer.echo("token    not printed here; create one: veil serve token")
    else:
        token = Grants(setting.keys).token(new_grant(SCOPES, HOURS * 3600))
        typer.echo(f"token    {token}   (for {HOURS} hours)")
    if code:
        typer.echo(f"setup    {code}   (use once, on the page /setup, to create the administrator)")


def _linking(keyring: Path | None, passphrase_file: Path | None) -> Keys | None:
    """The keys of the keyring; the passphrase is asked for once."""
    if keyring is None:
        return None
    from veil.cli.screen import ask_passphrase
    from veil.keys import Keyring, passphrase

    return Keyring.open(keyring, passphrase(ask_passphrase, passphrase_file)).keys()


def _provider(issuer: str, client: str, roles: list[str], claim: str, public: str) -> Provider:
    from veil.errors import ServiceError
    from veil.service.provider import Provider, secret_of

    if not client:
        raise ServiceError(
            "option-alone", "--oidc-issuer needs --oidc-client", where="--oidc-issuer", hint="add --oidc-client ID"
        )
    pairs = dict(role.partition("=")[::2] for role in roles)
    return Provider(issuer.rstrip("/"), client, secret_of(), public.rstrip("/"), pairs, claim)


def _setup_code(setting: ServiceSettings) -> str:
    """The setup code that creates the administrator, if there is none yet."""
    from veil.service.store import ServiceStore

    if setting.site is None:
        return ""
    store = ServiceStore(setting.site)
    try:
        return store.people.setup_code() or ""
    finally:
        store.close()


@app.command("token")
def token(
    key_file: Annotated[
        Path | None, typer.Option("--key-file", help="the secret key of the service; or set VEIL_SERVICE_KEY")
    ] = None,
    scopes: Annotated[
        list[str] | None, typer.Option("--scope", help="detect, deidentify, phi, jobs or metrics; may be repeated")
    ] = None,
    days: Annotated[float, typer.Option(min=0.01, max=3660, help="days until it expires")] = 30,
    aws: Annotated[bool, typer.Option("--aws", help="create an access key id and secret, for AWS clients")] = False,
) -> None:
    """Create an access token for a client. The service does not store it."""
    from veil.service.gate.grants import TEXT_SCOPES, Grants, new_grant
    from veil.service.gate.root_key import root_keys

    grants = Grants(root_keys(key_file, known=True))
    grant = new_grant(scopes or TEXT_SCOPES, days * DAY)
    if aws:
        name, secret = grants.access_pair(grant)
        typer.echo(f"aws_access_key_id={name}\naws_secret_access_key={secret}")
    else:
        typer.echo(grants.token(grant))
    typer.echo(f"token id, to revoke it with --revoked: {grant.id}", err=True)


@app.command("record")
def record(
    file: Annotated[Path, typer.Argument(help="a new file; its checkpoint is written beside it", show_default=False)],
    data: Annotated[str, typer.Option("--data", help="the address of the database", show_default=False)],
) -> None:
    """Export the audit log of several nodes from their database, for `veil audit verify`."""
    from veil.errors import ServiceError
    from veil.service.store.opening import database_at
    from veil.service.store.shared_log import write_acts
    from veil.stores.address import is_address

    if not is_address(data):
        raise ServiceError(
            "record-folder",
            "the audit log of a single node is a file already: FOLDER/audit.jsonl",
            hint="for several nodes: --data postgresql://...",
        )
    database = database_at(data)
    try:
        typer.echo(f"{write_acts(database, file)} entries")
    finally:
        database.close()
