"""The tables, described once for SQLite and PostgreSQL.

Every row carries its account, first in every key: an account is the unit of isolation. Only TEXT, INTEGER and
BLOB columns are used, so that a driver's row is a record as it is. Timestamps are text in the wire's form.
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
    sa.Column("users", sa.Integer, nullable=False),
    sa.Column("groups", sa.Integer, nullable=False),
    sa.Column("policies", sa.Integer, nullable=False),
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
    sa.UniqueConstraint("account_id", "name_key"),
    sa.Index(None, "account_id", "boundary_arn"),
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
    sa.Column("default_version", sa.Integer, nullable=False),
    sa.Column("last_version", sa.Integer, nullable=False),
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
