"""Sign-in: passwords, password policies, MFA, sessions, links, attempt counters, credential reports."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("accounts", sa.Column("root_last_used", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("password_last_used", sa.Text(), nullable=True))
    op.create_table(
        "attempts",
        sa.Column("subject", KEY, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_attempts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "credential_reports",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("generated_date", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_credential_reports"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "links",
        sa.Column("token_hash", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_links"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "login_profiles",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("create_date", sa.Text(), nullable=False),
        sa.Column("change_date", sa.Text(), nullable=False),
        sa.Column("password_reset_required", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "user_id", name="pk_login_profiles"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mfa_devices",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("serial_number", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("drift", sa.Integer(), nullable=False),
        sa.Column("credential_id", KEY, nullable=True),
        sa.Column("create_date", sa.Text(), nullable=False),
        sa.Column("enable_date", sa.Text(), nullable=True),
        sa.Column("wizard", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "serial_number", name="pk_mfa_devices"),
        sa.UniqueConstraint("credential_id", name="uq_mfa_devices_credential_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_mfa_devices_account_id_user_id_serial_number",
        "mfa_devices",
        ["account_id", "user_id", "serial_number"],
        unique=False,
    )
    op.create_table(
        "password_history",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "user_id", "number", name="pk_password_history"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "password_policies",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("minimum_password_length", sa.Integer(), nullable=False),
        sa.Column("require_symbols", sa.Integer(), nullable=False),
        sa.Column("require_numbers", sa.Integer(), nullable=False),
        sa.Column("require_uppercase_characters", sa.Integer(), nullable=False),
        sa.Column("require_lowercase_characters", sa.Integer(), nullable=False),
        sa.Column("allow_users_to_change_password", sa.Integer(), nullable=False),
        sa.Column("max_password_age", sa.Integer(), nullable=True),
        sa.Column("password_reuse_prevention", sa.Integer(), nullable=True),
        sa.Column("hard_expiry", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_password_policies"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "recovery_codes",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("code_hash", KEY, nullable=False),
        sa.Column("create_date", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "user_id", "code_hash", name="pk_recovery_codes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "security_settings",
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("minimum_uppercase", sa.Integer(), nullable=False),
        sa.Column("minimum_lowercase", sa.Integer(), nullable=False),
        sa.Column("minimum_digits", sa.Integer(), nullable=False),
        sa.Column("minimum_symbols", sa.Integer(), nullable=False),
        sa.Column("refuse_common_passwords", sa.Integer(), nullable=False),
        sa.Column("require_mfa", sa.Integer(), nullable=False),
        sa.Column("lockout_attempts", sa.Integer(), nullable=False),
        sa.Column("lockout_minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_security_settings"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("mfa_at", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("source_ip", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("challenge", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_sessions_account_id_user_id_session_id",
        "sessions",
        ["account_id", "user_id", "session_id"],
        unique=False,
    )
