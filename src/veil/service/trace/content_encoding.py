"""Content encoding: decompresses a body within a limit of size."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Protocol

from veil.errors import FormatError, LimitError

MOST_CODINGS = 3
RATIO = 200  # text packs 3 to 20 times; what packs more is a bomb or nothing to read
FREE = 64 << 10  # so much may come of anything
_SLICE = 256  # of zstd: its smallest block gives 128 KiB for four bytes


class _Way(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]: ...
    def is_whole(self) -> bool: ...


class Unpacker:
    """A body that arrives packed, in pieces.

    Shape:   `codings` as the header says them, the first applied first; `most` bytes come out at the most.
    Errors:  FormatError `body-coding` (a coding that is none of ours), `body-packed` (damaged);
             LimitError `body-swollen` (over the bound, or RATIO times what went in).
    """

    def __init__(self, codings: str, most: int) -> None:
        names = [coding.strip().lower() for coding in codings.split(",")]
        names = [name for name in names if name not in ("", "identity")]
        if len(names) > MOST_CODINGS or any(name not in _WAYS for name in names):
            raise FormatError(
                "body-coding", "unsupported Content-Encoding of a body", hint="supported: gzip, deflate, br, zstd"
            )
        self._ways = [_WAYS[name]() for name in reversed(names)]
        self._most, self._in, self._out = most, 0, 0

    def feed(self, data: bytes) -> bytes:
        """What has become readable by these bytes."""
        self._in += len(data)
        if not self._ways:
            self._count(data)
            return data
        try:
            return b"".join(self._through(data, self._ways))
        except (FormatError, LimitError):
            raise
        except Exception:  # noqa: BLE001  each library has errors of its own, whose text may hold bytes of the body
            raise FormatError("body-packed", "a compressed body is damaged or incomplete") from None

    def is_whole(self) -> bool:
        """Whether what came so far ends where the packing does."""
        return all(way.is_whole() for way in self._ways)

    @property
    def missed(self) -> str:
        return "" if self.is_whole() else "body-packed"

    def _through(self, data: bytes, ways: list[_Way]) -> Iterator[bytes]:
        for piece in ways[0].feed(data):
            self._count(piece)
            if len(ways) == 1:
                yield piece
            else:
                yield from self._through(piece, ways[1:])

    def _count(self, piece: bytes) -> None:
        self._out += len(piece)
        if self._out > self._most or (self._ways and self._out > FREE and self._out > RATIO * self._in):
            raise LimitError("body-swollen", "a compressed body unpacks to more than the limit")


def unpacked(body: bytes, codings: str, most: int) -> bytes:
    """A body that is there as a whole.

    Errors:  those of Unpacker; FormatError `body-packed` where it breaks off.
    """
    unpacker = Unpacker(codings, most)
    content = unpacker.feed(body)
    if not unpacker.is_whole():
        raise FormatError("body-packed", "a compressed body is damaged or incomplete")
    return content


class _Zlib:
    """Members that follow each other are read on, as gzip has it."""

    def __init__(self, bits: int) -> None:
        self._bits, self._state = bits, zlib.decompressobj(bits)

    def feed(self, data: bytes) -> Iterator[bytes]:
        for at in range(0, len(data), FREE):  # what a member leaves over is copied: of many members, many times
            yield from self._unpacked(data[at : at + FREE])

    def _unpacked(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._state.eof:
                self._state = zlib.decompressobj(self._bits)
            piece = self._state.decompress(data, FREE)
            yield piece
            data = self._state.unconsumed_tail or self._state.unused_data
            if not piece and not self._state.eof:
                return
        while piece := self._state.decompress(b"", FREE):  # what was ready beyond the bound of one step
            yield piece

    def is_whole(self) -> bool:
        return self._state.eof


class _Deflate:
    """Zlib by the standard, and the bare stream that some send in its place."""

    def __init__(self) -> None:
        self._chosen: _Zlib | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        if data and self._chosen is None:
            self._chosen = _Zlib(zlib.MAX_WBITS if data[0] & 0x0F == 8 else -zlib.MAX_WBITS)
        if self._chosen is not None:
            yield from self._chosen.feed(data)

    def is_whole(self) -> bool:
        return self._chosen is not None and self._chosen.is_whole()


class _Brotli:
    def __init__(self) -> None:
        self._state: Any = import_module("brotli").Decompressor()  # loaded only where a body is packed so

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield self._state.process(data, output_buffer_limit=FREE)
        while not self._state.can_accept_more_data():
            yield self._state.process(b"", output_buffer_limit=FREE)

    def is_whole(self) -> bool:
        return bool(self._state.is_finished())


class _Zstd:
    def __init__(self) -> None:
        zstandard: Any = import_module("zstandard")
        self._fresh: Callable[[], Any] = lambda: zstandard.ZstdDecompressor(max_window_size=8 << 20).decompressobj()
        self._state = self._fresh()

    def feed(self, data: bytes) -> Iterator[bytes]:
        for at in range(0, len(data), _SLICE):
            piece = data[at : at + _SLICE]
            while piece:
                if self._state.eof:
                    self._state = self._fresh()
                yield self._state.decompress(piece)
                piece = self._state.unused_data if self._state.eof else b""

    def is_whole(self) -> bool:
        return bool(self._state.eof)


_WAYS: dict[str, Callable[[], _Way]] = {
    "gzip": lambda: _Zlib(zlib.MAX_WBITS | 16),
    "x-gzip": lambda: _Zlib(zlib.MAX_WBITS | 16),
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}
