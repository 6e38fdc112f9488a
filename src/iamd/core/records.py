"""Records: users, groups, roles, policies, sessions and other entities of an account, as immutable values.

Fields are named after the members of the service model, in snake case, so that records can be rendered as
replies without conversion; fields that the model does not define are left out. Timestamps are ISO 8601 text
as in replies, unless a docstring says otherwise.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Tag(NamedTuple):
    key: str
    value: str


Tags = tuple[Tag, ...]


class Account(NamedTuple):
    """An account; `revision` changes with every write to the account and is never reused.

    `users`, `groups`, `policies`, `roles` and `instance_profiles` are counts, for quotas.
    """

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
    """An IAM user; `boundary_arn` is the ARN of the permissions boundary, a managed policy."""

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

    `trust` is the trust policy as stored, with users and roles as unique IDs instead of ARNs.
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
    """An instance profile; `role_id` is the unique ID of its role, of which it has one at most."""

    instance_profile_id: str
    instance_profile_name: str
    path: str
    arn: str
    create_date: str
    role_id: str | None


class OidcProvider(NamedTuple):
    """An OpenID Connect provider; `url` is its issuer URL without the scheme, as in replies."""

    arn: str
    url: str
    client_ids: tuple[str, ...]
    thumbprints: tuple[str, ...]
    create_date: str


class Issuer(NamedTuple):
    """An account as the issuer of web identity tokens; `issuer_id` is the account's public ID in its URL.

    `disabled_at` is when the feature was disabled, in seconds since 1970; None while it is enabled.
    """

    account_id: str
    issuer_id: str
    disabled_at: int | None


class SigningKey(NamedTuple):
    """A key that signs web identity tokens, from `active_at` on (seconds since 1970).

    `public_key` is a JWK (RFC 7517) as JSON text, `private_key` PKCS #8 in DER, sealed.
    """

    key_id: str
    algorithm: str
    public_key: str
    private_key: bytes
    active_at: int


class SessionToken(NamedTuple):
    """The contents of a session token: the owner, validity and restrictions of temporary credentials.

    `kind` is `role` (AssumeRole, AssumeRoleWithWebIdentity), `user` (GetSessionToken) or `federated`
    (GetFederationToken). `owner_id` is the unique ID of the role or user, or the account ID for the root
    user; `name` is the role session name or the federated user's name. Times are epoch seconds; `mfa_at` is
    when the caller authenticated with MFA. `policy` is the inline session policy as JSON text, `policy_arns`
    are the managed session policies; None if the request had none. `provider_arn` is the identity provider
    that authenticated the caller. `origin_id` is the unique ID of the user with whose credentials the chain
    of sessions began, the account ID of the root user, or the identity provider; `origin_mfa` is whether
    they were used with MFA.
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
    origin_id: str | None = None
    origin_mfa: bool = False

    @property
    def has_session_policies(self) -> bool:
        """Whether session policies limit the session's permissions."""
        return self.policy is not None or self.policy_arns is not None


class WebIdentity(NamedTuple):
    """An identity authenticated by an OpenID Connect provider: the contents of a verified ID token.

    `condition_keys` are the condition keys of the token's claims, in lower case; `tags` and
    `source_identity` are passed to the session.
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
    """An access key without its secret, which is stored sealed; `user_name` is None for the root user."""

    access_key_id: str
    user_name: str | None
    user_id: str
    status: str
    create_date: str


class ServiceCredential(NamedTuple):
    """A service-specific credential without its secret, of which the store has only the hash.

    `alias` is the public name of the secret. Times are in seconds since 1970; `expires_at` is None if the
    credential does not expire.
    """

    credential_id: str
    user_name: str
    user_id: str
    service_name: str
    alias: str
    status: str
    created_at: int
    expires_at: int | None


class Policy(NamedTuple):
    """A customer or AWS managed policy; the ARN of an AWS managed policy has the account ID `aws`."""

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
    """A console password; `user_id` is the account ID for the root user, `hash` an argon2id hash."""

    user_id: str
    hash: str
    create_date: str
    change_date: str
    password_reset_required: bool


class PasswordPolicy(NamedTuple):
    """An account's password policy, with the members of UpdateAccountPasswordPolicy.

    `max_password_age` is in days, `password_reuse_prevention` a number of passwords.
    """

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
        """Whether passwords expire: the reply member `ExpirePasswords`."""
        return bool(self.max_password_age)


class SecuritySettings(NamedTuple):
    """An account's sign-in rules that AWS's password policy does not have, with their defaults."""

    minimum_uppercase: int = 0
    minimum_lowercase: int = 0
    minimum_digits: int = 0
    minimum_symbols: int = 0
    refuse_common_passwords: bool = True
    require_mfa: bool = False
    lockout_attempts: int = 10
    lockout_minutes: int = 15


class MfaDevice(NamedTuple):
    """An MFA device: `kind` is `virtual`, `hardware` or `passkey`; unassigned if `user_id` is None.

    `counter` is a TOTP device's last accepted time step or a passkey's signature counter. `drift` is the
    number of time steps by which the device's clock is ahead. `wizard` is the unique ID of the user who is
    setting the device up in the console, None otherwise.
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
    """A console session or a pending sign-in; times are epoch seconds.

    `stage` is `open`, or the next step: `mfa`, `password`, or `enrol` for a session that may only set up MFA.
    `seen_at` is the last use, `mfa_at` and `confirmed_at` are the last authentication with MFA and the last
    confirmation. `challenge` is the WebAuthn challenge that a passkey must sign.
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
