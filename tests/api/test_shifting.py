"""Every list while it changes between two pages: what stays is given once, in order."""

from typing import Any, NamedTuple

import pytest

from iamd.operations import OPERATIONS
from tests.api.answers import call, pages, refused
from tests.api.served import NONE_HERE, TRUST
from tests.authenticator import Authenticator
from tests.servers import Account, allow, document

DOCUMENT = document(allow("s3:GetObject"))


class List(NamedTuple):
    """A list operation, what it is asked with, where its names are, and how one comes and goes.

    In parameters `NAME` is the name of what comes or goes, `ARN` that of a policy of the name.
    """

    params: dict[str, str]
    items: str
    name: str | None
    comes: tuple[tuple[str, dict[str, Any]], ...]
    goes: tuple[tuple[str, dict[str, Any]], ...]


ONE_USER, ONE_GROUP, ONE_POLICY = {"UserName": "one"}, {"GroupName": "one"}, {"PolicyArn": "ONE"}
ONE_DEVICE, ONE_PROVIDER = {"SerialNumber": "DEVICE"}, {"OpenIDConnectProviderArn": "IDP"}
ONE_ROLE, ONE_PROFILE = {"RoleName": "one"}, {"InstanceProfileName": "one"}
USER, GROUP, POLICY = {"UserName": "NAME"}, {"GroupName": "NAME"}, {"PolicyArn": "ARN"}
ROLE, PROFILE = {"RoleName": "NAME"}, {"InstanceProfileName": "NAME"}
MAKE = {"PolicyName": "NAME", "PolicyDocument": DOCUMENT}
TAG = {"Tags": [{"Key": "NAME", "Value": ""}]}
LISTS = {
    "GetGroup": List(
        ONE_GROUP,
        "Users",
        "UserName",
        (("CreateUser", USER), ("AddUserToGroup", ONE_GROUP | USER)),
        (("RemoveUserFromGroup", ONE_GROUP | USER),),
    ),
    "ListAttachedGroupPolicies": List(
        ONE_GROUP,
        "AttachedPolicies",
        "PolicyName",
        (("CreatePolicy", MAKE), ("AttachGroupPolicy", ONE_GROUP | POLICY)),
        (("DetachGroupPolicy", ONE_GROUP | POLICY),),
    ),
    "ListAttachedRolePolicies": List(
        ONE_ROLE,
        "AttachedPolicies",
        "PolicyName",
        (("CreatePolicy", MAKE), ("AttachRolePolicy", ONE_ROLE | POLICY)),
        (("DetachRolePolicy", ONE_ROLE | POLICY),),
    ),
    "ListAttachedUserPolicies": List(
        ONE_USER,
        "AttachedPolicies",
        "PolicyName",
        (("CreatePolicy", MAKE), ("AttachUserPolicy", ONE_USER | POLICY)),
        (("DetachUserPolicy", ONE_USER | POLICY),),
    ),
    "ListEntitiesForPolicy": List(
        ONE_POLICY,
        "PolicyUsers",
        "UserName",
        (("CreateUser", USER), ("AttachUserPolicy", USER | ONE_POLICY)),
        (("DetachUserPolicy", USER | ONE_POLICY),),
    ),
    "ListGroupPolicies": List(
        ONE_GROUP,
        "PolicyNames",
        None,
        (("PutGroupPolicy", ONE_GROUP | MAKE),),
        (("DeleteGroupPolicy", {**ONE_GROUP, "PolicyName": "NAME"}),),
    ),
    "ListGroups": List(
        {"PathPrefix": "/x/"},
        "Groups",
        "GroupName",
        (("CreateGroup", {**GROUP, "Path": "/x/"}),),
        (("DeleteGroup", GROUP),),
    ),
    "ListGroupsForUser": List(
        ONE_USER,
        "Groups",
        "GroupName",
        (("CreateGroup", GROUP), ("AddUserToGroup", ONE_USER | GROUP)),
        (("RemoveUserFromGroup", ONE_USER | GROUP), ("DeleteGroup", GROUP)),
    ),
    "ListInstanceProfileTags": List(
        ONE_PROFILE,
        "Tags",
        "Key",
        (("TagInstanceProfile", ONE_PROFILE | TAG),),
        (("UntagInstanceProfile", {**ONE_PROFILE, "TagKeys": ["NAME"]}),),
    ),
    "ListInstanceProfiles": List(
        {"PathPrefix": "/x/"},
        "InstanceProfiles",
        "InstanceProfileName",
        (("CreateInstanceProfile", {**PROFILE, "Path": "/x/"}),),
        (("DeleteInstanceProfile", PROFILE),),
    ),
    "ListInstanceProfilesForRole": List(
        ONE_ROLE,
        "InstanceProfiles",
        "InstanceProfileName",
        (("CreateInstanceProfile", PROFILE), ("AddRoleToInstanceProfile", PROFILE | ONE_ROLE)),
        (("RemoveRoleFromInstanceProfile", PROFILE | ONE_ROLE),),
    ),
    "ListMFADeviceTags": List(
        ONE_DEVICE,
        "Tags",
        "Key",
        (("TagMFADevice", ONE_DEVICE | TAG),),
        (("UntagMFADevice", {**ONE_DEVICE, "TagKeys": ["NAME"]}),),
    ),
    "ListOpenIDConnectProviderTags": List(
        ONE_PROVIDER,
        "Tags",
        "Key",
        (("TagOpenIDConnectProvider", ONE_PROVIDER | TAG),),
        (("UntagOpenIDConnectProvider", {**ONE_PROVIDER, "TagKeys": ["NAME"]}),),
    ),
    "ListPolicies": List(
        {"Scope": "All", "PathPrefix": "/x/"},
        "Policies",
        "PolicyName",
        (("CreatePolicy", {**MAKE, "Path": "/x/"}),),
        (("DeletePolicy", {"PolicyArn": "ARN-UNDER-X"}),),
    ),
    "ListPolicyTags": List(
        ONE_POLICY,
        "Tags",
        "Key",
        (("TagPolicy", ONE_POLICY | TAG),),
        (("UntagPolicy", {**ONE_POLICY, "TagKeys": ["NAME"]}),),
    ),
    "ListRolePolicies": List(
        ONE_ROLE,
        "PolicyNames",
        None,
        (("PutRolePolicy", ONE_ROLE | MAKE),),
        (("DeleteRolePolicy", {**ONE_ROLE, "PolicyName": "NAME"}),),
    ),
    "ListRoleTags": List(
        ONE_ROLE,
        "Tags",
        "Key",
        (("TagRole", ONE_ROLE | TAG),),
        (("UntagRole", {**ONE_ROLE, "TagKeys": ["NAME"]}),),
    ),
    "ListRoles": List(
        {"PathPrefix": "/x/"},
        "Roles",
        "RoleName",
        (("CreateRole", {**ROLE, "Path": "/x/", "AssumeRolePolicyDocument": TRUST}),),
        (("DeleteRole", ROLE),),
    ),
    "ListUserPolicies": List(
        ONE_USER,
        "PolicyNames",
        None,
        (("PutUserPolicy", ONE_USER | MAKE),),
        (("DeleteUserPolicy", {**ONE_USER, "PolicyName": "NAME"}),),
    ),
    "ListUserTags": List(
        ONE_USER,
        "Tags",
        "Key",
        (("TagUser", ONE_USER | TAG),),
        (("UntagUser", {**ONE_USER, "TagKeys": ["NAME"]}),),
    ),
    "ListUsers": List(
        {"PathPrefix": "/x/"},
        "Users",
        "UserName",
        (("CreateUser", {**USER, "Path": "/x/"}),),
        (("DeleteUser", USER),),
    ),
}
# Two keys, eight devices, five versions and one alias at most, all devices, which go by their ARNs, and an
# account's details, which are of many kinds: they have tests of their own below.
OTHERS = {
    *NONE_HERE,
    "GetAccountAuthorizationDetails",
    "ListAccessKeys",
    "ListAccountAliases",
    "ListMFADevices",
    "ListPoliciesGrantingServiceAccess",
    "ListPolicyVersions",
    "ListVirtualMFADevices",
    "SimulateCustomPolicy",
    "SimulatePrincipalPolicy",
}


