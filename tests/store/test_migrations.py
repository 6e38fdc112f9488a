"""Migrations create the schema that the code defines, on SQLite and PostgreSQL."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from iamd.datastore import Store
from iamd.store import migrate
from iamd.store.schema import metadata

pytestmark = pytest.mark.both_databases


def _engine(store: Store) -> sa.Engine:
    return sa.create_engine(store.database.url, poolclass=sa.NullPool)


def test_migrated_schema_equals_metadata(store: Store) -> None:
    with _engine(store).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_repeated_upgrade_is_a_no_op(store: Store) -> None:
    migrate.upgrade(store.database)
    assert migrate.find_current_revision(store.database) == migrate.LATEST_REVISION
    with store.database.read() as tx:
        assert migrate.find_revision(tx) == migrate.LATEST_REVISION


def test_names_have_a_binary_collation(store: Store) -> None:
    # PostgreSQL would use a linguistic collation otherwise, and pagination order would differ.
    with _engine(store).connect() as connection:
        columns = sa.inspect(connection).get_columns("users")
    collations = {column["name"]: getattr(column["type"], "collation", None) for column in columns}
    assert collations["name_key"] in ("C", None)
    if store.database.url.startswith("postgresql"):
        assert collations["name_key"] == "C"
