"""Settings: the options that one service was started with; they reach its worker processes through memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from veil.keys import Keys
from veil.service.provider import Provider
from veil.service.store import Site


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Options of `veil serve`.

    Units:   `body`: bytes; `rate`: requests a second for each caller and process, 0 for no limit; `waiting`: texts that
             may wait in a process before callers are told to come back.
    Shape:   `site`: where files, their jobs and people are kept; None: texts alone are answered, and nothing is. `tls`:
             callers come over TLS, which ends here or before us. `otlp`, `zipkin`: where spans of requests are sent,
             beside what the OTEL_* variables say. `apart`: files that the process of a job may not read.
             `origins`: pages of these may call (CORS), with a token and without cookies.
    Keeps:   `local`: calls of this machine need no token; Host and Origin are checked, so that no web page can call.
    """

    keys: Keys
    local: bool = False
    hosts: frozenset[str] = frozenset()
    body: int = 32 << 20
    rate: float = 0.0
    waiting: int = 4_000
    locale: str = "en-US"
    tls: bool = False
    revoked: Path | None = None
    site: Site | None = None
    provider: Provider | None = None
    otlp: str = ""
    zipkin: str = ""
    apart: tuple[Path, ...] = ()
    origins: frozenset[str] = frozenset()
