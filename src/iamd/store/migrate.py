"""Database schema migrations, run with Alembic.

Alembic is imported only when a migration runs: importing it takes a third of a second.
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from iamd.store.database import Database
from iamd.store.query import Query, Tx, text_scalar

_MIGRATIONS_DIR = Path(__file__).parent / "migrations"
LATEST_REVISION = "0006"  # a test compares it with the newest migration


class NewerSchemaError(Exception):
    """The store was written by a newer version of iamd; the message is one line."""


def _engine(database: Database) -> sa.Engine:
    is_sqlite = database.url.startswith("sqlite:")
    options = {} if is_sqlite else {"connect_args": {"prepare_threshold": None}}  # for poolers
    engine = sa.create_engine(database.url, poolclass=sa.NullPool, **options)
    if is_sqlite:
        # The driver would commit each CREATE on its own; a migration must be one transaction.
        event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def upgrade(database: Database) -> None:
    """Migrate to the newest schema, one node at a time.

    Raises NewerSchemaError if the store's schema is newer than this version of iamd supports.
    """
    with database.exclusive_lock():
        engine = _engine(database)
        with engine.begin() as connection:
            _run_migrations(connection)
        engine.dispose()


def _run_migrations(connection: sa.Connection) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS_DIR))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)

    def upgrade_steps(current: Any, _: Any) -> Any:
        revision: Any = current if isinstance(current, str) else next(iter(current), None)
        _check_not_newer(revision, {script.revision for script in scripts.walk_revisions()})
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001 - what Alembic's own upgrade command calls

    with EnvironmentContext(config, scripts, fn=upgrade_steps) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()


def _check_not_newer(revision: str | None, known_revisions: set[str]) -> None:
    if revision and revision not in known_revisions:
        raise NewerSchemaError(
            f"the store has schema {revision}, written by a newer version of iamd; "
            f"this version supports schemas up to {LATEST_REVISION}"
        )


_find_revision = Query(
    sa.select(sa.literal_column("version_num")).select_from(sa.text("alembic_version")), text_scalar
)


def find_revision(tx: Tx) -> str | None:
    """Return the schema revision of a store that has been created."""
    return _find_revision.first(tx)


def find_current_revision(database: Database) -> str | None:
    """Return the store's schema revision; None for an empty store."""
    with _engine(database).connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        return revision
