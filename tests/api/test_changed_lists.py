"""Paged lists that change between two pages: every remaining item is listed exactly once, in order."""

from typing import Any, NamedTuple

import pytest

from iamd.operations import OPERATIONS
from tests.api.operation_calls import EMPTY_LISTS, TRUST
from tests.api.responses import call, pages, refused
from tests.authenticator import Authenticator
from tests.servers import Account, allow, document

DOCUMENT = document(allow("s3:GetObject"))


class ListCase(NamedTuple):
    """The parameters of a list operation, its items' names, and the calls that add or remove an item.

    `items` is the member of the response that has the items, `name` the member of an item that has its
    name. Placeholders in parameters: `NAME` is the name of the item, `ARN` the ARN of the policy of this
    name, `ARN-UNDER-X` its ARN with the path /x/; `PARENT-POLICY-ARN`, `DEVICE` and `IDP` are the ARNs of
    the parent policy, MFA device and identity provider.
    """

    params: dict[str, str]
    items: str
    name: str | None
    add_calls: tuple[tuple[str, dict[str, Any]], ...]
    remove_calls: tuple[tuple[str, dict[str, Any]], ...]


PARENT_USER, PARENT_GROUP = {"UserName": "parent"}, {"GroupName": "parent"}
PARENT_POLICY = {"PolicyArn": "PARENT-POLICY-ARN"}
PARENT_DEVICE, PARENT_PROVIDER = {"SerialNumber": "DEVICE"}, {"OpenIDConnectProviderArn": "IDP"}
PARENT_ROLE, PARENT_PROFILE = {"RoleName": "parent"}, {"InstanceProfileName": "parent"}
USER, GROUP, POLICY = {"UserName": "NAME"}, {"GroupName": "NAME"}, {"PolicyArn": "ARN"}
ROLE, PROFILE = {"RoleName": "NAME"}, {"InstanceProfileName": "NAME"}
NEW_POLICY = {"PolicyName": "NAME", "PolicyDocument": DOCUMENT}
TAG = {"Tags": [{"Key": "NAME", "Value": ""}]}
LISTS = {
    "GetGroup": ListCase(
        PARENT_GROUP,
        "Users",
        "UserName",
        (("CreateUser", USER), ("AddUserToGroup", PARENT_GROUP | USER)),
        (("RemoveUserFromGroup", PARENT_GROUP | USER),),
    ),
    "ListAttachedGroupPolicies": ListCase(
        PARENT_GROUP,
        "AttachedPolicies",
        "PolicyName",
        (("CreatePolicy", NEW_POLICY), ("AttachGroupPolicy", PARENT_GROUP | POLICY)),
        (("DetachGroupPolicy", PARENT_GROUP | POLICY),),
    ),
    "ListAttachedRolePolicies": ListCase(
        PARENT_ROLE,
        "AttachedPolicies",
        "PolicyName",
        (("CreatePolicy", NEW_POLICY), ("AttachRolePolicy", PARENT_ROLE | POLICY)),
        (("DetachRolePolicy", PARENT_ROLE | POLICY),),
    ),
    "ListAttachedUserPolicies": ListCase(
        PARENT_USER,
        "AttachedPolicies",
        "PolicyName",
        (("CreatePolicy", NEW_POLICY), ("AttachUserPolicy", PARENT_USER | POLICY)),
        (("DetachUserPolicy", PARENT_USER | POLICY),),
    ),
    "ListEntitiesForPolicy": ListCase(
        PARENT_POLICY,
        "PolicyUsers",
        "UserName",
        (("CreateUser", USER), ("AttachUserPolicy", USER | PARENT_POLICY)),
        (("DetachUserPolicy", USER | PARENT_POLICY),),
    ),
    "ListGroupPolicies": ListCase(
        PARENT_GROUP,
        "PolicyNames",
        None,
        (("PutGroupPolicy", PARENT_GROUP | NEW_POLICY),),
        (("DeleteGroupPolicy", {**PARENT_GROUP, "PolicyName": "NAME"}),),
    ),
    "ListGroups": ListCase(
        {"PathPrefix": "/x/"},
        "Groups",
        "GroupName",
        (("CreateGroup", {**GROUP, "Path": "/x/"}),),
        (("DeleteGroup", GROUP),),
    ),
    "ListGroupsForUser": ListCase(
        PARENT_USER,
        "Groups",
        "GroupName",
        (("CreateGroup", GROUP), ("AddUserToGroup", PARENT_USER | GROUP)),
        (("RemoveUserFromGroup", PARENT_USER | GROUP), ("DeleteGroup", GROUP)),
    ),
    "ListInstanceProfileTags": ListCase(
        PARENT_PROFILE,
        "Tags",
        "Key",
        (("TagInstanceProfile", PARENT_PROFILE | TAG),),
        (("UntagInstanceProfile", {**PARENT_PROFILE, "TagKeys": ["NAME"]}),),
    ),
    "ListInstanceProfiles": ListCase(
        {"PathPrefix": "/x/"},
        "InstanceProfiles",
        "InstanceProfileName",
        (("CreateInstanceProfile", {**PROFILE, "Path": "/x/"}),),
        (("DeleteInstanceProfile", PROFILE),),
    ),
    "ListInstanceProfilesForRole": ListCase(
        PARENT_ROLE,
        "InstanceProfiles",
        "InstanceProfileName",
        (("CreateInstanceProfile", PROFILE), ("AddRoleToInstanceProfile", PROFILE | PARENT_ROLE)),
        (("RemoveRoleFromInstanceProfile", PROFILE | PARENT_ROLE),),
    ),
    "ListMFADeviceTags": ListCase(
        PARENT_DEVICE,
        "Tags",
        "Key",
        (("TagMFADevice", PARENT_DEVICE | TAG),),
        (("UntagMFADevice", {**PARENT_DEVICE, "TagKeys": ["NAME"]}),),
    ),
    "ListOpenIDConnectProviderTags": ListCase(
        PARENT_PROVIDER,
        "Tags",
        "Key",
        (("TagOpenIDConnectProvider", PARENT_PROVIDER | TAG),),
        (("UntagOpenIDConnectProvider", {**PARENT_PROVIDER, "TagKeys": ["NAME"]}),),
    ),
    "ListPolicies": ListCase(
        {"Scope": "All", "PathPrefix": "/x/"},
        "Policies",
        "PolicyName",
        (("CreatePolicy", {**NEW_POLICY, "Path": "/x/"}),),
        (("DeletePolicy", {"PolicyArn": "ARN-UNDER-X"}),),
    ),
    "ListPolicyTags": ListCase(
        PARENT_POLICY,
        "Tags",
        "Key",
        (("TagPolicy", PARENT_POLICY | TAG),),
        (("UntagPolicy", {**PARENT_POLICY, "TagKeys": ["NAME"]}),),
    ),
    "ListRolePolicies": ListCase(
        PARENT_ROLE,
        "PolicyNames",
        None,
        (("PutRolePolicy", PARENT_ROLE | NEW_POLICY),),
        (("DeleteRolePolicy", {**PARENT_ROLE, "PolicyName": "NAME"}),),
    ),
    "ListRoleTags": ListCase(
        PARENT_ROLE,
        "Tags",
        "Key",
        (("TagRole", PARENT_ROLE | TAG),),
        (("UntagRole", {**PARENT_ROLE, "TagKeys": ["NAME"]}),),
    ),
    "ListRoles": ListCase(
        {"PathPrefix": "/x/"},
        "Roles",
        "RoleName",
        (("CreateRole", {**ROLE, "Path": "/x/", "AssumeRolePolicyDocument": TRUST}),),
        (("DeleteRole", ROLE),),
    ),
    "ListUserPolicies": ListCase(
        PARENT_USER,
        "PolicyNames",
        None,
        (("PutUserPolicy", PARENT_USER | NEW_POLICY),),
        (("DeleteUserPolicy", {**PARENT_USER, "PolicyName": "NAME"}),),
    ),
    "ListUserTags": ListCase(
        PARENT_USER,
        "Tags",
        "Key",
        (("TagUser", PARENT_USER | TAG),),
        (("UntagUser", {**PARENT_USER, "TagKeys": ["NAME"]}),),
    ),
    "ListUsers": ListCase(
        {"PathPrefix": "/x/"},
        "Users",
        "UserName",
        (("CreateUser", {**USER, "Path": "/x/"}),),
        (("DeleteUser", USER),),
    ),
}
# Tested below or in other files: lists of at most two access keys, two service-specific credentials for a
# service, eight MFA devices, five policy versions or one alias; virtual MFA devices, which are listed by ARN;
# account details, which have several entity types.
OTHER_LISTS = {
    *EMPTY_LISTS,
    "GetAccountAuthorizationDetails",
    "ListAccessKeys",
    "ListAccountAliases",
    "ListMFADevices",
    "ListPoliciesGrantingServiceAccess",
    "ListPolicyVersions",
    "ListServiceSpecificCredentials",
    "ListVirtualMFADevices",
    "SimulateCustomPolicy",
    "SimulatePrincipalPolicy",
}


