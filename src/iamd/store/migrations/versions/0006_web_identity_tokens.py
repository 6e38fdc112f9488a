"""Accounts as issuers of web identity tokens, and their signing keys."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "issuers",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("issuer_id", KEY, nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_issuers"),
        sa.UniqueConstraint("issuer_id", name="uq_issuers_issuer_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "signing_keys",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("key_id", KEY, nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=False),
        sa.Column("active_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "key_id", name="pk_signing_keys"),
        sqlite_with_rowid=False,
    )
