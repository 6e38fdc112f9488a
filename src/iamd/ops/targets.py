"""What operations act on, found before anybody is asked: ARNs hold stored paths, conditions need tags."""

import re

from iamd.core import arns, managed
from iamd.core.errors import Fault, InvalidUserType, NoSuchEntity, ValidationError
from iamd.core.records import Tags
from iamd.ops.call import Call
from iamd.ops.operation import Context, Finder, Params, Target
from iamd.store import access_keys, mfa_devices, oidc_providers, policies, tags
from iamd.store.named import GROUPS, INSTANCE_PROFILES, ROLES, USERS

_ROLE_ARN = re.compile(r"arn:aws:iam::([0-9]{12}):role/(?:[^\s]*/)?([\w+=,.@-]{1,64})", re.ASCII)


def tag_context(held: Tags) -> Context:
    """Return the condition keys of a resource's tags, under both of their names."""
    return {f"{prefix}:resourcetag/{tag.key.lower()}": tag.value for tag in held for prefix in ("aws", "iam")}


# Users.


def _find_user(call: Call, params: Params) -> Target:
    return _user_named(call, params["user_name"])


def _user_named(call: Call, name: str) -> Target:
    shown = f"user {name}"
    user = USERS.find(call.tx, call.account_id, name)
    if user is None:
        missing = NoSuchEntity(f"The user with name {name} cannot be found.")
        return Target(call.arn(f"user/{name}"), missing=missing, shown=shown)
    held = tag_context(tags.list_for_resource(call.tx, call.account_id, user.user_id))
    return Target(user.arn, user, held, shown=shown)


def _find_user_or_self(call: Call, params: Params) -> Target:
    if "user_name" in params:
        return _user_named(call, params["user_name"])
    if call.caller.user is None:
        missing = ValidationError("Must specify userName when calling with non-User credentials")
        return Target(call.caller.principal.arn, missing=missing)
    return Target(call.caller.user.arn, call.caller.user, tag_context(call.caller.tags))


def _find_user_or_root(call: Call, params: Params) -> Target:
    if "user_name" in params or not call.caller.is_root:
        return _find_user_or_self(call, params)
    return Target(call.caller.principal.arn)


def _self(call: Call, _params: Params) -> Target:
    user = call.caller.user
    if user is None:
        return Target(call.caller.principal.arn)
    return Target(user.arn, user, tag_context(call.caller.tags))


def _self_as_user(call: Call, params: Params) -> Target:
    found = _self(call, params)
    if call.caller.user is None:
        return found._replace(missing=InvalidUserType("Only IAM Users can change their own password"))
    return found


def _new_user(call: Call, params: Params) -> Target:
    return Target(call.arn(f"user{params.get('path', '/')}{params['user_name']}"))


def _users_under(call: Call, params: Params) -> Target:
    return Target(call.arn(f"user{params.get('path_prefix', '/')}"))


USER = Finder(_find_user, "user", ("user_name",))
USER_OR_SELF = Finder(_find_user_or_self, "user", ("user_name",))
USER_OR_ROOT = Finder(_find_user_or_root, "user", ("user_name",))
SELF = Finder(_self, "user")
SELF_AS_USER = Finder(_self_as_user, "user")
NEW_USER = Finder(_new_user, "user")
USERS_UNDER = Finder(_users_under, None)


# Groups, which have no tags.


def _find_group(call: Call, params: Params) -> Target:
    name = params["group_name"]
    shown = f"group {name}"
    group = GROUPS.find(call.tx, call.account_id, name)
    if group is None:
        missing = NoSuchEntity(f"The group with name {name} cannot be found.")
        return Target(call.arn(f"group/{name}"), missing=missing, shown=shown)
    return Target(group.arn, group, shown=shown)


def _new_group(call: Call, params: Params) -> Target:
    return Target(call.arn(f"group{params.get('path', '/')}{params['group_name']}"))


