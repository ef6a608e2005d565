"""Tracing: a request in a distributed trace, through OpenTelemetry; counts, codes and kinds, never a value."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, Status, StatusCode, format_trace_id
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from veil.errors import PolicyError
from veil.log import event

_OTLP = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_ZIPKIN = "OTEL_EXPORTER_ZIPKIN_ENDPOINT"
_DELAY_MS = 1_000
_PATIENCE = 5  # seconds
_CONTEXT = TraceContextTextMapPropagator()
_CARRIED = ("traceparent", "tracestate")

Value = str | bool | int | float | list[str]


class Spans:
    """Opens spans and sends them away.

    Shape:   `otlp` (the base address, as OTEL_EXPORTER_OTLP_ENDPOINT has it) and `zipkin` (the whole address) are
             options; without them the standard OTEL_* variables are read; without those no span is made.
    Keeps:   a caller's trace is continued, and its wish not to be recorded.
    Errors:  PolicyError `spans-url`.
    """

    def __init__(self, service: str, otlp: str = "", zipkin: str = "", more: tuple[SpanProcessor, ...] = ()) -> None:
        exporters = [*_exporters(otlp, zipkin)]
        self.active = bool(exporters or more)
        name = os.environ.get("OTEL_SERVICE_NAME", service)
        self._provider = TracerProvider(resource=Resource.create({"service.name": name}), shutdown_on_exit=False)
        for exporter in exporters:
            batches = BatchSpanProcessor(_Telling(exporter), schedule_delay_millis=_DELAY_MS)
            self._provider.add_span_processor(batches)
        for processor in more:
            self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("veil")

    def begin(self, name: str, carried: Mapping[str, str], attributes: Mapping[str, Value]) -> OpenSpan:
        if not self.active:
            return OpenSpan(INVALID_SPAN, {})
        above = _CONTEXT.extract({key: carried[key] for key in _CARRIED if carried.get(key)}, Context())
        span = self._tracer.start_span(name, above, SpanKind.SERVER, attributes)
        return OpenSpan(span, _context_of(span))

    def flush(self) -> None:
        """Send what waits, for some seconds at most: a receiver that is away holds up no end. More may be made after it."""
        sending = Thread(target=self._provider.force_flush, daemon=True)
        sending.start()
        sending.join(_PATIENCE)

    def close(self) -> None:
        """Send what waits, and stop."""
        self._provider.shutdown()


class OpenSpan:
    """A span that is under way; `headers` are what the next service gets, empty where no span is made."""

    def __init__(self, span: Span, headers: dict[str, str]) -> None:
        self._span, self.headers = span, headers

    @property
    def trace_id(self) -> str:
        return format_trace_id(self._span.get_span_context().trace_id)

    def end(self, attributes: Mapping[str, Value], *, failed: bool = False) -> None:
        for key, value in attributes.items():
            self._span.set_attribute(key, value)
        if failed:
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end()


class _Telling(SpanExporter):
    """Says how many spans could not be sent: what the libraries say of it goes nowhere."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._inner.export(spans)
        except Exception:  # noqa: BLE001  each way of sending has errors of its own, whose text may hold an address
            result = SpanExportResult.FAILURE
        if result is not SpanExportResult.SUCCESS:
            event("spans-lost", count=len(spans))
        return result

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)


def _context_of(span: Span) -> dict[str, str]:
    from opentelemetry.trace import set_span_in_context  # noqa: PLC0415  beside its one use

    headers: dict[str, str] = {}
    _CONTEXT.inject(headers, set_span_in_context(span, Context()))
    return headers


def _check(url: str) -> None:
    try:
        to = urlsplit(url)
        is_address = to.scheme in ("http", "https") and bool(to.hostname) and to.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise PolicyError(
            "spans-url",
            "the address for trace spans must begin with http:// or https://",
            hint="for example http://127.0.0.1:4318",
        )


def _exporters(otlp: str, zipkin: str) -> list[SpanExporter]:
    found: list[Any] = []
    for given in filter(None, (otlp, zipkin)):
        _check(given)
    if otlp or any(os.environ.get(name) for name in _OTLP):
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  where asked

        found.append(OTLPSpanExporter(endpoint=f"{otlp.rstrip('/')}/v1/traces") if otlp else OTLPSpanExporter())
    if zipkin or os.environ.get(_ZIPKIN):
        from opentelemetry.exporter.zipkin.json import ZipkinExporter  # noqa: PLC0415  where asked

        found.append(ZipkinExporter(endpoint=zipkin or None))
    return found
