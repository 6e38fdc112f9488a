"""Indexes on paths, for lists with a PathPrefix."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = ("users", "user_groups", "roles", "instance_profiles")


def upgrade() -> None:
    for table in TABLES:
        columns = ["account_id", "path", "name_key"]
        op.create_index(f"ix_{table}_account_id_path_name_key", table, columns, unique=False)