def test_every_operation_with_a_marker_is_here() -> None:
    marked = {
        name
        for name, operation in OPERATIONS["iam"].items()
        if any(member.name == "Marker" for member in operation.model.input.members)
    }
    assert marked == LISTS.keys() | OTHERS


class Changing:
    """A list in an account, to which names come and from which they go."""

    def __init__(self, account: Account, listed: List) -> None:
        self.iam = account.iam
        self._listed = listed
        self._own = f"arn:aws:iam::{account.account_id}:policy"
        self._device = f"arn:aws:iam::{account.account_id}:mfa/one"
        self._idp = f"arn:aws:iam::{account.account_id}:oidc-provider/idp.example.com"
        self.iam.create_user(UserName="one")
        self.iam.create_group(GroupName="one")
        self.iam.create_policy(PolicyName="one", PolicyDocument=DOCUMENT)
        self.iam.create_virtual_mfa_device(VirtualMFADeviceName="one")
        self.iam.create_role(RoleName="one", AssumeRolePolicyDocument=TRUST)
        self.iam.create_instance_profile(InstanceProfileName="one")
        self.iam.create_open_id_connect_provider(Url="https://idp.example.com", ThumbprintList=["a" * 40])
        self.params = self._filled(listed.params, "")

    def _filled(self, value: Any, name: str) -> Any:
        if isinstance(value, dict):
            return {key: self._filled(held, name) for key, held in value.items()}
        if isinstance(value, list):
            return [self._filled(held, name) for held in value]
        named = {
            "NAME": name,
            "ARN": f"{self._own}/{name}",
            "ARN-UNDER-X": f"{self._own}/x/{name}",
            "ONE": f"{self._own}/one",
            "DEVICE": self._device,
            "IDP": self._idp,
        }
        return named.get(value, value)

    def comes(self, *names: str) -> None:
        self._make(self._listed.comes, names)

    def goes(self, *names: str) -> None:
        self._make(self._listed.goes, names)

    def _make(self, calls: tuple[tuple[str, dict[str, Any]], ...], names: tuple[str, ...]) -> None:
        for name in names:
            for operation, params in calls:
                call(self.iam, operation, **self._filled(params, name))

    def names(self, page: Any) -> list[str]:
        key = self._listed.name
        return [item if key is None else item[key] for item in page[self._listed.items]]