def test_every_operation_with_a_marker_has_a_test() -> None:
    operations_with_marker = {
        name
        for name, operation in OPERATIONS["iam"].items()
        if any(member.name == "Marker" for member in operation.model.input.members)
    }
    assert operations_with_marker == LISTS.keys() | OTHER_LISTS


class ChangingList:
    """A list in an account, with methods that add and remove items."""

    def __init__(self, account: Account, case: ListCase) -> None:
        self.iam = account.iam
        self._case = case
        self._policy_prefix = f"arn:aws:iam::{account.account_id}:policy"
        self._device_arn = f"arn:aws:iam::{account.account_id}:mfa/parent"
        self._idp_arn = f"arn:aws:iam::{account.account_id}:oidc-provider/idp.example.com"
        self.iam.create_user(UserName="parent")
        self.iam.create_group(GroupName="parent")
        self.iam.create_policy(PolicyName="parent", PolicyDocument=DOCUMENT)
        self.iam.create_virtual_mfa_device(VirtualMFADeviceName="parent")
        self.iam.create_role(RoleName="parent", AssumeRolePolicyDocument=TRUST)
        self.iam.create_instance_profile(InstanceProfileName="parent")
        self.iam.create_open_id_connect_provider(Url="https://idp.example.com", ThumbprintList=["a" * 40])
        self.params = self._fill(case.params, "")

    def _fill(self, value: Any, name: str) -> Any:
        if isinstance(value, dict):
            return {key: self._fill(element, name) for key, element in value.items()}
        if isinstance(value, list):
            return [self._fill(element, name) for element in value]
        placeholders = {
            "NAME": name,
            "ARN": f"{self._policy_prefix}/{name}",
            "ARN-UNDER-X": f"{self._policy_prefix}/x/{name}",
            "PARENT-POLICY-ARN": f"{self._policy_prefix}/parent",
            "DEVICE": self._device_arn,
            "IDP": self._idp_arn,
        }
        return placeholders.get(value, value)

    def add(self, *names: str) -> None:
        self._call_for_each(self._case.add_calls, names)

    def remove(self, *names: str) -> None:
        self._call_for_each(self._case.remove_calls, names)

    def _call_for_each(self, calls: tuple[tuple[str, dict[str, Any]], ...], names: tuple[str, ...]) -> None:
        for name in names:
            for operation, params in calls:
                call(self.iam, operation, **self._fill(params, name))

    def names(self, page: Any) -> list[str]:
        key = self._case.name
        return [item if key is None else item[key] for item in page[self._case.items]]


