"""Metrics: what the metrics page of the service shows."""

from __future__ import annotations

import os
from collections import Counter as Tally
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

from veil.model import Span

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Measures:
    """The counts of one process; where several share a folder, an answer is their sum."""

    def __init__(self) -> None:
        self._shared = bool(os.environ.get("PROMETHEUS_MULTIPROC_DIR"))
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "veil_request_seconds",
            "time to answer",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._texts = Counter("veil_texts", "texts that were read", registry=self._registry)
        self._characters = Counter("veil_characters", "characters that were read", registry=self._registry)
        self._spans = Counter("veil_spans", "spans that were found", ("label",), registry=self._registry)
        self._waiting = Gauge(
            "veil_texts_waiting", "texts that wait to be read", registry=self._registry, multiprocess_mode="livesum"
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).observe(seconds)

    def texts(self, characters: Iterable[int], found: Iterable[list[Span]], waiting: int) -> None:
        sizes = list(characters)
        self._texts.inc(len(sizes))
        self._characters.inc(sum(sizes))
        for label, times in Tally(span.label.value for spans in found for span in spans).items():
            self._spans.labels(label).inc(times)
        self._waiting.set(waiting)

    def page(self) -> bytes:
        if not self._shared:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
