"""WebSocket: what a client says in frames, unmasked, for reading alone; nothing is changed."""

from __future__ import annotations

import zlib

from veil.errors import FormatError, LimitError
from veil.service.trace.content_encoding import FREE, RATIO

_TEXT = 1
_TAIL = b"\x00\x00\xff\xff"  # what RFC 7692 leaves off the end of a packed message


class Frames:
    """The bytes after the upgrade -> the text messages, each with a line's end behind it.

    Keeps:   `missed` says why what was read is not all: a message that is no text, a frame or a message that breaks off.
    Errors:  FormatError `frames-broken`, LimitError `body-swollen`.
    Source:  RFC 6455 section 5.2; RFC 7692 (with context taken over, which reads streams without it as well).
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._left = 0  # bytes of the payload that is being read
        self._mask = b""
        self._turn = 0
        self._kind, self._packed, self._last, self._control = 0, False, True, False
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._binary = False

    def feed(self, data: bytes) -> bytes:
        self._buffer += data
        out = []
        while True:
            if not self._left and not self._head():
                break
            out.append(self._payload())
            if self._left:
                break
        return b"".join(out)

    @property
    def missed(self) -> str:
        if self._binary:
            return "body-kind"
        return "frames-broken" if self._buffer or self._left or not self._last else ""

    def _head(self) -> bool:
        """Reads the head of a frame when all of it is there."""
        head = self._buffer
        if len(head) < 2:
            return False
        size, extra = head[1] & 0x7F, {126: 2, 127: 8}.get(head[1] & 0x7F, 0)
        mask = 4 if head[1] & 0x80 else 0
        if len(head) < 2 + extra + mask:
            return False
        if head[0] & 0x30:
            raise FormatError("frames-broken", "not valid WebSocket frames")
        if extra:
            size = int.from_bytes(head[2 : 2 + extra])
        self._mask, self._turn, self._left = bytes(head[2 + extra : 2 + extra + mask]), 0, size
        opcode = head[0] & 0x0F
        self._control = opcode >= 8
        if not self._control:
            self._last = bool(head[0] & 0x80)
        if opcode in (1, 2):
            self._kind, self._packed = opcode, bool(head[0] & 0x40)
        self._binary = self._binary or (not self._control and self._kind != _TEXT and bool(size))
        del head[: 2 + extra + mask]
        return True

    def _payload(self) -> bytes:
        piece = bytes(self._buffer[: self._left])
        del self._buffer[: len(piece)]
        self._left -= len(piece)
        plain = self._unmasked(piece)
        if self._control or (self._kind != _TEXT and not self._packed):
            return b""
        ended = self._last and not self._left
        if self._packed:
            plain = self._inflated(plain + (_TAIL if ended else b""))
        return (plain + (b"\n" if ended else b"")) if self._kind == _TEXT else b""

    def _unmasked(self, piece: bytes) -> bytes:
        if not self._mask or not piece:
            return piece
        key = self._mask[self._turn :] + self._mask[: self._turn]
        self._turn = (self._turn + len(piece)) % 4
        long = (key * (len(piece) // 4 + 1))[: len(piece)]
        return (int.from_bytes(piece) ^ int.from_bytes(long)).to_bytes(len(piece))

    def _inflated(self, packed: bytes) -> bytes:
        try:
            text = self._inflate.decompress(packed, max(FREE, RATIO * len(packed)))
        except zlib.error:
            raise FormatError("frames-broken", "not valid WebSocket frames") from None
        if self._inflate.eof:  # a packing that says it is at its end: what comes behind would be passed over
            raise FormatError("frames-broken", "not valid WebSocket frames")
        if self._inflate.unconsumed_tail:
            raise LimitError("body-swollen", "a compressed body unpacks to more than the limit")
        return text
