"""The engine: five treatments, one heart."""

from veil.engine.engine import Engine

__all__ = ["Engine"]
