"""Each job gets a number among those of its owner: an expired file is shown by it, because its name was deleted."""

from __future__ import annotations

from alembic import op

from veil.service.store.migrations.columns import number

revision = "0002"
down_revision = "0001"

_NUMBERED = """
UPDATE jobs SET number = (
    SELECT count(*) FROM jobs AS older WHERE older.owner = jobs.owner
    AND (older.made < jobs.made OR (older.made = jobs.made AND older.id <= jobs.id)))
"""


def upgrade() -> None:
    op.add_column("jobs", number("number", server_default="0"))
    op.execute(_NUMBERED)
