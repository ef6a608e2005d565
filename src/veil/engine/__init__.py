"""The engine: five treatments, one heart."""

from veil.engine.heart import Engine
from veil.engine.scan import Found

__all__ = ["Engine", "Found"]
