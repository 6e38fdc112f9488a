"""Service-specific credentials, and resource policies of services that have none of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "service_credentials",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("credential_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("secret_hash", KEY, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "credential_id", name="pk_service_credentials"),
        sa.UniqueConstraint("secret_hash", name="uq_service_credentials_secret_hash"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_service_credentials_account_id_user_id",
        "service_credentials",
        ["account_id", "user_id"],
        unique=False,
    )
    op.create_table(
        "resource_policies",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("resource_arn", KEY, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "resource_arn", name="pk_resource_policies"),
        sqlite_with_rowid=False,
    )
