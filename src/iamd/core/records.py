"""What an account holds, as values.

A field is named as the service model names the member, in snake case, so that a record renders itself;
timestamps are kept in the wire's form. The model leaves out of replies what the wire does not know.
"""

from collections.abc import Mapping
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
    root_last_used: str | None = None
    roles: int = 0
    instance_profiles: int = 0


class User(NamedTuple):
    """An IAM user; `permissions_boundary` is the ARN of a managed policy."""

    user_id: str
    user_name: str
    path: str
    arn: str
    create_date: str
    boundary_arn: str | None
    password_last_used: str | None = None


class Group(NamedTuple):
    group_id: str
    group_name: str
    path: str
    arn: str
    create_date: str


class Role(NamedTuple):
    """An IAM role; `max_session_duration` is in seconds.

    `trust` is the trust policy as it is kept: users and roles in it by their unique IDs.
    """

    role_id: str
    role_name: str
    path: str
    arn: str
    create_date: str
    boundary_arn: str | None
    description: str | None
    max_session_duration: int
    trust: str


class InstanceProfile(NamedTuple):
    """An instance profile; `role_id` is that of the one role that it may have."""

    instance_profile_id: str
    instance_profile_name: str
    path: str
    arn: str
    create_date: str
    role_id: str | None


class OidcProvider(NamedTuple):
    """An OpenID Connect provider; `url` is its issuer without the scheme, as the wire shows it."""

    arn: str
    url: str
    client_ids: tuple[str, ...]
    thumbprints: tuple[str, ...]
    create_date: str


class SessionToken(NamedTuple):
    """What a session token says: whose temporary credentials they are, and what they may do at most.

    `kind` is `role` (AssumeRole and its kin), `user` (GetSessionToken) or `federated` (GetFederationToken).
    `owner_id` is the role's or the user's unique ID, or the account's ID for the root user; `name` is that of
    the role session or of the federated user. Times are seconds since 1970; `mfa_at` is when a second factor
    was shown. `policy` is a session policy as JSON text and `policy_arns` names those that are managed; both
    are None where none was given. `provider` is the ARN of the identity provider that vouched for the caller.
    """

    kind: str
    account_id: str
    owner_id: str
    name: str
    secret: str
    issued_at: int
    expires_at: int
    mfa_at: int | None = None
    policy: str | None = None
    policy_arns: tuple[str, ...] | None = None
    tags: Tags = ()
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str | None = None
    provider_arn: str | None = None

    @property
    def has_session_policies(self) -> bool:
        """Whether session policies say what the session may do at most."""
        return self.policy is not None or self.policy_arns is not None


class WebIdentity(NamedTuple):
    """Somebody whom an OpenID Connect provider vouched for: what its token said, once it was verified.

    `keys` are the condition keys of the token's claims, in lower case; `tags` and `source_identity` are those
    that the provider passes to the session.
    """

    provider_arn: str
    issuer: str
    subject: str
    audience: str
    condition_keys: Mapping[str, str | tuple[str, ...]]
    tags: Tags = ()
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str | None = None


class AccessKey(NamedTuple):
    """An access key of a user, or of a root user, who has no name; the secret stays sealed in the store."""

    access_key_id: str
    user_name: str | None
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


class LoginProfile(NamedTuple):
    """What somebody signs in with; `user_id` is the account's ID for the root user."""

    user_id: str
    hash: str
    create_date: str
    change_date: str
    password_reset_required: bool


class PasswordPolicy(NamedTuple):
    """An account's own password policy, as UpdateAccountPasswordPolicy writes it."""

    minimum_password_length: int = 6
    require_symbols: bool = False
    require_numbers: bool = False
    require_uppercase_characters: bool = False
    require_lowercase_characters: bool = False
    allow_users_to_change_password: bool = False
    max_password_age: int | None = None
    password_reuse_prevention: int | None = None
    hard_expiry: bool | None = None

    @property
    def expire_passwords(self) -> bool:
        """Whether passwords expire at all, which AWS tells in a member of its own."""
        return bool(self.max_password_age)


class SecuritySettings(NamedTuple):
    """An account's sign-in rules that AWS's password policy has no members for; these are the defaults."""

    minimum_uppercase: int = 0
    minimum_lowercase: int = 0
    minimum_digits: int = 0
    minimum_symbols: int = 0
    refuse_common_passwords: bool = True
    require_mfa: bool = False
    lockout_attempts: int = 10
    lockout_minutes: int = 15


class MfaDevice(NamedTuple):
    """An MFA device: `kind` is `virtual`, `hardware` or `passkey`; without `user_id` nobody's yet.

    `counter` is the last accepted step of a TOTP device, and the signature counter of a passkey. `drift` is
    how many steps the device's clock is ahead. `wizard` names who is still setting it up in the console.
    """

    serial_number: str
    kind: str
    user_id: str | None
    secret: bytes
    counter: int
    drift: int
    credential_id: str | None
    create_date: str
    enable_date: str | None
    wizard: str | None


class Session(NamedTuple):
    """A console session, or a sign-in under way; times are seconds since 1970.

    `stage` is `open`, or the step that is still to come: `mfa`, `password`, or `enrol` for a session that may
    do nothing but set up MFA.
    """

    token_hash: str
    account_id: str
    user_id: str
    session_id: str
    stage: str
    created_at: int
    seen_at: int
    mfa_at: int | None
    confirmed_at: int | None
    source_ip: str
    user_agent: str
    challenge: str | None
