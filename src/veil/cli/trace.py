"""`veil trace`: the tag that says which requests hold PHI."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from veil.service.trace.watch import Settings


def add_to(app: typer.Typer) -> None:
    app.command("trace")(trace)


def trace(
    upstream: Annotated[str, typer.Option("--upstream", help="the service behind, http://HOST:PORT or https://HOST:PORT")] = "",
    proxy: Annotated[bool, typer.Option("--proxy", help="a plain reverse proxy of our own, for HTTP/1.1 and WebSocket; no Envoy")] = False,
    processor: Annotated[bool, typer.Option("--processor", help="only the external processor, for an Envoy or Istio that is there; --listen is its gRPC address")] = False,
    listen: Annotated[str, typer.Option("--listen", help="where requests come in, HOST:PORT; port 0 takes a free one")] = "127.0.0.1:15001",
    admin: Annotated[str, typer.Option("--admin", help="where /healthz, /readyz and /metrics answer, HOST:PORT")] = "127.0.0.1:15002",
    mode: Annotated[str, typer.Option("--mode", help="block: a request waits for its tag; span: nothing waits, the tag stands on the span alone")] = "block",
    limit: Annotated[int, typer.Option("--limit", min=1_024, max=64 << 20, help="bytes of a body that are waited for; longer ones go on as unknown")] = 1 << 20,
    deadline: Annotated[int, typer.Option("--deadline", min=1, max=60_000, help="milliseconds that a body may take to arrive, and again to be read")] = 1_000,
    label: Annotated[list[str] | None, typer.Option("--label", help="only these make a request true: a label, or one of Locate's sixteen by its name", show_default=False)] = None,
    path: Annotated[list[str] | None, typer.Option("--path", help="only paths of this form are looked at, * stands for anything", show_default=False)] = None,
    with_path: Annotated[bool, typer.Option("--with-path", help="read the path as well; the body and the query always are")] = False,
    route: Annotated[list[str] | None, typer.Option("--route", help="a path's template for the span, /patients/{id}; without one no path is on a span", show_default=False)] = None,
    sample: Annotated[float, typer.Option("--sample", min=0.0, max=1.0, help="the share of requests that are looked at; the others are unknown")] = 1.0,
    fail: Annotated[str, typer.Option("--fail", help="open: what could not be told by our own fault passes as unknown; closed: it gets 503")] = "open",
    workers: Annotated[int, typer.Option("--workers", min=1, help="processes that evaluate")] = 1,
    evaluator: Annotated[str, typer.Option("--evaluator", help="a `veil serve` that evaluates in our place, https://HOST:PORT")] = "",
    ca: Annotated[Path | None, typer.Option("--ca", help="the authority that the evaluator's certificate is of, PEM")] = None,
    cert: Annotated[Path | None, typer.Option("--cert", help="our own certificate for the evaluator, PEM")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="its key, PEM")] = None,
    token_file: Annotated[Path | None, typer.Option("--token-file", help="a file with the token for the evaluator")] = None,
    upstream_ca: Annotated[Path | None, typer.Option("--upstream-ca", help="the authority that the certificate of the service behind is of, PEM")] = None,
    otlp: Annotated[str, typer.Option("--otlp", help="spans go here as OTLP over HTTP, http://HOST:4318; or OTEL_EXPORTER_OTLP_ENDPOINT")] = "",
    zipkin: Annotated[str, typer.Option("--zipkin", help="spans go here as Zipkin JSON, http://HOST:9411/api/v2/spans; or OTEL_EXPORTER_ZIPKIN_ENDPOINT")] = "",
    service: Annotated[str, typer.Option("--service", help="the name of the service on its spans; or OTEL_SERVICE_NAME")] = "veil-trace",
    findings: Annotated[Path | None, typer.Option("--findings", help="keep what is found in this folder, sealed with VEIL_PASSPHRASE")] = None,
    read: Annotated[Path | None, typer.Option("--read", help="print the records of a sealed file of findings as JSON lines, and end: they hold PHI")] = None,
    config_only: Annotated[Path | None, typer.Option("--config-only", help="write the configuration that Envoy would get, as JSON, and end")] = None,
    processor_at: Annotated[str, typer.Option("--processor-at", help="of --config-only: where the processor listens, HOST:PORT")] = "127.0.0.1:15003",
) -> None:  # fmt: skip
    """Stand before a service and say of every request whether its text holds PHI: true, false or unknown, in a header and on a span."""
    _run(SimpleNamespace(**locals()))


def _run(given: SimpleNamespace) -> None:
    """Shape: the options of the command, by their names."""
    _check_extra()
    from veil.service.trace.evaluate import Remote, checked, token_in
    from veil.service.trace.pool import Charge
    from veil.service.trace.run import Plan, place_of, serve
    from veil.service.trace.verdict import labels_of
    from veil.service.trace.watch import Settings

    if given.read is not None:
        _print(given.read)
        return
    _check(given.mode, given.fail, proxy=given.proxy, processor=given.processor, upstream=given.upstream)
    settings = Settings(
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
    files = [str(one or "") for one in (given.ca, given.cert, given.key)]
    remote = (
        checked(Remote(given.evaluator, token_in(given.token_file), files[0], files[1], files[2]))
        if given.evaluator
        else None
    )
    plan = Plan(
        front="proxy" if given.proxy else "processor" if given.processor else "envoy", upstream=given.upstream, listen=place_of(given.listen),
        admin=place_of(given.admin), settings=settings, charge=Charge(labels_of(given.label or ()), given.limit, remote, given.findings is not None, 2 * settings.deadline),
        workers=given.workers, service=given.service, otlp=given.otlp, zipkin=given.zipkin, findings=given.findings,
        passphrase=_passphrase() if given.findings is not None else "", ca=str(given.upstream_ca or ""),
    )  # fmt: skip
    serve(plan, typer.echo)


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
            "trace-options", "--mode or --fail is none of its words", hint="block or span; open or closed"
        )
    if proxy and processor:
        raise PolicyError("trace-options", "--proxy and --processor are two fronts", hint="choose one")
    if not upstream and not processor:
        raise PolicyError("trace-options", "the service behind is not named", hint="--upstream http://127.0.0.1:8080")


def _write(
    target: Path, settings: Settings, listen: tuple[str, int], upstream: str, ca: str, processor: tuple[str, int]
) -> None:
    import json

    from veil.errors import StoreError
    from veil.service.trace.envoy.config import Place, Upstream, config

    made = config(settings, Place(*listen), Upstream(upstream, ca), Place(*processor))
    try:
        target.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    except OSError:
        raise StoreError("config-file", "the configuration cannot be written there", where=target.name) from None
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
