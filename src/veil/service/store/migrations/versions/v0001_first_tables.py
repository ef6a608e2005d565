"""The tables of the first release, as they were written before they had a version."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from veil.service.store.migrations.columns import bytes_of, number, seconds, table, text

revision = "0001"
down_revision = None

_FORGETS = """
CREATE TRIGGER job_forgets AFTER DELETE ON jobs BEGIN
    DELETE FROM marks WHERE job = OLD.id; DELETE FROM readings WHERE job = OLD.id; END
"""
_DUE = """
CREATE OR REPLACE FUNCTION cut_is_due() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO facts VALUES ('due', '1') ON CONFLICT (name) DO NOTHING; RETURN NULL; END $$
"""
_WATCHES = (
    "CREATE OR REPLACE TRIGGER object_goes AFTER DELETE ON objects FOR EACH STATEMENT EXECUTE FUNCTION cut_is_due()",
    "CREATE OR REPLACE TRIGGER job_goes AFTER DELETE OR UPDATE OF key ON jobs FOR EACH STATEMENT EXECUTE FUNCTION cut_is_due()",
)


def upgrade() -> None:
    _people()
    _jobs()
    _reviews()
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_FORGETS)
        return
    table("acts", number("number", primary_key=True, autoincrement=False), bytes_of("line"))
    op.execute(_DUE)
    for watch in _WATCHES:
        op.execute(watch)


def _people() -> None:
    table("facts", text("name", primary_key=True), text("value"))
    table(
        "people",
        text("id", primary_key=True),
        text("name", unique=True),
        text("role"),
        bytes_of("salt"),
        text("cost"),
        bytes_of("digest"),
        number("active", server_default="1"),
        number("wrong", server_default="0"),
        seconds("locked", server_default="0"),
        seconds("made"),
    )
    table("invitations", bytes_of("digest", primary_key=True), text("id"), text("role"), seconds("until"))
    table("renewals", bytes_of("digest", primary_key=True), text("person"), seconds("until"))
    table("sessions", bytes_of("digest", primary_key=True), text("person"), seconds("made"), seconds("seen"))


def _jobs() -> None:
    table(
        "jobs",
        text("id", primary_key=True),
        text("owner"),
        text("state"),
        text("format"),
        seconds("made"),
        seconds("changed"),
        seconds("until"),
        bytes_of("key", nullable=True),
        bytes_of("about", nullable=True),
        bytes_of("plan", nullable=True),
        bytes_of("report", nullable=True),
        text("code", server_default=""),
        text("stage", server_default=""),
        number("done", server_default="0"),
        number("whole", server_default="0"),
        text("lease", server_default=""),
        seconds("leased", server_default="0"),
        number("tries", server_default="0"),
    )
    op.create_index("jobs_by_owner", "jobs", ["owner", "made"])
    op.create_index("jobs_by_state", "jobs", ["state", "changed"])
    table(
        "objects",
        text("id", primary_key=True),
        text("job"),
        text("owner"),
        text("what"),
        bytes_of("key"),
        number("size"),
        seconds("made"),
    )
    op.create_index("objects_of_job", "objects", ["job", "what"], unique=True)


def _reviews() -> None:
    """In PostgreSQL they go with their job by a reference, in SQLite by a trigger."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"

    def job() -> sa.Column[Any]:
        references = [] if is_sqlite else [sa.ForeignKey("jobs.id", ondelete="CASCADE")]
        return text("job", *references, primary_key=True)

    table(
        "marks",
        job(),
        number("text", primary_key=True, autoincrement=False),
        number("start", primary_key=True, autoincrement=False),
        number("stop", primary_key=True, autoincrement=False),
        text("label"),
        text("verdict"),
    )
    table("readings", job(), number("text", primary_key=True, autoincrement=False))
    table(
        "rules",
        text("id", primary_key=True),
        text("kind"),
        text("label"),
        bytes_of("word"),
        text("person"),
        seconds("made"),
    )