@pytest.mark.parametrize("name", LISTS)
def test_what_comes_and_goes_shifts_no_page(account: Account, name: str) -> None:
    changing = Changing(account, LISTS[name])
    changing.comes("b", "D", "f", "H", "j", "L")
    first = call(changing.iam, name, MaxItems=3, **changing.params)
    assert changing.names(first) == ["b", "D", "f"]
    changing.goes("b", "f", "H")  # the marker's own row, one before it and one behind it
    changing.comes("A", "E", "G", "m")
    rest = list(pages(changing.iam, name, MaxItems=2, Marker=first["Marker"], **changing.params))
    assert [shown for page in rest for shown in changing.names(page)] == ["G", "j", "L", "m"]


LONG = {
    "ListUserTags": ["\U00020000" * 127 + letter for letter in "abc"],
    "ListUserPolicies": ["x" * 127 + letter for letter in "abc"],
}


@pytest.mark.parametrize("name", LONG)
def test_the_marker_of_a_long_name_is_short_enough(account: Account, name: str) -> None:
    changing = Changing(account, LISTS[name])
    changing.comes(*LONG[name])
    walked = list(pages(changing.iam, name, MaxItems=1, **changing.params))
    assert sorted(shown for page in walked for shown in changing.names(page)) == LONG[name]


