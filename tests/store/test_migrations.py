"""Migrations lead to the schema that the code describes, on both databases."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from iamd.app import Store
from iamd.store import migrate
from iamd.store.schema import metadata

pytestmark = pytest.mark.both_databases


def _engine(store: Store) -> sa.Engine:
    return sa.create_engine(store.database.url, poolclass=sa.NullPool)


def test_the_migrated_store_is_what_the_schema_says(store: Store) -> None:
    with _engine(store).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(store: Store) -> None:
    migrate.upgrade(store.database)
    assert migrate.find_current_revision(store.database) == migrate.LATEST_REVISION
    with store.database.read() as tx:
        assert migrate.find_revision(tx) == migrate.LATEST_REVISION


def test_names_are_ordered_by_bytes_on_both(store: Store) -> None:
    # PostgreSQL would sort by language otherwise, and pages would differ.
    with _engine(store).connect() as connection:
        columns = sa.inspect(connection).get_columns("users")
    collations = {column["name"]: getattr(column["type"], "collation", None) for column in columns}
    assert collations["name_key"] in ("C", None)
    if store.database.url.startswith("postgresql"):
        assert collations["name_key"] == "C"
