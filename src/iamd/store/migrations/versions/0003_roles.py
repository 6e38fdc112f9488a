"""Roles, instance profiles, OpenID Connect providers, account quotas."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for counter in ("roles", "instance_profiles"):
        op.add_column("accounts", sa.Column(counter, sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_users_user_id", "users", ["user_id"], unique=False)
    op.create_table(
        "roles",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("role_id", KEY, nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("role_name", sa.Text(), nullable=False),
        sa.Column("path", KEY, nullable=False),
        sa.Column("arn", sa.Text(), nullable=False),
        sa.Column("create_date", sa.Text(), nullable=False),
        sa.Column("boundary_arn", KEY, nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("max_session_duration", sa.Integer(), nullable=False),
        sa.Column("trust", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "role_id", name="pk_roles"),
        sa.UniqueConstraint("account_id", "name_key", name="uq_roles_account_id_name_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_roles_account_id_boundary_arn", "roles", ["account_id", "boundary_arn"], unique=False)
    op.create_index("ix_roles_role_id", "roles", ["role_id"], unique=False)
    op.create_table(
        "role_uses",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("role_id", KEY, nullable=False),
        sa.Column("last_used_date", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "role_id", name="pk_role_uses"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "role_deletions",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("task_id", KEY, nullable=False),
        sa.Column("create_date", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "task_id", name="pk_role_deletions"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "instance_profiles",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("instance_profile_id", KEY, nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("instance_profile_name", sa.Text(), nullable=False),
        sa.Column("path", KEY, nullable=False),
        sa.Column("arn", sa.Text(), nullable=False),
        sa.Column("create_date", sa.Text(), nullable=False),
        sa.Column("role_id", KEY, nullable=True),
        sa.PrimaryKeyConstraint("account_id", "instance_profile_id", name="pk_instance_profiles"),
        sa.UniqueConstraint("account_id", "name_key", name="uq_instance_profiles_account_id_name_key"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_instance_profiles_account_id_role_id",
        "instance_profiles",
        ["account_id", "role_id"],
        unique=False,
    )
    op.create_table(
        "oidc_providers",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("arn", KEY, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("client_ids", sa.Text(), nullable=False),
        sa.Column("thumbprints", sa.Text(), nullable=False),
        sa.Column("create_date", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "arn", name="pk_oidc_providers"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quotas",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "name", name="pk_quotas"),
        sqlite_with_rowid=False,
    )
