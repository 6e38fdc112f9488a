"""What an account holds, as values.

A field is named as the service model names the member, in snake case, so that a record renders itself;
timestamps are kept in the wire's form. The model leaves out of replies what the wire does not know.
"""

from typing import NamedTuple


class Tag(NamedTuple):
    key: str
    value: str


Tags = tuple[Tag, ...]


class Account(NamedTuple):
    """An account; `revision` changes with every write to it and never comes back."""

    account_id: str
    name: str
    root_email: str
    create_date: str
    revision: str
    data_key: bytes
    users: int
    groups: int
    policies: int


class User(NamedTuple):
    """An IAM user; `permissions_boundary` is the ARN of a managed policy."""

    user_id: str
    user_name: str
    path: str
    arn: str
    create_date: str
    boundary_arn: str | None


class Group(NamedTuple):
    group_id: str
    group_name: str
    path: str
    arn: str
    create_date: str


class AccessKey(NamedTuple):
    """An access key of a user; the secret stays sealed in the store."""

    access_key_id: str
    user_name: str
    user_id: str
    status: str
    create_date: str


class Policy(NamedTuple):
    """A managed policy; AWS's own belong to the account `aws`."""

    policy_id: str
    policy_name: str
    path: str
    arn: str
    description: str | None
    default_version_id: str
    create_date: str
    update_date: str


class PolicyVersion(NamedTuple):
    version_id: str
    document: str
    is_default_version: bool
    create_date: str


class Attachment(NamedTuple):
    policy_name: str
    policy_arn: str
