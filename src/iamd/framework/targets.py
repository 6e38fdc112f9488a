"""Target finders: the resources that operations act on, looked up by parameters.

Targets are found before authorization, because resource ARNs contain stored paths and conditions can refer to
resource tags.
"""

import re

from iamd.core import arns, managed
from iamd.core.errors import Fault, InvalidUserType, NoSuchEntity, ValidationError
from iamd.core.records import Tags
from iamd.framework.call import Call
from iamd.framework.operation import Context, Params, Target, TargetFinder
from iamd.store import access_keys, mfa_devices, oidc_providers, policies, tags
from iamd.store.entities import GROUPS, INSTANCE_PROFILES, ROLES, USERS

_ROLE_ARN = re.compile(r"arn:aws:iam::([0-9]{12}):role/(?:[^\s]*/)?([\w+=,.@-]{1,64})", re.ASCII)


def resource_tag_context(resource_tags: Tags) -> Context:
    """Return the condition keys of a resource's tags: `aws:ResourceTag/…` and `iam:ResourceTag/…`."""
    return {
        f"{prefix}:resourcetag/{tag.key.lower()}": tag.value
        for tag in resource_tags
        for prefix in ("aws", "iam")
    }


# Users.


def _find_user(call: Call, params: Params) -> Target:
    return _find_user_by_name(call, params["user_name"])


def _find_user_by_name(call: Call, name: str) -> Target:
    display_name = f"user {name}"
    user = USERS.find(call.tx, call.account_id, name)
    if user is None:
        not_found = NoSuchEntity(f"The user with name {name} cannot be found.")
        return Target(call.arn(f"user/{name}"), not_found=not_found, display_name=display_name)
    tag_context = resource_tag_context(tags.list_for_resource(call.tx, call.account_id, user.user_id))
    return Target(user.arn, user, tag_context, display_name=display_name)


def _find_user_or_self(call: Call, params: Params) -> Target:
    if "user_name" in params:
        return _find_user_by_name(call, params["user_name"])
    if call.caller.user is None:
        not_found = ValidationError("Must specify userName when calling with non-User credentials")
        return Target(call.caller.principal.arn, not_found=not_found)
    return Target(call.caller.user.arn, call.caller.user, resource_tag_context(call.caller.tags))


def _find_user_or_root(call: Call, params: Params) -> Target:
    if "user_name" in params or not call.caller.is_root:
        return _find_user_or_self(call, params)
    return Target(call.caller.principal.arn)


def _find_self(call: Call, _params: Params) -> Target:
    user = call.caller.user
    if user is None:
        return Target(call.caller.principal.arn)
    return Target(user.arn, user, resource_tag_context(call.caller.tags))


def _find_self_as_user(call: Call, params: Params) -> Target:
    target = _find_self(call, params)
    if call.caller.user is None:
        return target._replace(not_found=InvalidUserType("Only IAM Users can change their own password"))
    return target


def _new_user(call: Call, params: Params) -> Target:
    return Target(call.arn(f"user{params.get('path', '/')}{params['user_name']}"))


def _users_by_path(call: Call, params: Params) -> Target:
    return Target(call.arn(f"user{params.get('path_prefix', '/')}"))


USER = TargetFinder(_find_user, "user", ("user_name",))
USER_OR_SELF = TargetFinder(_find_user_or_self, "user", ("user_name",))
USER_OR_ROOT = TargetFinder(_find_user_or_root, "user", ("user_name",))
SELF = TargetFinder(_find_self, "user")
SELF_AS_USER = TargetFinder(_find_self_as_user, "user")
NEW_USER = TargetFinder(_new_user, "user")
USERS_BY_PATH = TargetFinder(_users_by_path, None)


# Groups, which have no tags.


def _find_group(call: Call, params: Params) -> Target:
    name = params["group_name"]
    display_name = f"group {name}"
    group = GROUPS.find(call.tx, call.account_id, name)
    if group is None:
        not_found = NoSuchEntity(f"The group with name {name} cannot be found.")
        return Target(call.arn(f"group/{name}"), not_found=not_found, display_name=display_name)
    return Target(group.arn, group, display_name=display_name)


def _new_group(call: Call, params: Params) -> Target:
    return Target(call.arn(f"group{params.get('path', '/')}{params['group_name']}"))