@pytest.mark.parametrize("name", LISTS)
def test_additions_and_removals_do_not_shift_the_next_page(account: Account, name: str) -> None:
    changing_list = ChangingList(account, LISTS[name])
    changing_list.add("b", "D", "f", "H", "j", "L")
    first = call(changing_list.iam, name, MaxItems=3, **changing_list.params)
    assert changing_list.names(first) == ["b", "D", "f"]
    changing_list.remove("b", "f", "H")  # the marker's own item, an item before it and an item after it
    changing_list.add("A", "E", "G", "m")
    remaining_pages = list(
        pages(changing_list.iam, name, MaxItems=2, Marker=first["Marker"], **changing_list.params)
    )
    assert [item for page in remaining_pages for item in changing_list.names(page)] == ["G", "j", "L", "m"]


LONG_NAMES = {
    "ListUserTags": ["\U00020000" * 127 + letter for letter in "abc"],
    "ListUserPolicies": ["x" * 127 + letter for letter in "abc"],
}


@pytest.mark.parametrize("name", LONG_NAMES)
def test_marker_of_a_long_name_is_accepted(account: Account, name: str) -> None:
    changing_list = ChangingList(account, LISTS[name])
    changing_list.add(*LONG_NAMES[name])
    all_pages = list(pages(changing_list.iam, name, MaxItems=1, **changing_list.params))
    assert sorted(item for page in all_pages for item in changing_list.names(page)) == LONG_NAMES[name]


