"""The tables, described once for SQLite and PostgreSQL.

Every row carries its account, first in every key: an account is the unit of isolation. Only TEXT, integer and
BLOB columns are used, so that a driver's row is a record as it is. Timestamps are text in the wire's form
where the wire shows them, and seconds since 1970 in `…_at` columns where only reckoned with.
Names are unique without regard to case: `…_key` columns hold the lower-case form and give the order of lists.
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

# Byte order on both databases, so that pages and uniqueness agree.
Key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _table(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, metadata, *columns, sqlite_with_rowid=False)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, Key, primary_key=True)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _counter(name: str) -> sa.Column[int]:
    """Return a count that older rows begin with nothing."""
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


meta = _table("meta", _key("name"), _text("value"))

accounts = _table(
    "accounts",
    _key("account_id"),
    _text("name"),
    _text("root_email"),
    sa.Column("root_email_key", Key, nullable=False, unique=True),
    _text("create_date"),
    _text("revision"),
    sa.Column("data_key", sa.LargeBinary, nullable=False),
    _number("users"),
    _number("groups"),
    _number("policies"),
    _text("root_last_used", nullable=True),
    _counter("roles"),
    _counter("instance_profiles"),
)

account_aliases = _table(
    "account_aliases",
    _key("account_id"),
    sa.Column("alias", Key, nullable=False, unique=True),
)

users = _table(
    "users",
    _key("account_id"),
    _key("user_id"),
    sa.Column("name_key", Key, nullable=False),
    _text("user_name"),
    sa.Column("path", Key, nullable=False),
    _text("arn"),
    _text("create_date"),
    sa.Column("boundary_arn", Key, nullable=True),
    _text("password_last_used", nullable=True),
    sa.UniqueConstraint("account_id", "name_key"),
    sa.Index(None, "account_id", "boundary_arn"),
    sa.Index(None, "user_id"),
)

user_groups = _table(
    "user_groups",
    _key("account_id"),
    _key("group_id"),
    sa.Column("name_key", Key, nullable=False),
    _text("group_name"),
    sa.Column("path", Key, nullable=False),
    _text("arn"),
    _text("create_date"),
    sa.UniqueConstraint("account_id", "name_key"),
)

memberships = _table(
    "memberships",
    _key("account_id"),
    _key("user_id"),
    _key("group_id"),
    sa.Index(None, "account_id", "group_id", "user_id"),
)

roles = _table(
    "roles",
    _key("account_id"),
    _key("role_id"),
    sa.Column("name_key", Key, nullable=False),
    _text("role_name"),
    sa.Column("path", Key, nullable=False),
    _text("arn"),
    _text("create_date"),
    sa.Column("boundary_arn", Key, nullable=True),
    _text("description", nullable=True),
    _number("max_session_duration"),
    _text("trust"),
    sa.UniqueConstraint("account_id", "name_key"),
    sa.Index(None, "account_id", "boundary_arn"),
    sa.Index(None, "role_id"),
)

role_uses = _table(
    "role_uses",
    _key("account_id"),
    _key("role_id"),
    _text("last_used_date"),
    _text("region"),
)

# Service-linked roles that were deleted: they go at once, so there is nothing to tell but that it was done.
role_deletions = _table(
    "role_deletions",
    _key("account_id"),
    _key("task_id"),
    _text("create_date"),
)

instance_profiles = _table(
    "instance_profiles",
    _key("account_id"),
    _key("instance_profile_id"),
    sa.Column("name_key", Key, nullable=False),
    _text("instance_profile_name"),
    sa.Column("path", Key, nullable=False),
    _text("arn"),
    _text("create_date"),
    sa.Column("role_id", Key, nullable=True),
    sa.UniqueConstraint("account_id", "name_key"),
    sa.Index(None, "account_id", "role_id"),
)

# `client_ids` and `thumbprints` hold one a line, in the order in which they were given.
oidc_providers = _table(
    "oidc_providers",
    _key("account_id"),
    _key("arn"),
    _text("url"),
    _text("client_ids"),
    _text("thumbprints"),
    _text("create_date"),
)

# Quotas that the operator has set; any other is AWS's default.
quotas = _table(
    "quotas",
    _key("account_id"),
    _key("name"),
    _number("value"),
)

access_keys = _table(
    "access_keys",
    _key("access_key_id"),
    sa.Column("account_id", Key, nullable=False),
    sa.Column("user_id", Key, nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    _text("status"),
    _text("create_date"),
    sa.Index(None, "account_id", "user_id", "access_key_id"),
)

access_key_uses = _table(
    "access_key_uses",
    _key("account_id"),
    _key("access_key_id"),
    _text("last_used_date"),
    _text("service_name"),
    _text("region"),
)

policies = _table(
    "policies",
    _key("account_id"),
    _key("policy_id"),
    sa.Column("name_key", Key, nullable=False),
    _text("policy_name"),
    sa.Column("path", Key, nullable=False),
    sa.Column("arn", Key, nullable=False),
    _text("description", nullable=True),
    _number("default_version"),
    _number("last_version"),
    _text("create_date"),
    _text("update_date"),
    sa.UniqueConstraint("account_id", "name_key"),
    sa.UniqueConstraint("account_id", "arn"),
)

policy_versions = _table(
    "policy_versions",
    _key("account_id"),
    _key("policy_id"),
    sa.Column("version", sa.Integer, primary_key=True),
    _text("document"),
    _text("create_date"),
)

inline_policies = _table(
    "inline_policies",
    _key("account_id"),
    _key("entity_id"),
    _key("name_key"),
    _text("policy_name"),
    _text("document"),
)

attachments = _table(
    "attachments",
    _key("account_id"),
    _key("entity_id"),
    _key("policy_arn"),
    sa.Index(None, "account_id", "policy_arn", "entity_id"),
)

tags = _table(
    "tags",
    _key("account_id"),
    _key("resource_id"),
    _key("key_key"),
    _text("key"),
    _text("value"),
)

audit_events = _table(
    "audit_events",
    _key("account_id"),
    sa.Column("event_time", Key, primary_key=True),
    _key("event_id"),
    _text("event_source"),
    _text("event_name"),
    _text("record"),
)

# Signing in. `user_id` is an account's ID where it is the root user's.

login_profiles = _table(
    "login_profiles",
    _key("account_id"),
    _key("user_id"),
    _text("hash"),
    _text("create_date"),
    _text("change_date"),
    _number("password_reset_required"),
)

password_history = _table(
    "password_history",
    _key("account_id"),
    _key("user_id"),
    sa.Column("number", sa.Integer, primary_key=True),
    _text("hash"),
)

password_policies = _table(
    "password_policies",
    _key("account_id"),
    _number("minimum_password_length"),
    _number("require_symbols"),
    _number("require_numbers"),
    _number("require_uppercase_characters"),
    _number("require_lowercase_characters"),
    _number("allow_users_to_change_password"),
    _number("max_password_age", nullable=True),
    _number("password_reuse_prevention", nullable=True),
    _number("hard_expiry", nullable=True),
)

security_settings = _table(
    "security_settings",
    _key("account_id"),
    _number("minimum_uppercase"),
    _number("minimum_lowercase"),
    _number("minimum_digits"),
    _number("minimum_symbols"),
    _number("refuse_common_passwords"),
    _number("require_mfa"),
    _number("lockout_attempts"),
    _number("lockout_minutes"),
)

# `counter` is the last accepted step of a TOTP device, and the signature counter of a passkey.
mfa_devices = _table(
    "mfa_devices",
    _key("account_id"),
    _key("serial_number"),
    _text("kind"),
    sa.Column("user_id", Key, nullable=True),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("counter", sa.BigInteger, nullable=False),
    _number("drift"),
    sa.Column("credential_id", Key, nullable=True, unique=True),
    _text("create_date"),
    _text("enable_date", nullable=True),
    _text("wizard", nullable=True),
    sa.Index(None, "account_id", "user_id", "serial_number"),
)

recovery_codes = _table(
    "recovery_codes",
    _key("account_id"),
    _key("user_id"),
    _key("code_hash"),
    _text("create_date"),
)

# Sessions, and sign-ins that wait for one more step: `stage` says which. The token is in the cookie only.
sessions = _table(
    "sessions",
    _key("token_hash"),
    sa.Column("account_id", Key, nullable=False),
    sa.Column("user_id", Key, nullable=False),
    _text("session_id"),
    _text("stage"),
    _moment("created_at"),
    _moment("seen_at"),
    _moment("mfa_at", nullable=True),
    _moment("confirmed_at", nullable=True),
    _text("source_ip"),
    _text("user_agent"),
    _text("challenge", nullable=True),
    sa.Index(None, "account_id", "user_id", "session_id"),
)

# Links that work once: to set an account up, to choose a new root password.
links = _table(
    "links",
    _key("token_hash"),
    sa.Column("account_id", Key, nullable=False),
    _text("purpose"),
    _moment("expires_at"),
)

# Failures, and what may be used once. They may name what does not exist, so they are hashed, of no account.
attempts = _table(
    "attempts",
    _key("subject"),
    _number("tries"),
    _moment("last_at"),
)

credential_reports = _table(
    "credential_reports",
    _key("account_id"),
    _text("generated_date"),
    _text("content"),
)