def _groups_by_path(call: Call, params: Params) -> Target:
    return Target(call.arn(f"group{params.get('path_prefix', '/')}"))


GROUP = TargetFinder(_find_group, "group", ("group_name",))
NEW_GROUP = TargetFinder(_new_group, "group")
GROUPS_BY_PATH = TargetFinder(_groups_by_path, None)


# Roles and instance profiles.


def _find_role(call: Call, params: Params) -> Target:
    name = params["role_name"]
    display_name = f"role {name}"
    role = ROLES.find(call.tx, call.account_id, name)
    if role is None:
        not_found = NoSuchEntity(f"The role with name {name} cannot be found.")
        return Target(call.arn(f"role/{name}"), not_found=not_found, display_name=display_name)
    tag_context = resource_tag_context(tags.list_for_resource(call.tx, call.account_id, role.role_id))
    return Target(role.arn, role, tag_context, display_name=display_name)


def _new_role(call: Call, params: Params) -> Target:
    return Target(call.arn(f"role{params.get('path', '/')}{params['role_name']}"))


def _roles_by_path(call: Call, params: Params) -> Target:
    return Target(call.arn(f"role{params.get('path_prefix', '/')}"))


def _find_assumed_role(call: Call, params: Params) -> Target:
    """Find the role of an ARN in any account; if there is none, no trust policy can allow the call."""
    arn = params["role_arn"]
    match = _ROLE_ARN.fullmatch(arn)
    if match is None:
        raise ValidationError(
            f"{arn} is invalid"
        )  # before authorization: it reveals nothing about any account
    account_id, name = match.groups()
    role = ROLES.find(call.tx, account_id, name)
    if role is None or role.arn != arn:
        return Target(arn, requires_grant=True, account_id=account_id)
    tag_context = resource_tag_context(tags.list_for_resource(call.tx, account_id, role.role_id))
    return Target(
        arn, role, tag_context, resource_policy=role.trust, requires_grant=True, account_id=account_id
    )


def _find_instance_profile(call: Call, params: Params) -> Target:
    name = params["instance_profile_name"]
    display_name = f"instance profile {name}"
    profile = INSTANCE_PROFILES.find(call.tx, call.account_id, name)
    if profile is None:
        not_found = NoSuchEntity(f"Instance Profile {name} cannot be found.")
        return Target(call.arn(f"instance-profile/{name}"), not_found=not_found, display_name=display_name)
    tag_context = resource_tag_context(
        tags.list_for_resource(call.tx, call.account_id, profile.instance_profile_id)
    )
    return Target(profile.arn, profile, tag_context, display_name=display_name)


def _new_instance_profile(call: Call, params: Params) -> Target:
    return Target(call.arn(f"instance-profile{params.get('path', '/')}{params['instance_profile_name']}"))


def _instance_profiles_by_path(call: Call, params: Params) -> Target:
    return Target(call.arn(f"instance-profile{params.get('path_prefix', '/')}"))


ROLE = TargetFinder(_find_role, "role", ("role_name",))
NEW_ROLE = TargetFinder(_new_role, "role")
ROLES_BY_PATH = TargetFinder(_roles_by_path, None)
ASSUMED_ROLE = TargetFinder(_find_assumed_role, "role", ("role_arn",))
INSTANCE_PROFILE = TargetFinder(_find_instance_profile, "instance-profile", ("instance_profile_name",))
NEW_INSTANCE_PROFILE = TargetFinder(_new_instance_profile, "instance-profile")
INSTANCE_PROFILES_BY_PATH = TargetFinder(_instance_profiles_by_path, None)


# Managed policies: the account's own, and AWS managed policies, which every account has and none can change.


def _find_policy(call: Call, params: Params) -> Target:
    arn = params["policy_arn"]
    display_name = f"policy {arn}"
    aws_managed = managed.catalog().get(arn)
    if aws_managed is not None:
        return Target(arn, aws_managed, display_name=display_name)
    policy = policies.find(call.tx, call.account_id, arn)
    if policy is None:
        return Target(arn, not_found=_policy_not_found(arn), display_name=display_name)
    tag_context = resource_tag_context(tags.list_for_resource(call.tx, call.account_id, policy.policy_id))
    return Target(arn, policy, tag_context, display_name=display_name)


