"""Required by Alembic; `iamd.store.migrate` configures the environment and runs the migrations."""

from alembic import context

context.run_migrations()