def test_marker_of_a_policy_with_a_long_path_is_accepted(account: Account) -> None:
    iam = account.iam
    path = "/" + "p" * 510 + "/"
    arns = [
        iam.create_policy(PolicyName="n" * 127 + letter, Path=path, PolicyDocument=DOCUMENT)["Policy"]["Arn"]
        for letter in "abc"
    ]
    for arn in arns:
        iam.attach_user_policy(UserName="admin", PolicyArn=arn)
    all_pages = list(pages(iam, "ListAttachedUserPolicies", UserName="admin", MaxItems=1))
    assert sorted(page["AttachedPolicies"][0]["PolicyArn"] for page in all_pages) == sorted(arns)


def test_access_key_deletion_does_not_shift_the_next_page(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="bob")
    keys = {iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"] for _ in range(2)}
    first = iam.list_access_keys(UserName="bob", MaxItems=1)
    deleted = first["AccessKeyMetadata"][0]["AccessKeyId"]
    iam.delete_access_key(UserName="bob", AccessKeyId=deleted)
    second = iam.list_access_keys(UserName="bob", Marker=first["Marker"])["AccessKeyMetadata"]
    assert {deleted, *(key["AccessKeyId"] for key in second)} == keys


def test_mfa_device_changes_do_not_shift_the_next_page(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="bob")
    serials = {name: Authenticator.create(iam, name).enable(iam, "bob").serial for name in "bdf"}
    first = iam.list_mfa_devices(UserName="bob", MaxItems=2)
    assert [device["SerialNumber"] for device in first["MFADevices"]] == [serials["b"], serials["d"]]
    iam.deactivate_mfa_device(UserName="bob", SerialNumber=serials["d"])
    serials |= {name: Authenticator.create(iam, name).enable(iam, "bob").serial for name in "ce"}
    second = iam.list_mfa_devices(UserName="bob", Marker=first["Marker"])["MFADevices"]
    assert [device["SerialNumber"] for device in second] == [serials["e"], serials["f"]]


def test_virtual_mfa_device_changes_do_not_shift_the_next_page(account: Account) -> None:
    iam = account.iam
    serials = {name: Authenticator.create(iam, name).serial for name in "bdfh"}
    first = iam.list_virtual_mfa_devices(MaxItems=2)
    assert [device["SerialNumber"] for device in first["VirtualMFADevices"]] == [serials["b"], serials["d"]]
    iam.delete_virtual_mfa_device(SerialNumber=serials["d"])
    iam.delete_virtual_mfa_device(SerialNumber=serials["f"])
    serials |= {name: Authenticator.create(iam, name).serial for name in "ace"}
    second = iam.list_virtual_mfa_devices(Marker=first["Marker"])["VirtualMFADevices"]
    assert [device["SerialNumber"] for device in second] == [serials["e"], serials["h"]]


def test_role_changes_do_not_shift_the_next_page_of_authorization_details(account: Account) -> None:
    iam = account.iam
    for name in "bdfh":
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    first = iam.get_account_authorization_details(Filter=["Role"], MaxItems=2)
    assert [role["RoleName"] for role in first["RoleDetailList"]] == ["b", "d"]
    for name in "df":
        iam.delete_role(RoleName=name)
    for name in "ace":
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    second = iam.get_account_authorization_details(Filter=["Role"], Marker=first["Marker"])["RoleDetailList"]
    assert [role["RoleName"] for role in second] == ["e", "h"]


def test_policy_version_changes_do_not_shift_the_next_page(account: Account) -> None:
    iam = account.iam
    arn = iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT)
    first = iam.list_policy_versions(PolicyArn=arn, MaxItems=2)
    assert [version["VersionId"] for version in first["Versions"]] == ["v5", "v4"]
    iam.delete_policy_version(PolicyArn=arn, VersionId="v4")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT)
    second = iam.list_policy_versions(PolicyArn=arn, Marker=first["Marker"])
    assert [version["VersionId"] for version in second["Versions"]] == ["v3", "v2", "v1"]


# Base64 of bytes that are not UTF-8, invalid base64, base64 of "none", "\0" and "user:", and not ASCII.
@pytest.mark.parametrize("marker", ["nonsense", "AAAA=", "bm9uZQ==", "AA==", "dXNlcjo=", "\u00fc"])
@pytest.mark.parametrize("name", ["ListUsers", "ListPolicies", "ListUserTags", "ListAccountAliases"])
def test_invalid_marker_is_a_validation_error(account: Account, name: str, marker: str) -> None:
    params = {"UserName": "admin"} if name == "ListUserTags" else {}
    invalid = ("ValidationError", 400, "Invalid Marker.")
    assert refused(account.iam, name, Marker=marker, **params) == invalid
