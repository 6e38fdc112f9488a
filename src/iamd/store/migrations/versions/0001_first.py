"""Initial schema: accounts, users, groups, access keys, policies, tags, audit events."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "access_key_uses",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("access_key_id", KEY, nullable=False),
        sa.Column("last_used_date", sa.Text(), nullable=False),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "access_key_id", name="pk_access_key_uses"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "access_keys",
        sa.Column("access_key_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("create_date", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("access_key_id", name="pk_access_keys"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_access_keys_account_id_user_id_access_key_id",
        "access_keys",
        ["account_id", "user_id", "access_key_id"],
        unique=False,
    )
    op.create_table(
        "account_aliases",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("alias", KEY, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_aliases"),
        sa.UniqueConstraint("alias", name="uq_account_aliases_alias"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "accounts",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("root_email", sa.Text(), nullable=False),
        sa.Column("root_email_key", KEY, nullable=False),
        sa.Column("create_date", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("users", sa.Integer(), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.Column("policies", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_accounts"),
        sa.UniqueConstraint("root_email_key", name="uq_accounts_root_email_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attachments",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("entity_id", KEY, nullable=False),
        sa.Column("policy_arn", KEY, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "entity_id", "policy_arn", name="pk_attachments"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_attachments_account_id_policy_arn_entity_id",
        "attachments",
        ["account_id", "policy_arn", "entity_id"],
        unique=False,
    )
    op.create_table(
        "audit_events",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("event_time", KEY, nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("event_source", sa.Text(), nullable=False),
        sa.Column("event_name", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "event_time", "event_id", name="pk_audit_events"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "inline_policies",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("entity_id", KEY, nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("policy_name", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "entity_id", "name_key", name="pk_inline_policies"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "memberships",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "user_id", "group_id", name="pk_memberships"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_memberships_account_id_group_id_user_id",
        "memberships",
        ["account_id", "group_id", "user_id"],
        unique=False,
    )
    op.create_table(
        "meta",
        sa.Column("name", KEY, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_meta"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "policies",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("policy_id", KEY, nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("policy_name", sa.Text(), nullable=False),
        sa.Column("path", KEY, nullable=False),
        sa.Column("arn", KEY, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("default_version", sa.Integer(), nullable=False),
        sa.Column("last_version", sa.Integer(), nullable=False),
        sa.Column("create_date", sa.Text(), nullable=False),
        sa.Column("update_date", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "policy_id", name="pk_policies"),
        sa.UniqueConstraint("account_id", "arn", name="uq_policies_account_id_arn"),
        sa.UniqueConstraint("account_id", "name_key", name="uq_policies_account_id_name_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "policy_versions",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("policy_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("create_date", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "policy_id", "version", name="pk_policy_versions"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tags",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("resource_id", KEY, nullable=False),
        sa.Column("key_key", KEY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "resource_id", "key_key", name="pk_tags"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "user_groups",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("path", KEY, nullable=False),
        sa.Column("arn", sa.Text(), nullable=False),
        sa.Column("create_date", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "group_id", name="pk_user_groups"),
        sa.UniqueConstraint("account_id", "name_key", name="uq_user_groups_account_id_name_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "users",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("path", KEY, nullable=False),
        sa.Column("arn", sa.Text(), nullable=False),
        sa.Column("create_date", sa.Text(), nullable=False),
        sa.Column("boundary_arn", KEY, nullable=True),
        sa.PrimaryKeyConstraint("account_id", "user_id", name="pk_users"),
        sa.UniqueConstraint("account_id", "name_key", name="uq_users_account_id_name_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_users_account_id_boundary_arn", "users", ["account_id", "boundary_arn"], unique=False)
