"""Bring a store's schema up to date; Alembic is imported late, it costs a third of a second."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from iamd.store.database import Database
from iamd.store.query import Query, Tx, first

_FOLDER = Path(__file__).parent / "migrations"
LATEST = "0003"  # a test compares it with the newest migration


class NewerStoreError(Exception):
    """The store was written by a newer iamd; the message says so in one line."""


def _engine(database: Database) -> sa.Engine:
    engine = sa.create_engine(database.url, poolclass=sa.NullPool)
    if engine.dialect.name == "sqlite":
        # The driver would commit each CREATE by itself; a migration is one transaction or none.
        event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def upgrade(database: Database) -> None:
    """Migrate to the newest schema, one node at a time; NewerStoreError when the store is ahead of us."""
    with database.exclusive():
        engine = _engine(database)
        with engine.begin() as connection:
            _migrate(connection)
        engine.dispose()


def _migrate(connection: sa.Connection) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)

    def steps(current: Any, _: Any) -> Any:
        held: Any = current if isinstance(current, str) else next(iter(current), None)
        _refuse_newer(held, {script.revision for script in scripts.walk_revisions()})
        return scripts._upgrade_revs("head", held)  # noqa: SLF001 - what Alembic's own upgrade command calls

    with EnvironmentContext(config, scripts, fn=steps) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()


def _refuse_newer(held: str | None, known: set[str]) -> None:
    if held and held not in known:
        raise NewerStoreError(
            f"the store has schema {held}, written by a newer iamd; this one knows up to {LATEST}"
        )


_version = Query(sa.select(sa.literal_column("version_num")).select_from(sa.text("alembic_version")), first)


def version(tx: Tx) -> str | None:
    """Return the schema of a store that has one."""
    return _version.one(tx)


def current(database: Database) -> str | None:
    """Return the store's schema, or None for an empty store."""
    with _engine(database).connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        return found
