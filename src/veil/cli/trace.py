"""`veil trace`: tag requests that contain PHI."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from veil.service.trace.context import TraceSettings
    from veil.service.trace.evaluate import Remote


_LEAST_WAIT = 0.25  # seconds that an evaluator elsewhere has to answer


def add_to(app: typer.Typer) -> None:
    app.command("trace")(trace)


def trace(
    upstream: Annotated[
        str, typer.Option("--upstream", help="the upstream service, http://HOST:PORT or https://HOST:PORT")
    ] = "",
    proxy: Annotated[
        bool, typer.Option("--proxy", help="run the built-in reverse proxy (HTTP/1.1, WebSocket) instead of Envoy")
    ] = False,
    processor: Annotated[
        bool,
        typer.Option(
            "--processor",
            help="run only the external processor, for an existing Envoy or Istio; --listen is its gRPC address",
        ),
    ] = False,
    listen: Annotated[
        str, typer.Option("--listen", help="the address for requests, HOST:PORT; port 0 chooses a free one")
    ] = "127.0.0.1:15001",
    admin: Annotated[
        str, typer.Option("--admin", help="the address of /healthz, /readyz and /metrics, HOST:PORT")
    ] = "127.0.0.1:15002",
    open_metrics: Annotated[
        bool, typer.Option("--open-metrics", help="answer /metrics to other machines too; without it only to this one")
    ] = False,
    mode: Annotated[
        str,
        typer.Option(
            "--mode",
            help="block: a request waits for its tag; span: requests do not wait, only the trace span is tagged",
        ),
    ] = "block",
    limit: Annotated[
        int,
        typer.Option(
            "--limit", min=1_024, max=64 << 20, help="largest body to check, in bytes; larger ones are tagged unknown"
        ),
    ] = 1 << 20,
    deadline: Annotated[
        int,
        typer.Option(
            "--deadline", min=1, max=60_000, help="milliseconds for a body to arrive, and again to be checked"
        ),
    ] = 1_000,
    label: Annotated[
        list[str] | None,
        typer.Option(
            "--label",
            help="count only this label, or one of Locate's sixteen types; may be repeated",
            show_default=False,
        ),
    ] = None,
    path: Annotated[
        list[str] | None,
        typer.Option(
            "--path", help="check only paths like this, * matches anything; may be repeated", show_default=False
        ),
    ] = None,
    with_path: Annotated[
        bool, typer.Option("--with-path", help="also check the path; body and query are always checked")
    ] = False,
    route: Annotated[
        list[str] | None,
        typer.Option(
            "--route", help="a path template for trace spans, /patients/{id}; may be repeated", show_default=False
        ),
    ] = None,
    sample: Annotated[
        float,
        typer.Option(
            "--sample", min=0.0, max=1.0, help="the share of requests to check; the others are tagged unknown"
        ),
    ] = 1.0,
    fail: Annotated[
        str, typer.Option("--fail", help="open: what cannot be checked in time passes as unknown; closed: answer 503")
    ] = "open",
    workers: Annotated[int, typer.Option("--workers", min=1, help="processes that check requests")] = 1,
    evaluator: Annotated[
        str, typer.Option("--evaluator", help="a `veil serve` that checks requests instead, https://HOST:PORT")
    ] = "",
    ca: Annotated[Path | None, typer.Option("--ca", help="the CA certificate of the evaluator, PEM")] = None,
    cert: Annotated[Path | None, typer.Option("--cert", help="the client certificate for the evaluator, PEM")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="the private key of --cert, PEM")] = None,
    token_file: Annotated[
        Path | None, typer.Option("--token-file", help="a file with the token for the evaluator")
    ] = None,
    upstream_ca: Annotated[
        Path | None, typer.Option("--upstream-ca", help="the CA certificate of the upstream service, PEM")
    ] = None,
    otlp: Annotated[
        str,
        typer.Option(
            "--otlp", help="send trace spans as OTLP over HTTP, http://HOST:4318; or set OTEL_EXPORTER_OTLP_ENDPOINT"
        ),
    ] = "",
    zipkin: Annotated[
        str,
        typer.Option(
            "--zipkin",
            help="send trace spans as Zipkin JSON, http://HOST:9411/api/v2/spans; or set OTEL_EXPORTER_ZIPKIN_ENDPOINT",
        ),
    ] = "",
    service: Annotated[
        str, typer.Option("--service", help="the service name in trace spans; or set OTEL_SERVICE_NAME")
    ] = "veil-trace",
    findings: Annotated[
        Path | None,
        typer.Option("--findings", help="write what was found into this folder, encrypted with VEIL_PASSPHRASE"),
    ] = None,
    read: Annotated[
        Path | None,
        typer.Option("--read", help="print an encrypted findings file as JSON lines and exit: contains PHI"),
    ] = None,
    config_only: Annotated[
        Path | None, typer.Option("--config-only", help="write the Envoy configuration as JSON and exit")
    ] = None,
    processor_at: Annotated[
        str, typer.Option("--processor-at", help="with --config-only: the address of the processor, HOST:PORT")
    ] = "127.0.0.1:15003",
) -> None:
    """Tag requests that contain PHI (proxy or Envoy filter). The tag is true, false or unknown, in a header and on a trace span."""
    _run(SimpleNamespace(**locals()))


def _run(given: SimpleNamespace) -> None:
    """Shape: the options of the command, by their names."""
    _check_extra()
    from veil.service.trace.context import TraceSettings
    from veil.service.trace.pool import Charge
    from veil.service.trace.run import TraceOptions, place_of, serve
    from veil.service.trace.verdict import labels_of

    if given.read is not None:
        _print(given.read)
        return
    _check(given.mode, given.fail, proxy=given.proxy, processor=given.processor, upstream=given.upstream)
    settings = TraceSettings(
        given.limit,
        given.deadline / 1000,
        given.mode == "block",
        given.fail == "closed",
        given.sample,
        tuple(given.path or ()),
        tuple(given.route or ()),
        given.with_path,
    )
    if given.config_only is not None:
        _write(
            given.config_only,
            settings,
            place_of(given.listen),
            given.upstream,
            str(given.upstream_ca or ""),
            place_of(given.processor_at),
        )
        return
    plan = TraceOptions(
        front="proxy" if given.proxy else "processor" if given.processor else "envoy",
        upstream=given.upstream,
        listen=place_of(given.listen),
        admin=place_of(given.admin),
        settings=settings,
        charge=Charge(
            labels_of(given.label or ()),
            given.limit,
            _evaluator(given, settings.deadline),
            given.findings is not None,
            2 * settings.deadline,
        ),
        workers=given.workers,
        service=given.service,
        otlp=given.otlp,
        zipkin=given.zipkin,
        findings=given.findings,
        passphrase=_passphrase() if given.findings is not None else "",
        ca=str(given.upstream_ca or ""),
        open_metrics=given.open_metrics,
    )
    serve(plan, typer.echo)


def _evaluator(given: SimpleNamespace, deadline: float) -> Remote | None:
    """The service that evaluates instead of this process; None without --evaluator. Units: `deadline` in seconds."""
    from veil.service.trace.evaluate import Remote, checked, token_in

    if not given.evaluator:
        return None
    ca, cert, key = (str(path or "") for path in (given.ca, given.cert, given.key))
    token = token_in(given.token_file)
    return checked(Remote(given.evaluator, token, ca, cert, key, max(_LEAST_WAIT, deadline)))


def _check_extra() -> None:
    """Errors: ServiceError `trace-extra`."""
    from veil.errors import ServiceError
    from veil.extras import install, is_installed

    if not is_installed("trace"):
        raise ServiceError("trace-extra", "Trace needs libraries that are not installed", hint=install("trace"))


def _check(mode: str, fail: str, *, proxy: bool, processor: bool, upstream: str) -> None:
    """Errors: PolicyError `trace-options`."""
    from veil.errors import PolicyError

    if mode not in ("block", "span") or fail not in ("open", "closed"):
        raise PolicyError(
            "trace-options", "invalid value for --mode or --fail", hint="--mode block or span; --fail open or closed"
        )
    if proxy and processor:
        raise PolicyError("trace-options", "--proxy and --processor cannot be combined", hint="choose one")
    if not upstream and not processor:
        raise PolicyError("trace-options", "--upstream is missing", hint="--upstream http://127.0.0.1:8080")


def _write(
    target: Path, settings: TraceSettings, listen: tuple[str, int], upstream: str, ca: str, processor: tuple[str, int]
) -> None:
    import json

    from veil.errors import StoreError
    from veil.service.trace.envoy.config import ListenAddress, Upstream, config

    envoy = config(settings, ListenAddress(*listen), Upstream(upstream, ca), ListenAddress(*processor))
    try:
        target.write_text(json.dumps(envoy, indent=1) + "\n", encoding="utf-8")
    except OSError:
        raise StoreError("config-file", "cannot write the configuration file", where=target.name) from None
    typer.echo(f"config   {target}")


def _print(file: Path) -> None:
    import json

    from veil.service.trace.findings import opened

    for record in opened(file, _passphrase()):
        typer.echo(json.dumps(record))


def _passphrase() -> str:
    from veil.cli.screen import ask_passphrase
    from veil.keys.stores import passphrase

    return passphrase(ask_passphrase)
