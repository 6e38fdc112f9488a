"""Pagination of every list operation with a Marker: pages of any size list each item once, in order."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from iamd.operations import OPERATIONS
from tests.api.operation_calls import EMPTY_LISTS, TRUST
from tests.api.responses import call, pages, refused
from tests.authenticator import Authenticator
from tests.in_process import root_client
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


DOCUMENT = document(allow("s3:GetObject"))
COUNT = 7
NAMES = [f"n{number}" for number in range(COUNT)]


class ListOperation(NamedTuple):
    """The parameters of a list operation, the response member with its items, and how to create items."""

    params: dict[str, Any]
    result_member: str
    create_items: Callable[[Any], object]


def _policy_arn(account_id: str) -> str:
    return f"arn:aws:iam::{account_id}:policy/p"


def _create_each(operation: str, name: str, **params: Any) -> Callable[[Any], object]:
    return lambda iam: [call(iam, operation, **{name: item_name}, **params) for item_name in NAMES]


def _put_inline_policies(kind: str) -> Callable[[Any], object]:
    entity = {f"{kind}Name": "target"}
    return _create_each(f"Put{kind}Policy", "PolicyName", PolicyDocument=DOCUMENT, **entity)


def _attach_policies(kind: str) -> Callable[[Any], object]:
    def create_items(iam: Any) -> None:
        for name in NAMES:
            arn = iam.create_policy(PolicyName=name, PolicyDocument=DOCUMENT)["Policy"]["Arn"]
            call(iam, f"Attach{kind}Policy", PolicyArn=arn, **{f"{kind}Name": "target"})

    return create_items


def _add_members(iam: Any) -> None:
    for name in NAMES:
        iam.create_user(UserName=name)
        iam.add_user_to_group(GroupName="target", UserName=name)


def _add_to_groups(iam: Any) -> None:
    for name in NAMES:
        iam.create_group(GroupName=name)
        iam.add_user_to_group(GroupName=name, UserName="target")


def _attach_to_users(iam: Any) -> None:
    arn = iam.list_policies(Scope="Local")["Policies"][0]["Arn"]
    for name in NAMES:
        iam.create_user(UserName=name)
        iam.attach_user_policy(UserName=name, PolicyArn=arn)


def _create_versions(iam: Any) -> None:
    arn = iam.list_policies(Scope="Local")["Policies"][0]["Arn"]
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT)


def _enable_devices(iam: Any) -> None:
    for name in "abc":
        Authenticator.create(iam, name).enable(iam, "target")


def _tag_device(iam: Any) -> None:
    listed = iam.list_virtual_mfa_devices()["VirtualMFADevices"]
    iam.tag_mfa_device(SerialNumber=listed[0]["SerialNumber"], Tags=TAGS)


def _add_role_to_profiles(iam: Any) -> None:
    for name in NAMES:
        iam.create_instance_profile(InstanceProfileName=name)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName="target")


def _tag_provider(iam: Any) -> None:
    listed = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=listed[0]["Arn"], Tags=TAGS)


TAGS = [{"Key": name, "Value": ""} for name in NAMES]
ACTIONS = [f"s3:{name}" for name in reversed(NAMES)]
U, G, P = {"UserName": "target"}, {"GroupName": "target"}, {"PolicyArn": "OWN"}
R, M = {"RoleName": "target"}, {"InstanceProfileName": "target"}
LISTS = {
    "GetAccountAuthorizationDetails": ListOperation(
        {}, "UserDetailList", _create_each("CreateUser", "UserName")
    ),
    "GetGroup": ListOperation(G, "Users", _add_members),
    "ListAccessKeys": ListOperation(
        U, "AccessKeyMetadata", lambda iam: [iam.create_access_key(**U) for _ in "ab"]
    ),
    "ListAttachedGroupPolicies": ListOperation(G, "AttachedPolicies", _attach_policies("Group")),
    "ListAttachedRolePolicies": ListOperation(R, "AttachedPolicies", _attach_policies("Role")),
    "ListAttachedUserPolicies": ListOperation(U, "AttachedPolicies", _attach_policies("User")),
    "ListEntitiesForPolicy": ListOperation(P, "PolicyUsers", _attach_to_users),
    "ListGroupPolicies": ListOperation(G, "PolicyNames", _put_inline_policies("Group")),
    "ListGroups": ListOperation({}, "Groups", _create_each("CreateGroup", "GroupName")),
    "ListGroupsForUser": ListOperation(U, "Groups", _add_to_groups),
    "ListInstanceProfileTags": ListOperation(M, "Tags", lambda iam: iam.tag_instance_profile(**M, Tags=TAGS)),
    "ListInstanceProfiles": ListOperation(
        {}, "InstanceProfiles", _create_each("CreateInstanceProfile", "InstanceProfileName")
    ),
    "ListInstanceProfilesForRole": ListOperation(R, "InstanceProfiles", _add_role_to_profiles),
    "ListMFADeviceTags": ListOperation({"SerialNumber": "DEVICE"}, "Tags", _tag_device),
    "ListMFADevices": ListOperation(U, "MFADevices", _enable_devices),
    "ListOpenIDConnectProviderTags": ListOperation(
        {"OpenIDConnectProviderArn": "IDP"}, "Tags", _tag_provider
    ),
    "ListPolicies": ListOperation(
        {"Scope": "Local"}, "Policies", _create_each("CreatePolicy", "PolicyName", PolicyDocument=DOCUMENT)
    ),
    "ListPolicyTags": ListOperation(
        P, "Tags", lambda iam: iam.tag_policy(PolicyArn=_first_policy_arn(iam), Tags=TAGS)
    ),
    "ListPolicyVersions": ListOperation(P, "Versions", _create_versions),
    "ListRolePolicies": ListOperation(R, "PolicyNames", _put_inline_policies("Role")),
    "ListRoleTags": ListOperation(R, "Tags", lambda iam: iam.tag_role(**R, Tags=TAGS)),
    "ListRoles": ListOperation(
        {}, "Roles", _create_each("CreateRole", "RoleName", AssumeRolePolicyDocument=TRUST)
    ),
    "ListServiceSpecificCredentials": ListOperation(
        U,
        "ServiceSpecificCredentials",
        lambda iam: [iam.create_service_specific_credential(**U, ServiceName="iamd") for _ in "ab"],
    ),
    "ListUserPolicies": ListOperation(U, "PolicyNames", _put_inline_policies("User")),
    "ListUserTags": ListOperation(U, "Tags", lambda iam: iam.tag_user(**U, Tags=TAGS)),
    "ListUsers": ListOperation({}, "Users", _create_each("CreateUser", "UserName")),
    "ListVirtualMFADevices": ListOperation(
        {"AssignmentStatus": "Unassigned"},
        "VirtualMFADevices",
        _create_each("CreateVirtualMFADevice", "VirtualMFADeviceName"),
    ),
    "SimulateCustomPolicy": ListOperation(
        {"PolicyInputList": [DOCUMENT], "ActionNames": ACTIONS}, "EvaluationResults", lambda _: None
    ),
    "SimulatePrincipalPolicy": ListOperation(
        {"PolicySourceArn": "USER", "ActionNames": ACTIONS}, "EvaluationResults", lambda _: None
    ),
}


def _first_policy_arn(iam: Any) -> str:
    return str(iam.list_policies(Scope="Local")["Policies"][0]["Arn"])


NEVER_TRUNCATED = {"ListAccountAliases", *EMPTY_LISTS}  # an account has at most one alias
WITHOUT_MAX_ITEMS = {"ListPoliciesGrantingServiceAccess"}  # its pages are tested in test_service_access.py


def test_every_operation_with_a_marker_is_tested() -> None:
    with_marker = {
        name
        for name, operation in OPERATIONS["iam"].items()
        if any(member.name == "Marker" for member in operation.model.input.members)
    }
    assert with_marker - NEVER_TRUNCATED - WITHOUT_MAX_ITEMS == LISTS.keys()


def create_resources(account: Account, list_operation: ListOperation) -> dict[str, Any]:
    """Create the resources of a list operation; return its parameters."""
    with root_client(account.server.store, account.account_id) as iam:
        placeholders = _create_placeholders(iam, account.account_id)
        list_operation.create_items(iam)
    return {name: placeholders.get(str(value), value) for name, value in list_operation.params.items()}


def _create_placeholders(iam: Any, account_id: str) -> dict[str, str]:
    """Create the resources that list operations name; return the values of their placeholders."""
    iam.create_user(UserName="target")
    iam.create_group(GroupName="target")
    iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)
    iam.create_role(RoleName="target", AssumeRolePolicyDocument=TRUST)
    iam.create_instance_profile(InstanceProfileName="target")
    idp = iam.create_open_id_connect_provider(Url="https://idp.example.com", ThumbprintList=["a" * 40])
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="target")["VirtualMFADevice"]["SerialNumber"]
    return {
        "OWN": _policy_arn(account_id),
        "DEVICE": device,
        "USER": iam.get_user(UserName="target")["User"]["Arn"],
        "IDP": idp["OpenIDConnectProviderArn"],
    }


@pytest.mark.parametrize("name", LISTS)
def test_pages_of_every_size_make_up_the_whole_list(account: Account, name: str) -> None:
    list_operation = LISTS[name]
    params = create_resources(account, list_operation)
    response = call(account.iam, name, **params)
    assert response["IsTruncated"] is False
    assert "Marker" not in response
    member = list_operation.result_member
    expected = response[member]
    assert len(expected) >= 2
    for size in (1, 2, 3, len(expected)):
        all_pages = list(pages(account.iam, name, MaxItems=size, **params))
        assert [item for page in all_pages for item in page[member]] == expected
        assert all(len(page[member]) <= size for page in all_pages)


@pytest.mark.parametrize("name", LISTS)
def test_invalid_marker_is_rejected(account: Account, name: str) -> None:
    params = create_resources(account, LISTS[name]._replace(create_items=lambda _: None))
    for marker in ("nonsense", "AA==", "bm9uZQ"):
        assert refused(account.iam, name, Marker=marker, **params)[:2] == ("ValidationError", 400)


def test_rows_created_or_deleted_between_pages_do_not_shift_pages(account: Account) -> None:
    iam = account.iam
    for name in ("b", "d", "f", "h"):
        iam.create_user(UserName=name)
    first = iam.list_users(MaxItems=3)  # admin, b, d
    for name in ("admin-2", "a", "c", "e", "g"):
        iam.create_user(UserName=name)
    for name in ("b", "d", "f"):
        iam.delete_user(UserName=name)
    second = iam.list_users(Marker=first["Marker"])
    assert [user["UserName"] for user in second["Users"]] == ["e", "g", "h"]


def test_list_policies_pages_continue_across_aws_and_customer_managed_policies(account: Account) -> None:
    iam = account.iam
    for name in NAMES:
        iam.create_policy(PolicyName=name, PolicyDocument=DOCUMENT)
    listed = [
        policy["Arn"] for page in pages(iam, "ListPolicies", MaxItems=700) for policy in page["Policies"]
    ]
    assert len(listed) == len(set(listed))
    assert sum(account.account_id in arn for arn in listed) == COUNT
    assert sum(":aws:policy/" in arn for arn in listed) > 1400


def test_list_entities_for_policy_pages_continue_across_groups_users_and_roles(account: Account) -> None:
    iam = account.iam
    arn = iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    for name in "abc":
        iam.create_group(GroupName=name)
        iam.create_user(UserName=name)
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        for kind in ("Group", "User", "Role"):
            call(iam, f"Attach{kind}Policy", PolicyArn=arn, **{f"{kind}Name": name})
    kinds = {"PolicyGroups": "GroupName", "PolicyUsers": "UserName", "PolicyRoles": "RoleName"}
    expected = [f"{kind} {name}" for kind in kinds for name in "abc"]
    for size in range(1, 10):
        all_pages = list(pages(iam, "ListEntitiesForPolicy", PolicyArn=arn, MaxItems=size))
        listed = [
            f"{kind} {entity[name]}"
            for page in all_pages
            for kind, name in kinds.items()
            for entity in page[kind]
        ]
        assert listed == expected
        assert len(all_pages) == -(-9 // size)
