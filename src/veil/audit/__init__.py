"""Audit: an append-only record of acts, each line bound to the one before."""

from veil.audit.chain import Checked, append, verify_chain

__all__ = ["Checked", "append", "verify_chain"]
