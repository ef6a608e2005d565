"""Upgrade: takes a database from the schema that it has to the one that this code needs."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

from veil.service.store.migrations.state import CURRENT, READ_VERSION, TABLE, VERSIONS, pending

_ALONE = Lock()  # Alembic has one place for the step that runs


def upgrade(dialect: str, connect: Callable[[], Any], begin: str) -> None:
    """Runs the steps that are missing, in one transaction.

    Shape:   `dialect`: as an address of SQLAlchemy; `connect`: a connection of the driver; `begin`: what is said first in the
             transaction, so that nobody else changes the database meanwhile.
    Keeps:   all steps and the number of the schema are committed together; what was cut off in the middle left nothing.
    Errors:  ConflictError `store-newer`; those of SQLAlchemy.
    """
    engine = sa.create_engine(f"{dialect}://", creator=connect, poolclass=sa.NullPool, hide_parameters=True)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    with _ALONE, engine.begin() as connection:
        _run(connection)


def scripts() -> ScriptDirectory:
    """The steps as Alembic reads them."""
    config = Config()
    config.set_main_option("script_location", "veil.service.store:migrations")
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def _run(connection: sa.Connection) -> None:
    tables = sa.inspect(connection).get_table_names()
    begun = pending(tables, lambda: str(connection.scalar(sa.text(READ_VERSION))))
    if begun is None:
        return
    script = scripts()

    def steps(found: Any, _context: Any) -> Any:
        return script._upgrade_revs(CURRENT, found)  # noqa: SLF001  as Alembic's own `upgrade`

    with EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(connection=connection, version_table=TABLE)
        if begun == VERSIONS[0] and TABLE not in tables:
            environment.get_context().stamp(script, VERSIONS[0])
        environment.run_migrations()
