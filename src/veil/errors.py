"""The errors of the house: each has a code, a place and a hint, and never a value.

Error:
├── PolicyError    a project, policy or plan that cannot be run as it is written
├── KeyringError   a key, passphrase or vault that is missing, wrong or too open
├── FormatError    bytes that a format cannot read or write truly
├── PartError      a detector, operator or format that failed or is not known
├── LeakError      an output that still holds what it must not
├── StoreError     a place of data that cannot be reached, refuses, or changed meanwhile
├── ServiceError   a request or a front of the service that is refused: not allowed, not found, not ready
│   ├── BadRequestError, UnauthenticatedError, ForbiddenError, NotFoundError, ConflictError, GoneError,
│   │   MisdirectedError, InvalidError, UpstreamError, UnavailableError: what HTTP calls them
└── LimitError     more than a stated limit of memory, size, depth or time
    └── BusyError      more at once than is allowed: later it works

Over HTTP an error is answered with the `status` of its class. Source: RFC 9110, section 15.
"""

from __future__ import annotations


class Error(Exception):
    """What went wrong, where, and what to do; built from names and numbers, never from data.

    Shape:   `code` is stable and documented; `where` is an address, a file of the project or an offset. `row` counts from
             1, among what was read (0: not known); `column` is its name.
    Keeps:   no value of the data: pass names of columns, rules and codes only.
    """

    exit_code = 1
    status = 500  # over HTTP

    def __init__(
        self, code: str, message: str, *, where: str = "", hint: str = "", row: int = 0, column: str = ""
    ) -> None:
        self.code = code
        self.message = message
        self.where = where
        self.hint = hint
        self.row = row
        self.column = column
        super().__init__(self.line())

    def line(self) -> str:
        row, column = f"row {self.row}" if self.row else "", f"column {self.column}" if self.column else ""
        place = ", ".join(filter(None, (self.where, row, column)))
        place = f" at {place}" if place else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"[{self.code}] {self.message}{place}{hint}"

    def placed(self, *, where: str | None = None, row: int | None = None, column: str | None = None) -> Error:
        """The same error with a fuller place.

        Takes:   `where`: address, file or offset; `row`: row number from 1; `column`: name of the column
        """
        return _rebuild(
            type(self),
            self.code,
            self.message,
            self.where if where is None else where,
            self.hint,
            self.row if row is None else row,
            self.column if column is None else column,
        )

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return _rebuild, (type(self), self.code, self.message, self.where, self.hint, self.row, self.column)


def _rebuild(kind: type[Error], code: str, message: str, where: str, hint: str, row: int, column: str) -> Error:
    return kind(code, message, where=where, hint=hint, row=row, column=column)


def place_of(error: BaseException) -> str:
    """Module and line of the innermost frame of ours: what may be told of a foreign error, whose words may hold a value."""
    place, trace = "veil", error.__traceback__
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        if name.startswith("veil"):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


class PolicyError(Error):
    exit_code = 2
    status = 400


class KeyringError(Error):
    exit_code = 3


class FormatError(Error):
    exit_code = 4
    status = 422


class UnwritableError(FormatError):
    """A file of our own that cannot be written: the disk, or the rights of a folder."""

    status = 503


class PartError(Error):
    exit_code = 5


class LeakError(Error):
    exit_code = 6


class LimitError(Error):
    exit_code = 7
    status = 413


class BusyError(LimitError):
    status = 429


class StoreError(Error):
    exit_code = 9
    status = 503


class ServiceError(Error):
    exit_code = 10


class BadRequestError(ServiceError):
    status = 400


class UnauthenticatedError(ServiceError):
    status = 401


class ForbiddenError(ServiceError):
    status = 403


class NotFoundError(ServiceError):
    status = 404


class ConflictError(ServiceError):
    status = 409


class GoneError(ServiceError):
    status = 410


class MisdirectedError(ServiceError):
    status = 421


class InvalidError(ServiceError):
    status = 422


class UpstreamError(ServiceError):
    status = 502


class UnavailableError(ServiceError):
    status = 503