def test_the_marker_of_a_policy_on_a_long_path_is_short_enough(account: Account) -> None:
    iam = account.iam
    path = "/" + "p" * 510 + "/"
    made = [
        iam.create_policy(PolicyName="n" * 127 + letter, Path=path, PolicyDocument=DOCUMENT)["Policy"]["Arn"]
        for letter in "abc"
    ]
    for arn in made:
        iam.attach_user_policy(UserName="admin", PolicyArn=arn)
    walked = list(pages(iam, "ListAttachedUserPolicies", UserName="admin", MaxItems=1))
    assert sorted(page["AttachedPolicies"][0]["PolicyArn"] for page in walked) == sorted(made)


def test_a_key_that_goes_takes_the_other_not_along(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="bob")
    keys = {iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"] for _ in range(2)}
    first = iam.list_access_keys(UserName="bob", MaxItems=1)
    gone = first["AccessKeyMetadata"][0]["AccessKeyId"]
    iam.delete_access_key(UserName="bob", AccessKeyId=gone)
    second = iam.list_access_keys(UserName="bob", Marker=first["Marker"])["AccessKeyMetadata"]
    assert {gone, *(key["AccessKeyId"] for key in second)} == keys


def test_devices_that_come_and_go_shift_no_page(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="bob")
    held = {name: Authenticator.make(iam, name).enable(iam, "bob").serial for name in "bdf"}
    first = iam.list_mfa_devices(UserName="bob", MaxItems=2)
    assert [device["SerialNumber"] for device in first["MFADevices"]] == [held["b"], held["d"]]
    iam.deactivate_mfa_device(UserName="bob", SerialNumber=held["d"])
    held |= {name: Authenticator.make(iam, name).enable(iam, "bob").serial for name in "ce"}
    second = iam.list_mfa_devices(UserName="bob", Marker=first["Marker"])["MFADevices"]
    assert [device["SerialNumber"] for device in second] == [held["e"], held["f"]]


def test_virtual_devices_that_come_and_go_shift_no_page(account: Account) -> None:
    iam = account.iam
    made = {name: Authenticator.make(iam, name).serial for name in "bdfh"}
    first = iam.list_virtual_mfa_devices(MaxItems=2)
    assert [device["SerialNumber"] for device in first["VirtualMFADevices"]] == [made["b"], made["d"]]
    iam.delete_virtual_mfa_device(SerialNumber=made["d"])
    iam.delete_virtual_mfa_device(SerialNumber=made["f"])
    made |= {name: Authenticator.make(iam, name).serial for name in "ace"}
    second = iam.list_virtual_mfa_devices(Marker=first["Marker"])["VirtualMFADevices"]
    assert [device["SerialNumber"] for device in second] == [made["e"], made["h"]]


def test_roles_that_come_and_go_shift_no_page_of_an_accounts_details(account: Account) -> None:
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


def test_versions_that_come_and_go_shift_no_page(account: Account) -> None:
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


# Nonsense, not base64, and texts that are base64: "none", "\0" and "user:".
@pytest.mark.parametrize("marker", ["nonsense", "AAAA=", "bm9uZQ==", "AA==", "dXNlcjo=", "\u00fc"])
@pytest.mark.parametrize("name", ["ListUsers", "ListPolicies", "ListUserTags", "ListAccountAliases"])
def test_a_marker_that_was_made_up_is_told(account: Account, name: str, marker: str) -> None:
    params = {"UserName": "admin"} if name == "ListUserTags" else {}
    invalid = ("ValidationError", 400, "Invalid Marker.")
    assert refused(account.iam, name, Marker=marker, **params) == invalid
