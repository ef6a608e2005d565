"""The engine: five treatments, one heart."""

from veil.engine.heart import Engine

__all__ = ["Engine"]