def _groups_under(call: Call, params: Params) -> Target:
    return Target(call.arn(f"group{params.get('path_prefix', '/')}"))


GROUP = Finder(_find_group, "group", ("group_name",))
NEW_GROUP = Finder(_new_group, "group")
GROUPS_UNDER = Finder(_groups_under, None)


# Roles, and the instance profiles that hand them on.


def _find_role(call: Call, params: Params) -> Target:
    name = params["role_name"]
    shown = f"role {name}"
    role = ROLES.find(call.tx, call.account_id, name)
    if role is None:
        missing = NoSuchEntity(f"The role with name {name} cannot be found.")
        return Target(call.arn(f"role/{name}"), missing=missing, shown=shown)
    held = tag_context(tags.list_for_resource(call.tx, call.account_id, role.role_id))
    return Target(role.arn, role, held, shown=shown)


def _new_role(call: Call, params: Params) -> Target:
    return Target(call.arn(f"role{params.get('path', '/')}{params['role_name']}"))


def _roles_under(call: Call, params: Params) -> Target:
    return Target(call.arn(f"role{params.get('path_prefix', '/')}"))


def _assumed_role(call: Call, params: Params) -> Target:
    """Find the role of an ARN, in whichever account; where there is none, nothing trusts anybody."""
    arn = params["role_arn"]
    found = _ROLE_ARN.fullmatch(arn)
    if found is None:
        raise ValidationError(f"{arn} is invalid")  # of nobody's: there is nothing that it could tell
    account_id, name = found.groups()
    role = ROLES.find(call.tx, account_id, name)
    if role is None or role.arn != arn:
        return Target(arn, must_grant=True, account_id=account_id)
    held = tag_context(tags.list_for_resource(call.tx, account_id, role.role_id))
    return Target(arn, role, held, policy=role.trust, must_grant=True, account_id=account_id)


def _find_profile(call: Call, params: Params) -> Target:
    name = params["instance_profile_name"]
    shown = f"instance profile {name}"
    profile = INSTANCE_PROFILES.find(call.tx, call.account_id, name)
    if profile is None:
        missing = NoSuchEntity(f"Instance Profile {name} cannot be found.")
        return Target(call.arn(f"instance-profile/{name}"), missing=missing, shown=shown)
    held = tag_context(tags.list_for_resource(call.tx, call.account_id, profile.instance_profile_id))
    return Target(profile.arn, profile, held, shown=shown)


def _new_profile(call: Call, params: Params) -> Target:
    return Target(call.arn(f"instance-profile{params.get('path', '/')}{params['instance_profile_name']}"))


def _profiles_under(call: Call, params: Params) -> Target:
    return Target(call.arn(f"instance-profile{params.get('path_prefix', '/')}"))


ROLE = Finder(_find_role, "role", ("role_name",))
NEW_ROLE = Finder(_new_role, "role")
ROLES_UNDER = Finder(_roles_under, None)
ASSUMED_ROLE = Finder(_assumed_role, "role", ("role_arn",))
INSTANCE_PROFILE = Finder(_find_profile, "instance-profile", ("instance_profile_name",))
NEW_INSTANCE_PROFILE = Finder(_new_profile, "instance-profile")
INSTANCE_PROFILES_UNDER = Finder(_profiles_under, None)


# Managed policies: the account's own, and AWS's, which belong to everybody and change for nobody.


def _find_policy(call: Call, params: Params) -> Target:
    arn = params["policy_arn"]
    shown = f"policy {arn}"
    aws_managed = managed.catalog().get(arn)
    if aws_managed is not None:
        return Target(arn, aws_managed, shown=shown)
    policy = policies.find(call.tx, call.account_id, arn)
    if policy is None:
        return Target(arn, missing=_no_policy(arn), shown=shown)
    held = tag_context(tags.list_for_resource(call.tx, call.account_id, policy.policy_id))
    return Target(arn, policy, held, shown=shown)


