"""Columns: the four kinds that the service stores, declared once for SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

_WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REAL: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")


def text(name: str, *more: Any, **options: Any) -> sa.Column[Any]:
    return _column(name, sa.Text(), *more, **options)


def bytes_of(name: str, *more: Any, **options: Any) -> sa.Column[Any]:
    return _column(name, sa.LargeBinary(), *more, **options)


def number(name: str, *more: Any, **options: Any) -> sa.Column[Any]:
    return _column(name, _WHOLE, *more, **options)


def seconds(name: str, *more: Any, **options: Any) -> sa.Column[Any]:
    return _column(name, _REAL, *more, **options)


def table(name: str, *columns: sa.Column[Any]) -> None:
    """A new table. Keeps: SQLite checks types in it as PostgreSQL does."""
    op.create_table(name, *columns, sqlite_strict=True)


def _column(name: str, kind: Any, *more: Any, **options: Any) -> sa.Column[Any]:
    """A column that is never empty, unless `nullable`."""
    return sa.Column(name, kind, *more, **{"nullable": False, **options})
