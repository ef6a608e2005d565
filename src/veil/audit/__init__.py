"""Audit: an append-only record of acts, each line bound to the one before; signatures of releases."""

from veil.audit.log_file import Checked, append, read_acts, verify_chain

__all__ = ["Checked", "append", "read_acts", "verify_chain"]
