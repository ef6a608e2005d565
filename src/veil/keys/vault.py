"""Vault: the encrypted way back, and the home of random codes."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import hmac
import os
import sqlite3
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import NoReturn, Protocol

import pyarrow as pa
import pyarrow.compute as pc
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from veil.errors import KeyringError
from veil.keys.stores import check_private, create_private


class VaultKeys(Protocol):
    """What the vault asks of keys: a secret for itself, and the name of the root that it comes from."""

    id: str

    def secret(self, purpose: str, domain: str = "", size: int = 32) -> bytes: ...


_TABLES = """
CREATE TABLE wraps (key_id TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE codes (
  domain BLOB NOT NULL, token BLOB NOT NULL, code BLOB NOT NULL, sealed BLOB NOT NULL,
  PRIMARY KEY (domain, token)
) WITHOUT ROWID;
CREATE UNIQUE INDEX by_code ON codes (domain, code);
CREATE TABLE pages (kind BLOB NOT NULL, token BLOB NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (kind, token))
  WITHOUT ROWID;
PRAGMA user_version = 1;
"""
_ALPHABET = b"0123456789abcdefghjkmnpqrstvwxyz"  # Crockford: no i, l, o, u
CODE_LENGTH = 18  # 90 random bits
_TO_CODE = bytes(_ALPHABET[i & 31] for i in range(256))
_REMEMBERED = 1 << 20
_AT_ONCE = 500
_LONGEST = 200
_CODES = {sqlite3.SQLITE_FULL: errno.ENOSPC, sqlite3.SQLITE_BUSY: errno.EBUSY, sqlite3.SQLITE_READONLY: errno.EROFS}


class Vault:
    """A SQLite file of mode 0600 in which nothing stands in clear: not a value, not a code, not a domain.

    Shape:   (domain token, value token, code token, sealed value and code); tokens are HMAC-SHA256 under the vault's
             data key, rows are AES-256-GCM bound to their place. The data key is wrapped by the keys of a run.
    Keeps:   what `mint` and `seal` return from is on disk. One writer; any number of readers, also over processes.
    """

    def __init__(self, path: Path, data_key: bytes) -> None:
        self.path = path
        self._data_key = data_key
        self._token_key = hmac.digest(data_key, b"vault-token", hashlib.sha256)[:32]
        self._cipher = AESGCM(hmac.digest(data_key, b"vault-row", hashlib.sha256))
        self._process = -1
        self._line: sqlite3.Connection | None = None
        self._seen: dict[tuple[str, str], str] = {}

    def __repr__(self) -> str:
        return f"Vault({self.path.name!r})"

    def __reduce__(self) -> NoReturn:
        raise KeyringError("keys-pickle", "a vault cannot be pickled", hint="open it in the process that needs it")

    @classmethod
    def open(cls, path: Path | str, keys: VaultKeys) -> Vault:
        """The vault of a file, made where there is none.

        Takes:   `path`: the file of the vault; `keys`: the keys that created it
        Errors:  KeyringError `vault-key` (made under another key), `vault-damaged`, `keyring-open`, `keys-missing`.
        """
        path = Path(path)
        wrapping = AESGCM(keys.secret("vault"))
        if not path.exists():
            return cls._create(path, keys, wrapping)
        check_private(path)
        line = _connect(path)
        try:
            row = line.execute("SELECT sealed FROM wraps WHERE key_id = ?", (keys.id,)).fetchone()
            data_key = wrapping.decrypt(row[0][:12], row[0][12:], keys.id.encode()) if row else None
        except (sqlite3.DatabaseError, InvalidTag):
            raise KeyringError("vault-damaged", "not a vault, or an incomplete one", where=path.name) from None
        finally:
            line.close()
        if data_key is None:
            raise KeyringError(
                "vault-key",
                "the vault was created with another key",
                where=path.name,
                hint="set the keyring and version that created it",
            )
        return cls(path, data_key)

    @classmethod
    def _create(cls, path: Path, keys: VaultKeys, wrapping: AESGCM) -> Vault:
        """Made whole in memory and put there at once: a kill in between must not leave half a vault, which no run would open."""
        data_key, nonce = os.urandom(32), os.urandom(12)
        with contextlib.closing(sqlite3.connect(":memory:")) as line:
            line.executescript(_TABLES)
            sealed = nonce + wrapping.encrypt(nonce, data_key, keys.id.encode())
            line.execute("INSERT INTO wraps VALUES (?, ?)", (keys.id, sealed))
            line.commit()
            create_private(path, line.serialize())
        return cls(path, data_key)

    def admit(self, keys: VaultKeys) -> None:
        """From now on these keys open the vault too: the step that follows a rotation of the keyring."""
        self._wrap(AESGCM(keys.secret("vault")), keys.id)

    def mint(self, domain: str, values: pa.Array, *, format: str = "text") -> int:  # noqa: A002 - the word of the policy
        """A random code for each value that has none; on disk before this returns.

        Shape:   n values, null and repeated ones allowed -> how many codes are new. `format`: `text` (18 characters,
                 90 bits) or `integer` (under 2**53).
        Keeps:   codes are from the system's random source and unique in the domain; old ones stay.
        Errors:  KeyringError `vault-format`.
        """
        if format not in _MAKERS:
            raise KeyringError("vault-format", "invalid format of codes", hint="allowed: text, integer")
        distinct = pc.drop_null(pc.unique(values)).to_pylist()
        place = self._token("domain", domain)
        line = self._connection()
        before = line.total_changes
        with _whole(line):
            for start in range(0, len(distinct), 65_536):
                missing = self._uncoded(place, domain, distinct[start : start + 65_536])
                while missing:  # a code that was taken leaves its value without one: it draws again
                    rows = self._rows(place, domain, missing, _MAKERS[format])
                    line.executemany("INSERT OR IGNORE INTO codes VALUES (?, ?, ?, ?)", rows)
                    missing = self._uncoded(place, domain, missing)
        return line.total_changes - before

    def adopt(self, domain: str, values: pa.Array, codes: pa.Array) -> int:
        """Codes from elsewhere for values that have none; on disk before this returns.

        Shape:   n values and n codes of 1 to 200 characters, neither null -> how many are new.
        Keeps:   what is there stays: a value with another code, or a code of another value, and nothing is taken.
        Errors:  KeyringError `vault-taken`, `vault-format`.
        """
        given = list(zip(values.to_pylist(), codes.to_pylist(), strict=True))
        if any(value is None or not code or len(code.encode()) > _LONGEST for value, code in given):
            raise KeyringError("vault-format", "invalid format of codes", hint="a format must have 1 to 200 characters")
        place = self._token("domain", domain)
        line = self._connection()
        before = line.total_changes
        with _whole(line):
            for start in range(0, len(given), 65_536):
                some = dict(given[start : start + 65_536])
                line.executemany("INSERT OR IGNORE INTO codes VALUES (?, ?, ?, ?)", self._coded(place, domain, some))
                tokens = self._tokens(list(some), "value", domain)
                found = self._select("token", place, tokens)
                if any(
                    token not in found or self._open_row(place, *found[token])[1] != code
                    for token, code in zip(tokens, some.values(), strict=True)
                ):
                    raise KeyringError(
                        "vault-taken",
                        "the vault contains a different code for a value, or the same code for another value",
                        where=self.path.name,
                        hint="import these maps into a separate vault",
                    )
        return line.total_changes - before

    def _uncoded(self, place: bytes, domain: str, values: list[str]) -> list[str]:
        tokens = self._tokens(values, "value", domain)
        rows = self._select("token", place, tokens)
        return [value for value, token in zip(values, tokens, strict=True) if token not in rows]

    def codes(self, domain: str, values: pa.Array) -> pa.Array:
        """The code of each value; null where the value is null or has none.

        Shape:   n values -> n `large_string` codes, each looked up once per distinct value.
        """
        encoded = _dictionary(values)
        found = self._codes_of(domain, encoded.dictionary.to_pylist())
        return pa.array(found, pa.large_string()).take(encoded.indices)

    def originals(self, domain: str, codes: pa.Array) -> pa.Array:
        """The value of each code; null where the vault does not know the code."""
        encoded = _dictionary(codes)
        place = self._token("domain", domain)
        asked = encoded.dictionary.to_pylist()
        tokens = self._tokens(asked, "code", domain)
        rows = self._select("code", place, tokens)
        found = [self._open_row(place, *rows[token])[0] if token in rows else None for token in tokens]
        return pa.array(found, pa.large_string()).take(encoded.indices)

    def count(self, domain: str) -> int:
        """How many codes the domain has.

        Takes:   `domain`: a domain of ids
        """
        place = self._token("domain", domain)
        return int(self._connection().execute("SELECT count(*) FROM codes WHERE domain = ?", (place,)).fetchone()[0])

    def seal(self, kind: str, token: str, content: bytes) -> None:
        """Keeps one page (the edits of a note, say) under a name; an older page of that name is replaced."""
        self.seal_many(kind, [(token, content)])

    def seal_many(self, kind: str, pages: Iterable[tuple[str, bytes]]) -> None:
        """Keeps pages in one durable step."""
        line = self._connection()
        folder = self._token("kind", kind)
        with _whole(line):
            for token, content in pages:
                name = self._token("page", kind, token)
                sealed = self._seal(content, b"page" + folder + name)
                line.execute("INSERT OR REPLACE INTO pages VALUES (?, ?, ?)", (folder, name, sealed))

    def unseal(self, kind: str, token: str) -> bytes | None:
        """The page of this name, or None.

        Errors:  KeyringError `vault-damaged`.
        """
        folder, name = self._token("kind", kind), self._token("page", kind, token)
        line = self._connection()
        row = line.execute("SELECT sealed FROM pages WHERE kind = ? AND token = ?", (folder, name)).fetchone()
        return None if row is None else self._unseal(row[0], b"page" + folder + name)

    def close(self) -> None:
        if self._line is not None and self._process == os.getpid():
            self._line.close()
        self._line = None
        self._seen.clear()

    def _rows(
        self, place: bytes, domain: str, values: list[str], make: Callable[[int], Iterable[str]]
    ) -> Iterable[tuple[bytes, bytes, bytes, bytes]]:
        return self._coded(place, domain, dict(zip(values, make(len(values)), strict=True)))

    def _coded(
        self, place: bytes, domain: str, pairs: Mapping[str, str]
    ) -> Iterable[tuple[bytes, bytes, bytes, bytes]]:
        values, codes = list(pairs), list(pairs.values())
        tokens, code_tokens = self._tokens(values, "value", domain), self._tokens(codes, "code", domain)
        for token, code_token, value, code in sorted(zip(tokens, code_tokens, values, codes, strict=True)):
            page = struct.pack(">B", len(code)) + code.encode() + value.encode()
            yield place, token, code_token, self._seal(page, place + token)

    def _codes_of(self, domain: str, values: list[str]) -> list[str | None]:
        if len(self._seen) > _REMEMBERED:
            self._seen.clear()
        missing = [value for value in values if (domain, value) not in self._seen]
        place = self._token("domain", domain)
        tokens = self._tokens(missing, "value", domain)
        rows = self._select("token", place, tokens)
        for value, token in zip(missing, tokens, strict=True):
            if token in rows:
                self._seen[domain, value] = self._open_row(place, *rows[token])[1]
        return [self._seen.get((domain, value)) for value in values]

    def _select(self, column: str, place: bytes, tokens: list[bytes]) -> dict[bytes, tuple[bytes, bytes]]:
        line = self._connection()
        found: dict[bytes, tuple[bytes, bytes]] = {}
        for start in range(0, len(tokens), _AT_ONCE):
            some = tokens[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            query = f"SELECT {column}, token, sealed FROM codes WHERE domain = ? AND {column} IN ({marks})"  # noqa: S608 - no data in it
            found.update((key, (token, sealed)) for key, token, sealed in line.execute(query, (place, *some)))
        return found

    def _open_row(self, place: bytes, token: bytes, sealed: bytes) -> tuple[str, str]:
        page = self._unseal(sealed, place + token)
        length = page[0]
        return page[1 + length :].decode(), page[1 : 1 + length].decode()

    def _token(self, *parts: str) -> bytes:
        return self._tokens([parts[-1]], *parts[:-1])[0]

    def _tokens(self, values: list[str], *parts: str) -> list[bytes]:
        """What the file knows values by: keyed, and bound to the parts, whose lengths go before them."""
        before = b"".join(struct.pack(">I", len(part)) + part for part in (part.encode() for part in parts))
        key = self._token_key
        return [hmac.digest(key, before + value.encode(), "sha256")[:20] for value in values]

    def _seal(self, content: bytes, bound_to: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, content, bound_to)

    def _unseal(self, sealed: bytes, bound_to: bytes) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], bound_to)
        except InvalidTag:
            raise KeyringError("vault-damaged", "a page of the vault was changed", where=self.path.name) from None

    def _wrap(self, wrapping: AESGCM, key_id: str) -> None:
        nonce = os.urandom(12)
        sealed = nonce + wrapping.encrypt(nonce, self._data_key, key_id.encode())
        with _whole(self._connection()) as line:
            line.execute("INSERT OR REPLACE INTO wraps VALUES (?, ?)", (key_id, sealed))

    def _connection(self) -> sqlite3.Connection:
        """The line to the file, one a process: SQLite forbids carrying one over a fork."""
        if self._line is None or self._process != os.getpid():
            self._line, self._process = _connect(self.path), os.getpid()
        return self._line


def _text_codes(count: int) -> Iterable[str]:
    random = os.urandom(CODE_LENGTH * count).translate(_TO_CODE).decode()
    return (random[at : at + CODE_LENGTH] for at in range(0, len(random), CODE_LENGTH))


def _integer_codes(count: int) -> Iterable[str]:
    return (str(word >> 11) for (word,) in struct.iter_unpack(">Q", os.urandom(8 * count)))


_MAKERS: dict[str, Callable[[int], Iterable[str]]] = {"text": _text_codes, "integer": _integer_codes}


def _connect(path: Path) -> sqlite3.Connection:
    line = sqlite3.connect(path, isolation_level=None, timeout=60, check_same_thread=False)
    try:
        for setting in (
            "temp_store = MEMORY",
            "secure_delete = ON",
            "synchronous = EXTRA",
            "cell_size_check = ON",
            "cache_size = -65536",
        ):
            line.execute(f"PRAGMA {setting}")
    except sqlite3.DatabaseError:
        line.close()
        raise KeyringError("vault-damaged", "not a vault, or an incomplete one", where=path.name) from None
    return line


@contextlib.contextmanager
def _whole(line: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One step: all of it on disk, or nothing.

    Errors:  OSError where the disk is full or fails, as from any file: it is no fault of the file that is worked on, which
             would be put aside for an Error.
    """
    try:
        with line:
            line.execute("BEGIN IMMEDIATE")
            yield line
    except sqlite3.OperationalError as error:
        code = _CODES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, errno.EIO)
        raise OSError(code, os.strerror(code)) from None


def _dictionary(values: pa.Array) -> pa.DictionaryArray:
    encoded = pc.dictionary_encode(values)
    return encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded


def _reopen(path: Path, data_key: bytes) -> Vault:
    return Vault(path, data_key)


def _to_worker(vault: Vault) -> tuple[Callable[..., Vault], tuple[Path, bytes]]:
    return _reopen, (vault.path, vault._data_key)  # noqa: SLF001 - the one door to a worker's memory


ForkingPickler.register(Vault, _to_worker)