def _no_policy(arn: str) -> Fault:
    if ":policy/" not in arn or not arn.startswith(f"arn:{arns.PARTITION}:iam::"):
        return ValidationError(f"ARN {arn} is not valid.")
    return NoSuchEntity(f"Policy {arn} was not found.")


def _new_policy(call: Call, params: Params) -> Target:
    return Target(call.arn(f"policy{params.get('path', '/')}{params['policy_name']}"))


def _policies_under(_call: Call, params: Params) -> Target:
    # Not an ARN, and what AWS says: only a statement on all resources matches it.
    return Target(f"policy path {params.get('path_prefix', '/')}")


POLICY = Finder(_find_policy, "policy", ("policy_arn",))
NEW_POLICY = Finder(_new_policy, "policy")
POLICIES_UNDER = Finder(_policies_under, None)


# OpenID Connect providers.


def _find_provider(call: Call, params: Params) -> Target:
    arn = params["open_id_connect_provider_arn"]
    provider = oidc_providers.find(call.tx, call.account_id, arn)
    if provider is None:
        return Target(arn, missing=NoSuchEntity(f"OpenIDConnect Provider not found for arn {arn}"))
    return Target(arn, provider, tag_context(tags.list_for_resource(call.tx, call.account_id, arn)))


def _new_provider(call: Call, params: Params) -> Target:
    return Target(arns.oidc_provider(call.account_id, params["url"].removeprefix("https://")))


OIDC_PROVIDER = Finder(_find_provider, "oidc-provider", ("open_id_connect_provider_arn",))
NEW_OIDC_PROVIDER = Finder(_new_provider, "oidc-provider")


# MFA devices. A hardware token's serial number is no ARN; it gets one here, as AWS writes it.


def _find_mfa(call: Call, params: Params) -> Target:
    serial = params["serial_number"]
    arn = serial if serial.startswith("arn:") else call.arn(f"mfa/{serial}")
    device = mfa_devices.find(call.tx, call.account_id, serial)
    if device is None:
        return Target(arn, missing=no_device(serial))
    return Target(arn, device, tag_context(tags.list_for_resource(call.tx, call.account_id, serial)))


def no_device(serial_number: str) -> Fault:
    """Return what is said of a device that is not there."""
    return NoSuchEntity(f"VirtualMFADevice with serial number {serial_number} does not exist.")


def _new_mfa(call: Call, params: Params) -> Target:
    return Target(call.arn(f"mfa{params.get('path', '/')}{params['virtual_mfa_device_name']}"))


MFA = Finder(_find_mfa, "mfa", ("serial_number",))
NEW_MFA = Finder(_new_mfa, "mfa")


# Access keys, which are asked for by their owner; the account and its root user; and all else.


def _owner_of_key(call: Call, params: Params) -> Target:
    access_key_id = params["access_key_id"]
    shown = f"access key {access_key_id}"
    key = access_keys.find(call.tx, call.account_id, access_key_id)
    if key is None:
        missing = NoSuchEntity(f"The Access Key with id {access_key_id} cannot be found.")
        return Target(call.arn("user/*"), missing=missing, shown=shown)
    owner = USERS.find_by_id(call.tx, call.account_id, key.user_id)
    if owner is None:
        return Target(arns.root(call.account_id), key, shown=shown)
    held = tag_context(tags.list_for_resource(call.tx, call.account_id, owner.user_id))
    return Target(owner.arn, key, held, shown=shown)


def _account(call: Call, _params: Params) -> Target:
    return Target(f"arn:{arns.PARTITION}:account::{call.account_id}:account")


def _root(call: Call, _params: Params) -> Target:
    return Target(arns.root(call.account_id))


def _everything(_call: Call, _params: Params) -> Target:
    return Target("*")


OWNER_OF_KEY = Finder(_owner_of_key, "user", ("access_key_id",))
ACCOUNT = Finder(_account, "account")
ROOT = Finder(_root, None)
EVERYTHING = Finder(_everything, None)
