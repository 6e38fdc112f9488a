"""Database schema: all tables, for SQLite and PostgreSQL.

Rows carry their account's ID, first in the primary key: the account is the unit of isolation. Only TEXT,
integer and BLOB columns are used, so that drivers return values that need no conversion. Timestamps that
appear in replies are ISO 8601 text, as in replies; `…_at` columns are epoch seconds. Names are unique
case-insensitively: `…_key` columns contain the lower-case form and define the order of lists.
"""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Compared by bytes on both databases, so that sort order and uniqueness are the same.
KeyText = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _table(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, metadata, *columns, sqlite_with_rowid=False)


def _key_column(name: str) -> sa.Column[str]:
    return sa.Column(name, KeyText, primary_key=True)


def _text_column(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _integer_column(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _epoch_column(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _counter_column(name: str) -> sa.Column[int]:
    """Return a counter column, added by a later migration; it is 0 in existing rows."""
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


meta = _table("meta", _key_column("name"), _text_column("value"))

accounts = _table(
    "accounts",
    _key_column("account_id"),
    _text_column("name"),
    _text_column("root_email"),
    sa.Column("root_email_key", KeyText, nullable=False, unique=True),
    _text_column("create_date"),
    _text_column("revision"),
    sa.Column("data_key", sa.LargeBinary, nullable=False),
    _integer_column("users"),
    _integer_column("groups"),
    _integer_column("policies"),
    _text_column("root_last_used", nullable=True),
    _counter_column("roles"),
    _counter_column("instance_profiles"),
)

account_aliases = _table(
    "account_aliases",
    _key_column("account_id"),
    sa.Column("alias", KeyText, nullable=False, unique=True),
)

users = _table(
    "users",
    _key_column("account_id"),
    _key_column("user_id"),
    sa.Column("name_key", KeyText, nullable=False),
    _text_column("user_name"),
    sa.Column("path", KeyText, nullable=False),
    _text_column("arn"),
    _text_column("create_date"),
    sa.Column("boundary_arn", KeyText, nullable=True),
    _text_column("password_last_used", nullable=True),
    sa.UniqueConstraint("account_id", "name_key"),
    sa.Index(None, "account_id", "path", "name_key"),
    sa.Index(None, "account_id", "boundary_arn"),
    sa.Index(None, "user_id"),
)

user_groups = _table(
    "user_groups",
    _key_column("account_id"),
    _key_column("group_id"),
    sa.Column("name_key", KeyText, nullable=False),
    _text_column("group_name"),
    sa.Column("path", KeyText, nullable=False),
    _text_column("arn"),
    _text_column("create_date"),
    sa.UniqueConstraint("account_id", "name_key"),
    sa.Index(None, "account_id", "path", "name_key"),
)

memberships = _table(
    "memberships",
    _key_column("account_id"),
    _key_column("user_id"),
    _key_column("group_id"),
    sa.Index(None, "account_id", "group_id", "user_id"),
)

roles = _table(
    "roles",
    _key_column("account_id"),
    _key_column("role_id"),
    sa.Column("name_key", KeyText, nullable=False),
    _text_column("role_name"),
    sa.Column("path", KeyText, nullable=False),
    _text_column("arn"),
    _text_column("create_date"),
    sa.Column("boundary_arn", KeyText, nullable=True),
    _text_column("description", nullable=True),
    _integer_column("max_session_duration"),
    _text_column("trust"),
    sa.UniqueConstraint("account_id", "name_key"),
    sa.Index(None, "account_id", "path", "name_key"),
    sa.Index(None, "account_id", "boundary_arn"),
    sa.Index(None, "role_id"),
)

role_uses = _table(
    "role_uses",
    _key_column("account_id"),
    _key_column("role_id"),
    _text_column("last_used_date"),
    _text_column("region"),
)

# Deletion tasks of service-linked roles. Deletion is immediate, so a row means that the task has succeeded.
role_deletions = _table(
    "role_deletions", _key_column("account_id"), _key_column("task_id"), _text_column("create_date")
)

instance_profiles = _table(
    "instance_profiles",
    _key_column("account_id"),
    _key_column("instance_profile_id"),
    sa.Column("name_key", KeyText, nullable=False),
    _text_column("instance_profile_name"),
    sa.Column("path", KeyText, nullable=False),
    _text_column("arn"),
    _text_column("create_date"),
    sa.Column("role_id", KeyText, nullable=True),
    sa.UniqueConstraint("account_id", "name_key"),
    sa.Index(None, "account_id", "path", "name_key"),
    sa.Index(None, "account_id", "role_id"),
)

# `client_ids` and `thumbprints` contain one value per line, in the order of the request.
oidc_providers = _table(
    "oidc_providers",
    _key_column("account_id"),
    _key_column("arn"),
    _text_column("url"),
    _text_column("client_ids"),
    _text_column("thumbprints"),
    _text_column("create_date"),
)

# Accounts as issuers of web identity tokens, with the public ID; `disabled_at` is null while one is enabled.
issuers = _table(
    "issuers",
    _key_column("account_id"),
    sa.Column("issuer_id", KeyText, nullable=False, unique=True),
    _epoch_column("disabled_at", nullable=True),
)

# The keys that sign those tokens: `public_key` is a JWK, `active_at` the time from which the key signs.
signing_keys = _table(
    "signing_keys",
    _key_column("account_id"),
    _key_column("key_id"),
    _text_column("algorithm"),
    _text_column("public_key"),
    sa.Column("private_key", sa.LargeBinary, nullable=False),
    _epoch_column("active_at"),
)

# Quotas set by the operator; all others are AWS's defaults.
quotas = _table("quotas", _key_column("account_id"), _key_column("name"), _integer_column("value"))

access_keys = _table(
    "access_keys",
    _key_column("access_key_id"),
    sa.Column("account_id", KeyText, nullable=False),
    sa.Column("user_id", KeyText, nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    _text_column("status"),
    _text_column("create_date"),
    sa.Index(None, "account_id", "user_id", "access_key_id"),
)

access_key_uses = _table(
    "access_key_uses",
    _key_column("account_id"),
    _key_column("access_key_id"),
    _text_column("last_used_date"),
    _text_column("service_name"),
    _text_column("region"),
)

service_credentials = _table(
    "service_credentials",
    _key_column("account_id"),
    _key_column("credential_id"),
    sa.Column("user_id", KeyText, nullable=False),
    _text_column("service_name"),
    _text_column("alias"),
    sa.Column("secret_hash", KeyText, nullable=False, unique=True),
    _text_column("status"),
    _epoch_column("created_at"),
    _epoch_column("expires_at", nullable=True),
    sa.Index(None, "account_id", "user_id"),
)

policies = _table(
    "policies",
    _key_column("account_id"),
    _key_column("policy_id"),
    sa.Column("name_key", KeyText, nullable=False),
    _text_column("policy_name"),
    sa.Column("path", KeyText, nullable=False),
    sa.Column("arn", KeyText, nullable=False),
    _text_column("description", nullable=True),
    _integer_column("default_version"),
    _integer_column("last_version"),
    _text_column("create_date"),
    _text_column("update_date"),
    sa.UniqueConstraint("account_id", "name_key"),
    sa.UniqueConstraint("account_id", "arn"),
)

policy_versions = _table(
    "policy_versions",
    _key_column("account_id"),
    _key_column("policy_id"),
    sa.Column("version", sa.Integer, primary_key=True),
    _text_column("document"),
    _text_column("create_date"),
)

inline_policies = _table(
    "inline_policies",
    _key_column("account_id"),
    _key_column("entity_id"),
    _key_column("name_key"),
    _text_column("policy_name"),
    _text_column("document"),
)

resource_policies = _table(
    "resource_policies", _key_column("account_id"), _key_column("resource_arn"), _text_column("document")
)

attachments = _table(
    "attachments",
    _key_column("account_id"),
    _key_column("entity_id"),
    _key_column("policy_arn"),
    sa.Index(None, "account_id", "policy_arn", "entity_id"),
)

tags = _table(
    "tags",
    _key_column("account_id"),
    _key_column("resource_id"),
    _key_column("key_key"),
    _text_column("key"),
    _text_column("value"),
)

audit_events = _table(
    "audit_events",
    _key_column("account_id"),
    sa.Column("event_time", KeyText, primary_key=True),
    _key_column("event_id"),
    _text_column("event_source"),
    _text_column("event_name"),
    _text_column("record"),
)

# Sign-in. `user_id` is the account ID for the root user.

login_profiles = _table(
    "login_profiles",
    _key_column("account_id"),
    _key_column("user_id"),
    _text_column("hash"),
    _text_column("create_date"),
    _text_column("change_date"),
    _integer_column("password_reset_required"),
)

password_history = _table(
    "password_history",
    _key_column("account_id"),
    _key_column("user_id"),
    sa.Column("number", sa.Integer, primary_key=True),
    _text_column("hash"),
)

password_policies = _table(
    "password_policies",
    _key_column("account_id"),
    _integer_column("minimum_password_length"),
    _integer_column("require_symbols"),
    _integer_column("require_numbers"),
    _integer_column("require_uppercase_characters"),
    _integer_column("require_lowercase_characters"),
    _integer_column("allow_users_to_change_password"),
    _integer_column("max_password_age", nullable=True),
    _integer_column("password_reuse_prevention", nullable=True),
    _integer_column("hard_expiry", nullable=True),
)

security_settings = _table(
    "security_settings",
    _key_column("account_id"),
    _integer_column("minimum_uppercase"),
    _integer_column("minimum_lowercase"),
    _integer_column("minimum_digits"),
    _integer_column("minimum_symbols"),
    _integer_column("refuse_common_passwords"),
    _integer_column("require_mfa"),
    _integer_column("lockout_attempts"),
    _integer_column("lockout_minutes"),
)

# `counter` is a TOTP device's last accepted time step or a passkey's signature counter. `wizard` is the ID of
# the user or root user who is setting the device up in the console.
mfa_devices = _table(
    "mfa_devices",
    _key_column("account_id"),
    _key_column("serial_number"),
    _text_column("kind"),
    sa.Column("user_id", KeyText, nullable=True),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("counter", sa.BigInteger, nullable=False),
    _integer_column("drift"),
    sa.Column("credential_id", KeyText, nullable=True, unique=True),
    _text_column("create_date"),
    _text_column("enable_date", nullable=True),
    _text_column("wizard", nullable=True),
    sa.Index(None, "account_id", "user_id", "serial_number"),
)

recovery_codes = _table(
    "recovery_codes",
    _key_column("account_id"),
    _key_column("user_id"),
    _key_column("code_hash"),
    _text_column("create_date"),
)

# Console sessions, and pending sign-ins: `stage` is the next step. Tokens are only in cookies, never stored.
sessions = _table(
    "sessions",
    _key_column("token_hash"),
    sa.Column("account_id", KeyText, nullable=False),
    sa.Column("user_id", KeyText, nullable=False),
    _text_column("session_id"),
    _text_column("stage"),
    _epoch_column("created_at"),
    _epoch_column("seen_at"),
    _epoch_column("mfa_at", nullable=True),
    _epoch_column("confirmed_at", nullable=True),
    _text_column("source_ip"),
    _text_column("user_agent"),
    _text_column("challenge", nullable=True),
    sa.Index(None, "account_id", "user_id", "session_id"),
)

# One-time links: to set up an account, to reset the root password.
links = _table(
    "links",
    _key_column("token_hash"),
    sa.Column("account_id", KeyText, nullable=False),
    _text_column("purpose"),
    _epoch_column("expires_at"),
)

# Attempt counters: failed attempts and single-use values. A subject contains a hash of what was submitted,
# which may be an account or user that does not exist, so there is no account column.
attempts = _table("attempts", _key_column("subject"), _integer_column("tries"), _epoch_column("last_at"))

credential_reports = _table(
    "credential_reports", _key_column("account_id"), _text_column("generated_date"), _text_column("content")
)
