"""Every list with a Marker: pages of any size give all once, in order, while rows come and go."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from iamd.operations import OPERATIONS
from tests.api.answers import call, pages, refused
from tests.api.served import NONE_HERE, TRUST
from tests.authenticator import Authenticator
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


DOCUMENT = document(allow("s3:GetObject"))
COUNT = 7
NAMES = [f"n{number}" for number in range(COUNT)]


class List(NamedTuple):
    """A list operation, its parameters, where its items are, and what fills it with COUNT items."""

    params: dict[str, Any]
    items: str
    fill: Callable[[Any], object]


def _own(account_id: str) -> str:
    return f"arn:aws:iam::{account_id}:policy/p"


def _each(operation: str, name: str, **more: Any) -> Callable[[Any], object]:
    return lambda iam: [call(iam, operation, **{name: each}, **more) for each in NAMES]


def _inline(kind: str) -> Callable[[Any], object]:
    named = {f"{kind}Name": "one"}
    return _each(f"Put{kind}Policy", "PolicyName", PolicyDocument=DOCUMENT, **named)


def _attached(kind: str) -> Callable[[Any], object]:
    def fill(iam: Any) -> None:
        for name in NAMES:
            arn = iam.create_policy(PolicyName=name, PolicyDocument=DOCUMENT)["Policy"]["Arn"]
            call(iam, f"Attach{kind}Policy", PolicyArn=arn, **{f"{kind}Name": "one"})

    return fill


def _members(iam: Any) -> None:
    for name in NAMES:
        iam.create_user(UserName=name)
        iam.add_user_to_group(GroupName="one", UserName=name)


def _groups_of(iam: Any) -> None:
    for name in NAMES:
        iam.create_group(GroupName=name)
        iam.add_user_to_group(GroupName=name, UserName="one")


def _entities(iam: Any) -> None:
    arn = iam.list_policies(Scope="Local")["Policies"][0]["Arn"]
    for name in NAMES:
        iam.create_user(UserName=name)
        iam.attach_user_policy(UserName=name, PolicyArn=arn)


def _versions(iam: Any) -> None:
    arn = iam.list_policies(Scope="Local")["Policies"][0]["Arn"]
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT)


def _devices(iam: Any) -> None:
    for name in "abc":
        Authenticator.make(iam, name).enable(iam, "one")


def _device_tags(iam: Any) -> None:
    found = iam.list_virtual_mfa_devices()["VirtualMFADevices"]
    iam.tag_mfa_device(SerialNumber=found[0]["SerialNumber"], Tags=TAGS)


def _profiles_of_role(iam: Any) -> None:
    for name in NAMES:
        iam.create_instance_profile(InstanceProfileName=name)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName="one")


def _provider_tags(iam: Any) -> None:
    found = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=found[0]["Arn"], Tags=TAGS)


TAGS = [{"Key": name, "Value": ""} for name in NAMES]
ACTIONS = [f"s3:{name}" for name in reversed(NAMES)]
U, G, P = {"UserName": "one"}, {"GroupName": "one"}, {"PolicyArn": "OWN"}
R, M = {"RoleName": "one"}, {"InstanceProfileName": "one"}
LISTS = {
    "GetAccountAuthorizationDetails": List({}, "UserDetailList", _each("CreateUser", "UserName")),
    "GetGroup": List(G, "Users", _members),
    "ListAccessKeys": List(U, "AccessKeyMetadata", lambda iam: [iam.create_access_key(**U) for _ in "ab"]),
    "ListAttachedGroupPolicies": List(G, "AttachedPolicies", _attached("Group")),
    "ListAttachedRolePolicies": List(R, "AttachedPolicies", _attached("Role")),
    "ListAttachedUserPolicies": List(U, "AttachedPolicies", _attached("User")),
    "ListEntitiesForPolicy": List(P, "PolicyUsers", _entities),
    "ListGroupPolicies": List(G, "PolicyNames", _inline("Group")),
    "ListGroups": List({}, "Groups", _each("CreateGroup", "GroupName")),
    "ListGroupsForUser": List(U, "Groups", _groups_of),
    "ListInstanceProfileTags": List(M, "Tags", lambda iam: iam.tag_instance_profile(**M, Tags=TAGS)),
    "ListInstanceProfiles": List(
        {}, "InstanceProfiles", _each("CreateInstanceProfile", "InstanceProfileName")
    ),
    "ListInstanceProfilesForRole": List(R, "InstanceProfiles", _profiles_of_role),
    "ListMFADeviceTags": List({"SerialNumber": "DEVICE"}, "Tags", _device_tags),
    "ListMFADevices": List(U, "MFADevices", _devices),
    "ListOpenIDConnectProviderTags": List({"OpenIDConnectProviderArn": "IDP"}, "Tags", _provider_tags),
    "ListPolicies": List(
        {"Scope": "Local"}, "Policies", _each("CreatePolicy", "PolicyName", PolicyDocument=DOCUMENT)
    ),
    "ListPolicyTags": List(P, "Tags", lambda iam: iam.tag_policy(PolicyArn=_found(iam), Tags=TAGS)),
    "ListPolicyVersions": List(P, "Versions", _versions),
    "ListRolePolicies": List(R, "PolicyNames", _inline("Role")),
    "ListRoleTags": List(R, "Tags", lambda iam: iam.tag_role(**R, Tags=TAGS)),
    "ListRoles": List({}, "Roles", _each("CreateRole", "RoleName", AssumeRolePolicyDocument=TRUST)),
    "ListUserPolicies": List(U, "PolicyNames", _inline("User")),
    "ListUserTags": List(U, "Tags", lambda iam: iam.tag_user(**U, Tags=TAGS)),
    "ListUsers": List({}, "Users", _each("CreateUser", "UserName")),
    "ListVirtualMFADevices": List(
        {"AssignmentStatus": "Unassigned"},
        "VirtualMFADevices",
        _each("CreateVirtualMFADevice", "VirtualMFADeviceName"),
    ),
    "SimulateCustomPolicy": List(
        {"PolicyInputList": [DOCUMENT], "ActionNames": ACTIONS}, "EvaluationResults", lambda _: None
    ),
    "SimulatePrincipalPolicy": List(
        {"PolicySourceArn": "USER", "ActionNames": ACTIONS}, "EvaluationResults", lambda _: None
    ),
}


def _found(iam: Any) -> str:
    return str(iam.list_policies(Scope="Local")["Policies"][0]["Arn"])


ALWAYS_SHORT = {"ListAccountAliases", *NONE_HERE}  # an account has one alias
UNSIZED = {"ListPoliciesGrantingServiceAccess"}  # without MaxItems; tests/api/test_service_access.py walks it


def test_every_operation_with_a_marker_is_here() -> None:
    marked = {
        name
        for name, operation in OPERATIONS["iam"].items()
        if any(member.name == "Marker" for member in operation.model.input.members)
    }
    assert marked - ALWAYS_SHORT - UNSIZED == LISTS.keys()


def furnished(account: Account, listed: List) -> dict[str, Any]:
    iam = account.iam
    iam.create_user(UserName="one")
    iam.create_group(GroupName="one")
    iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)
    iam.create_role(RoleName="one", AssumeRolePolicyDocument=TRUST)
    iam.create_instance_profile(InstanceProfileName="one")
    idp = iam.create_open_id_connect_provider(Url="https://idp.example.com", ThumbprintList=["a" * 40])
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="one")["VirtualMFADevice"]["SerialNumber"]
    listed.fill(iam)
    names = {
        "OWN": _own(account.account_id),
        "DEVICE": device,
        "USER": iam.get_user(UserName="one")["User"]["Arn"],
        "IDP": idp["OpenIDConnectProviderArn"],
    }
    return {name: names.get(str(value), value) for name, value in listed.params.items()}


@pytest.mark.parametrize("name", LISTS)
def test_pages_of_every_size_are_the_same_list(account: Account, name: str) -> None:
    listed = LISTS[name]
    params = furnished(account, listed)
    whole = call(account.iam, name, **params)
    assert whole["IsTruncated"] is False
    assert "Marker" not in whole
    assert len(whole[listed.items]) >= 2
    for size in (1, 2, 3, len(whole[listed.items])):
        walked = list(pages(account.iam, name, MaxItems=size, **params))
        assert [item for page in walked for item in page[listed.items]] == whole[listed.items]
        assert all(len(page[listed.items]) <= size for page in walked)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("marker", ["nonsense", "AA==", "bm9uZQ"])
def test_a_marker_that_no_page_gave_is_told(account: Account, name: str, marker: str) -> None:
    params = furnished(account, LISTS[name]._replace(fill=lambda _: None))
    assert refused(account.iam, name, Marker=marker, **params)[:2] == ("ValidationError", 400)


def test_rows_that_come_and_go_do_not_shift_pages(account: Account) -> None:
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


def test_a_list_of_all_policies_goes_on_from_awss_to_ones_own(account: Account) -> None:
    iam = account.iam
    for name in NAMES:
        iam.create_policy(PolicyName=name, PolicyDocument=DOCUMENT)
    found = [
        policy["Arn"] for page in pages(iam, "ListPolicies", MaxItems=700) for policy in page["Policies"]
    ]
    assert len(found) == len(set(found))
    assert sum(account.account_id in arn for arn in found) == COUNT
    assert sum(":aws:policy/" in arn for arn in found) > 1400


def test_a_list_of_entities_goes_on_from_groups_to_users_to_roles(account: Account) -> None:
    iam = account.iam
    arn = iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    for name in "abc":
        iam.create_group(GroupName=name)
        iam.create_user(UserName=name)
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        for kind in ("Group", "User", "Role"):
            call(iam, f"Attach{kind}Policy", PolicyArn=arn, **{f"{kind}Name": name})
    kinds = {"PolicyGroups": "GroupName", "PolicyUsers": "UserName", "PolicyRoles": "RoleName"}
    whole = [f"{kind} {name}" for kind in kinds for name in "abc"]
    for size in range(1, 10):
        walked = list(pages(iam, "ListEntitiesForPolicy", PolicyArn=arn, MaxItems=size))
        found = [
            f"{kind} {entity[name]}"
            for page in walked
            for kind, name in kinds.items()
            for entity in page[kind]
        ]
        assert found == whole
        assert len(walked) == -(-9 // size)