def _policy_not_found(arn: str) -> Fault:
    if ":policy/" not in arn or not arn.startswith(f"arn:{arns.PARTITION}:iam::"):
        return ValidationError(f"ARN {arn} is not valid.")
    return NoSuchEntity(f"Policy {arn} was not found.")


def _new_policy(call: Call, params: Params) -> Target:
    return Target(call.arn(f"policy{params.get('path', '/')}{params['policy_name']}"))


def _policies_by_path(_call: Call, params: Params) -> Target:
    # Not an ARN, as in AWS's denials: only a statement on all resources matches it.
    return Target(f"policy path {params.get('path_prefix', '/')}")


POLICY = TargetFinder(_find_policy, "policy", ("policy_arn",))
NEW_POLICY = TargetFinder(_new_policy, "policy")
POLICIES_BY_PATH = TargetFinder(_policies_by_path, None)


# OpenID Connect providers.


def _find_oidc_provider(call: Call, params: Params) -> Target:
    arn = params["open_id_connect_provider_arn"]
    provider = oidc_providers.find(call.tx, call.account_id, arn)
    if provider is None:
        return Target(arn, not_found=NoSuchEntity(f"OpenIDConnect Provider not found for arn {arn}"))
    return Target(arn, provider, resource_tag_context(tags.list_for_resource(call.tx, call.account_id, arn)))


def _new_oidc_provider(call: Call, params: Params) -> Target:
    return Target(arns.oidc_provider(call.account_id, params["url"].removeprefix("https://")))


OIDC_PROVIDER = TargetFinder(_find_oidc_provider, "oidc-provider", ("open_id_connect_provider_arn",))
NEW_OIDC_PROVIDER = TargetFinder(_new_oidc_provider, "oidc-provider")


# MFA devices. A hardware token's serial number is not an ARN; its ARN is built from it as on AWS.


def _find_mfa_device(call: Call, params: Params) -> Target:
    serial_number = params["serial_number"]
    arn = serial_number if serial_number.startswith("arn:") else call.arn(f"mfa/{serial_number}")
    device = mfa_devices.find(call.tx, call.account_id, serial_number)
    if device is None:
        return Target(arn, not_found=mfa_device_not_found(serial_number))
    return Target(
        arn, device, resource_tag_context(tags.list_for_resource(call.tx, call.account_id, serial_number))
    )


def mfa_device_not_found(serial_number: str) -> Fault:
    """Return the NoSuchEntity fault for an MFA device."""
    return NoSuchEntity(f"VirtualMFADevice with serial number {serial_number} does not exist.")


def _new_mfa_device(call: Call, params: Params) -> Target:
    return Target(call.arn(f"mfa{params.get('path', '/')}{params['virtual_mfa_device_name']}"))


MFA_DEVICE = TargetFinder(_find_mfa_device, "mfa", ("serial_number",))
NEW_MFA_DEVICE = TargetFinder(_new_mfa_device, "mfa")


# Access keys, authorized on their owner; the account and its root user; any resource.


def _find_access_key_owner(call: Call, params: Params) -> Target:
    access_key_id = params["access_key_id"]
    display_name = f"access key {access_key_id}"
    key = access_keys.find(call.tx, call.account_id, access_key_id)
    if key is None:
        not_found = NoSuchEntity(f"The Access Key with id {access_key_id} cannot be found.")
        return Target(call.arn("user/*"), not_found=not_found, display_name=display_name)
    owner = USERS.find_by_id(call.tx, call.account_id, key.user_id)
    if owner is None:
        return Target(arns.root(call.account_id), key, display_name=display_name)
    tag_context = resource_tag_context(tags.list_for_resource(call.tx, call.account_id, owner.user_id))
    return Target(owner.arn, key, tag_context, display_name=display_name)


def _account(call: Call, _params: Params) -> Target:
    return Target(f"arn:{arns.PARTITION}:account::{call.account_id}:account")


def _root(call: Call, _params: Params) -> Target:
    return Target(arns.root(call.account_id))


def _any_resource(_call: Call, _params: Params) -> Target:
    return Target("*")


ACCESS_KEY_OWNER = TargetFinder(_find_access_key_owner, "user", ("access_key_id",))
ACCOUNT = TargetFinder(_account, "account")
ROOT = TargetFinder(_root, None)
ANY_RESOURCE = TargetFinder(_any_resource, None)
