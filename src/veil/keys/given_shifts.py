"""Given shifts: date shifts that came from outside, kept sealed in the vault."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from veil.errors import KeyringError
from veil.keys.vault import Vault

_KIND, _PAGE = "given shifts", "all"
_COMPRESSED = pa.ipc.IpcWriteOptions(compression="zstd")


def seal_offsets(vault: Vault, days: Mapping[str, int]) -> None:
    """Keeps the shift of each subject, beside those that are there.

    Units:   whole days, never 0.
    Keeps:   a subject has one shift: another one than the vault holds is refused, and nothing is changed.
    Errors:  KeyringError `vault-taken`.
    """
    subjects, shifts = sealed_offsets(vault)
    found = dict(zip(subjects.to_pylist(), shifts.to_pylist(), strict=True))
    if any(found.get(subject, shift) != shift for subject, shift in days.items()):
        raise KeyringError(
            "vault-taken",
            "the vault contains a different shift for a subject",
            where=vault.path.name,
            hint="import these maps into a separate vault",
        )
    whole = {**found, **days}
    table = pa.table(
        {
            "subject": pa.array(whole.keys(), pa.large_string()),
            "days": pa.array(whole.values(), pa.int32()),
        }
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_COMPRESSED) as writer:
        writer.write_table(table)
    vault.seal(_KIND, _PAGE, bytes(sink.getvalue()))


def sealed_offsets(vault: Vault) -> tuple[pa.Array, pa.Array]:
    """The subjects that have a given shift, and how many days. Shape: n `large_string`, n `int32`."""
    page = vault.unseal(_KIND, _PAGE)
    if page is None:
        return pa.array([], pa.large_string()), pa.array([], pa.int32())
    table = pa.ipc.open_stream(page).read_all()
    return table["subject"].combine_chunks(), table["days"].combine_chunks()
