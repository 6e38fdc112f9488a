"""Alembic asks for this file; `iamd.store.migrate` sets the environment up and calls the migrations."""

from alembic import context

context.run_migrations()
