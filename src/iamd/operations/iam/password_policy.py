"""The account password policy, with AWS's members only; iamd's own rules are in the security settings."""

from iamd.core.errors import NoSuchEntity
from iamd.core.records import PasswordPolicy
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.operations.iam.passwords import users_may_change_password
from iamd.store import security_settings


@operation("iam", target_finder=targets.ANY_RESOURCE, is_self_service=users_may_change_password)
def get_account_password_policy(call: Call) -> Reply:
    policy = security_settings.find_password_policy(call.tx, call.account_id)
    if policy is None:
        raise NoSuchEntity(f"The Password Policy with domain name {call.account_id} cannot be found.")
    return {"PasswordPolicy": policy}


@operation("iam", target_finder=targets.ANY_RESOURCE)
def update_account_password_policy(
    call: Call,
    minimum_password_length: int = 6,
    require_symbols: bool = False,
    require_numbers: bool = False,
    require_uppercase_characters: bool = False,
    require_lowercase_characters: bool = False,
    allow_users_to_change_password: bool = False,
    max_password_age: int | None = None,
    password_reuse_prevention: int | None = None,
    hard_expiry: bool | None = None,
) -> Reply:
    """Replace the whole policy; omitted members get their defaults."""
    policy = PasswordPolicy(
        minimum_password_length,
        require_symbols,
        require_numbers,
        require_uppercase_characters,
        require_lowercase_characters,
        allow_users_to_change_password,
        max_password_age,
        password_reuse_prevention,
        hard_expiry,
    )
    security_settings.set_password_policy(call.tx, call.account_id, policy)
    return None


@operation("iam", target_finder=targets.ANY_RESOURCE)
def delete_account_password_policy(call: Call) -> Reply:
    if not security_settings.delete_password_policy(call.tx, call.account_id):
        raise NoSuchEntity("The account policy with name PasswordPolicy cannot be found.")
    return None
