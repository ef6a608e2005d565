"""Keys: named, versioned secrets, what is derived from them, and the encrypted way back."""

from veil.keys.derive import ROOT_BYTES, Keys, framed
from veil.keys.given_shifts import seal_offsets, sealed_offsets
from veil.keys.keyring import Cost, Keyring, Version
from veil.keys.numbers import format_originals, integer_originals, integers, keep_format
from veil.keys.permutation import draws, originals, pseudonyms
from veil.keys.stores import passphrase
from veil.keys.vault import Vault

__all__ = [
    "ROOT_BYTES",
    "Cost",
    "Keyring",
    "Keys",
    "Vault",
    "Version",
    "draws",
    "format_originals",
    "framed",
    "integer_originals",
    "integers",
    "keep_format",
    "originals",
    "passphrase",
    "pseudonyms",
    "seal_offsets",
    "sealed_offsets",
]
