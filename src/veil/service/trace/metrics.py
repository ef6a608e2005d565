"""Metrics: what the metrics page of Trace shows: verdicts, reasons, labels and times, never a value."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from veil.service.trace.verdict import Evaluation

_TIMES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class TraceMetrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "veil_trace_requests", "Requests by the tag they got", ["verdict", "reason"], registry=self.registry
        )
        self._spans = Counter(
            "veil_trace_spans", "Requests by the verdict on their span", ["verdict", "reason"], registry=self.registry
        )
        self._labels = Counter("veil_trace_labels", "Identifiers found, by label", ["label"], registry=self.registry)
        self._delay = Histogram(
            "veil_trace_held_seconds", "How long a request waited for its tag", buckets=_TIMES, registry=self.registry
        )
        self._cpu = Counter("veil_trace_detector_cpu_seconds", "CPU time of the detectors", registry=self.registry)
        self._unkept = Counter(
            "veil_trace_findings_lost", "Requests whose findings could not be kept", registry=self.registry
        )
        self._open = Gauge("veil_trace_open_requests", "Requests that are under way", registry=self.registry)

    def watch_evaluator(self, is_up: Callable[[], bool]) -> None:
        """Whether texts are evaluated, asked when the page is."""
        up = Gauge(
            "veil_trace_evaluator_up",
            "1 where texts are evaluated, 0 while the evaluator is away",
            registry=self.registry,
        )
        up.set_function(lambda: float(is_up()))

    def opened(self) -> None:
        self._open.inc()

    def tagged(self, tag: Evaluation, seconds: float) -> None:
        self._requests.labels(tag.verdict.value, tag.reason).inc()
        self._delay.observe(seconds)

    def ended(self, result: Evaluation) -> None:
        self._open.dec()
        self._spans.labels(result.verdict.value, result.reason).inc()
        self._cpu.inc(result.cpu)
        for label, count in result.counts.items():
            self._labels.labels(label).inc(count)

    def unkept(self) -> None:
        self._unkept.inc()

    def page(self) -> bytes:
        return bytes(generate_latest(self.registry))
