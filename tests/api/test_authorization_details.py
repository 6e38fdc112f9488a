"""GetAccountAuthorizationDetails: what auditors read, in pages, on both databases."""

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest

from iamd.core import arns, ids
from iamd.core.records import User
from iamd.framework.call import Call, Caller
from iamd.operations import OPERATIONS
from iamd.policy import Principal, PrincipalKind
from iamd.store import inline_policies, policy_attachments, roles
from iamd.store.entities import USERS
from iamd.store.inline_policies import InlinePolicy
from iamd.store.query import Tx
from iamd.store.roles import RoleLastUsed
from tests.api.answers import Refused, body, pages, refused
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


NAME = "GetAccountAuthorizationDetails"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
DOCUMENT = document(allow("s3:GetObject"))
TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)
TAGS = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]


def details(account: Account, *kinds: str) -> Any:
    """Return everything of these kinds, which fits into one page."""
    found = account.iam.get_account_authorization_details(Filter=list(kinds))
    assert found["IsTruncated"] is False
    return found


def named(found: Any) -> dict[str, list[str]]:
    """Return the names in each list of a reply."""
    member = dict(zip(LISTS, ("UserName", "GroupName", "RoleName", "PolicyName"), strict=True))
    return {key: [item[member[key]] for item in found[key]] for key in LISTS}


def own_policy(account: Account, name: str, **more: Any) -> str:
    made = account.iam.create_policy(PolicyName=name, PolicyDocument=DOCUMENT, **more)
    return str(made["Policy"]["Arn"])


def test_a_user_with_all_that_it_holds(account: Account) -> None:
    iam = account.iam
    own = own_policy(account, "own")
    made = iam.create_user(UserName="Bob", Path="/x/", Tags=TAGS, PermissionsBoundary=AUDIT)["User"]
    for name in ("b", "A"):
        iam.put_user_policy(UserName="Bob", PolicyName=name, PolicyDocument=DOCUMENT)
        iam.create_group(GroupName=name)
        iam.add_user_to_group(GroupName=name, UserName="Bob")
    for arn in (own, READ_ONLY):
        iam.attach_user_policy(UserName="Bob", PolicyArn=arn)
    admin, bob = details(account, "User")["UserDetailList"]
    assert bob == {
        "UserName": "Bob",
        "UserId": made["UserId"],
        "Path": "/x/",
        "Arn": f"arn:aws:iam::{account.account_id}:user/x/Bob",
        "CreateDate": made["CreateDate"],
        "UserPolicyList": [
            {"PolicyName": "A", "PolicyDocument": json.loads(DOCUMENT)},
            {"PolicyName": "b", "PolicyDocument": json.loads(DOCUMENT)},
        ],
        "GroupList": ["A", "b"],
        "AttachedManagedPolicies": [
            {"PolicyName": "own", "PolicyArn": own},
            {"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY},
        ],
        "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": AUDIT},
        "Tags": TAGS,
    }
    assert (admin["UserName"], admin["GroupList"], admin["Tags"]) == ("admin", ["Administrators"], [])
    assert "PermissionsBoundary" not in admin


def test_a_group_with_all_that_it_holds(account: Account) -> None:
    iam = account.iam
    made = iam.create_group(GroupName="team", Path="/x/")["Group"]
    iam.put_group_policy(GroupName="team", PolicyName="p", PolicyDocument=DOCUMENT)
    iam.attach_group_policy(GroupName="team", PolicyArn=READ_ONLY)
    _, team = details(account, "Group")["GroupDetailList"]
    assert team == {
        "GroupName": "team",
        "GroupId": made["GroupId"],
        "Path": "/x/",
        "Arn": f"arn:aws:iam::{account.account_id}:group/x/team",
        "CreateDate": made["CreateDate"],
        "GroupPolicyList": [{"PolicyName": "p", "PolicyDocument": json.loads(DOCUMENT)}],
        "AttachedManagedPolicies": [{"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY}],
    }


def test_a_role_with_all_that_it_holds(account: Account) -> None:
    iam = account.iam
    made = iam.create_role(
        RoleName="app", AssumeRolePolicyDocument=TRUST, Tags=TAGS, PermissionsBoundary=AUDIT, Description="d"
    )["Role"]
    profile = iam.create_instance_profile(InstanceProfileName="machine", Path="/m/")["InstanceProfile"]
    iam.create_instance_profile(InstanceProfileName="empty")
    iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="app")
    iam.put_role_policy(RoleName="app", PolicyName="p", PolicyDocument=DOCUMENT)
    iam.attach_role_policy(RoleName="app", PolicyArn=READ_ONLY)
    (app,) = details(account, "Role")["RoleDetailList"]
    (held,) = app.pop("InstanceProfileList")
    assert app == {
        "RoleName": "app",
        "RoleId": made["RoleId"],
        "Path": "/",
        "Arn": f"arn:aws:iam::{account.account_id}:role/app",
        "CreateDate": made["CreateDate"],
        "AssumeRolePolicyDocument": json.loads(TRUST),
        "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": json.loads(DOCUMENT)}],
        "AttachedManagedPolicies": [{"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY}],
        "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": AUDIT},
        "Tags": TAGS,
        "RoleLastUsed": {},
    }
    assert (held["InstanceProfileId"], held["Path"]) == (profile["InstanceProfileId"], "/m/")
    assert [(role["RoleName"], role["AssumeRolePolicyDocument"]) for role in held["Roles"]] == [
        ("app", json.loads(TRUST))
    ]


def test_a_role_tells_whom_it_trusts_by_arn_and_by_id_once_they_are_gone(account: Account) -> None:
    iam = account.iam
    bob = iam.create_user(UserName="bob")["User"]
    trusting = document({"Effect": "Allow", "Principal": {"AWS": bob["Arn"]}, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trusting)

    def trusted() -> str:
        (role,) = details(account, "Role")["RoleDetailList"]
        return str(role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"])

    assert trusted() == bob["Arn"]
    iam.delete_user(UserName="bob")
    assert trusted() == bob["UserId"]


def test_a_role_tells_when_and_where_it_was_last_used(account: Account) -> None:
    made = account.iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)["Role"]
    account.iam.create_role(RoleName="idle", AssumeRolePolicyDocument=TRUST)
    use = RoleLastUsed(account.account_id, made["RoleId"], "2026-01-02T03:04:05Z", "eu-central-1")
    with account.server.store.database.write() as tx:
        roles.record_last_use(tx, use)
    app, idle = details(account, "Role")["RoleDetailList"]
    assert app["RoleLastUsed"] == {
        "LastUsedDate": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "Region": "eu-central-1",
    }
    assert idle["RoleLastUsed"] == {}


def test_an_own_policy_with_its_versions_and_what_uses_it(account: Account) -> None:
    iam = account.iam
    arn = own_policy(account, "own", Path="/x/", Description="What it is for.")
    other = document(allow("s3:PutObject"))
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=other, SetAsDefault=True)
    iam.attach_user_policy(UserName="admin", PolicyArn=arn)
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=arn)
    told = iam.get_policy(PolicyArn=arn)["Policy"]
    (own,) = details(account, "LocalManagedPolicy")["Policies"]
    versions = own.pop("PolicyVersionList")
    assert own == {
        "PolicyName": "own",
        "PolicyId": told["PolicyId"],
        "Arn": arn,
        "Path": "/x/",
        "DefaultVersionId": "v2",
        "AttachmentCount": 1,
        "PermissionsBoundaryUsageCount": 1,
        "IsAttachable": True,
        "Description": "What it is for.",
        "CreateDate": told["CreateDate"],
        "UpdateDate": told["UpdateDate"],
    }
    assert [(version["VersionId"], version["IsDefaultVersion"]) for version in versions] == [
        ("v2", True),
        ("v1", False),
    ]
    assert [version["Document"] for version in versions] == [json.loads(other), json.loads(DOCUMENT)]


def test_an_own_policy_appears_though_nobody_has_it(account: Account) -> None:
    own_policy(account, "unused")
    (unused,) = details(account, "LocalManagedPolicy")["Policies"]
    assert (unused["PolicyName"], unused["AttachmentCount"]) == ("unused", 0)


def test_policies_of_aws_appear_only_where_they_are_used(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="bob", PermissionsBoundary=AUDIT)
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="app", PolicyArn=READ_ONLY)
    found = details(account, "AWSManagedPolicy")["Policies"]
    counts = {
        policy["Arn"]: (policy["AttachmentCount"], policy["PermissionsBoundaryUsageCount"])
        for policy in found
    }
    assert counts == {ADMIN: (1, 0), READ_ONLY: (1, 0), AUDIT: (0, 1)}
    (version,) = found[0]["PolicyVersionList"]
    told = iam.get_policy_version(PolicyArn=ADMIN, VersionId=found[0]["DefaultVersionId"])
    assert version == told["PolicyVersion"]
    iam.detach_role_policy(RoleName="app", PolicyArn=READ_ONLY)
    assert READ_ONLY not in {policy["Arn"] for policy in details(account, "AWSManagedPolicy")["Policies"]}


def furnish(account: Account) -> None:
    """Make two of each kind besides the administrator with its group and its policy."""
    iam = account.iam
    for name in ("one", "two"):
        iam.create_user(UserName=name)
        iam.create_group(GroupName=name)
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        own_policy(account, name)


EVERYTHING = {
    "UserDetailList": ["admin", "one", "two"],
    "GroupDetailList": ["Administrators", "one", "two"],
    "RoleDetailList": ["one", "two"],
    "Policies": ["one", "two", "AdministratorAccess"],
}


def test_without_a_filter_all_kinds_appear(account: Account) -> None:
    furnish(account)
    assert named(details(account)) == EVERYTHING


@pytest.mark.parametrize(
    ("kinds", "shown"),
    [
        (["User"], {"UserDetailList"}),
        (["Group"], {"GroupDetailList"}),
        (["Role"], {"RoleDetailList"}),
        (["Role", "Group", "Role"], {"RoleDetailList", "GroupDetailList"}),
        (["LocalManagedPolicy", "AWSManagedPolicy"], {"Policies"}),
    ],
)
def test_a_filter_leaves_the_other_kinds_out(account: Account, kinds: list[str], shown: set[str]) -> None:
    furnish(account)
    found = named(details(account, *kinds))
    assert found == {key: EVERYTHING[key] if key in shown else [] for key in LISTS}


def test_a_filter_tells_own_policies_from_those_of_aws(account: Account) -> None:
    furnish(account)
    assert named(details(account, "LocalManagedPolicy"))["Policies"] == ["one", "two"]
    assert named(details(account, "AWSManagedPolicy"))["Policies"] == ["AdministratorAccess"]


def test_a_kind_that_is_none_is_refused(account: Account) -> None:
    said = refused(account.iam, NAME, Filter=["Users"])
    assert said[:2] == ("ValidationError", 400)


@pytest.mark.parametrize("size", range(1, 13))
def test_pages_of_every_size_go_through_all_kinds_once(account: Account, size: int) -> None:
    furnish(account)
    walked: dict[str, list[str]] = {key: [] for key in LISTS}
    for page in pages(account.iam, NAME, MaxItems=size):
        found = named(page)
        assert 1 <= sum(map(len, found.values())) <= size
        for key in LISTS:
            walked[key] += found[key]
    assert walked == EVERYTHING


def test_a_marker_of_another_filter_is_refused(account: Account) -> None:
    furnish(account)
    first = account.iam.get_account_authorization_details(Filter=["User"], MaxItems=1)
    said = refused(account.iam, NAME, Filter=["Role"], Marker=first["Marker"])
    assert said == Refused("ValidationError", 400, "Invalid Marker.")


def test_documents_come_in_rfc_3986(account: Account) -> None:
    text = DOCUMENT.replace("*", "arn:aws:s3:::b/\u00fc~+ %2F*&<>'")
    account.iam.put_user_policy(UserName="admin", PolicyName="p", PolicyDocument=text)
    shown = body(account.iam, NAME, Filter=["User"])
    encoded = shown.partition("<PolicyDocument>")[2].partition("</PolicyDocument>")[0]
    assert not re.search(r"[^A-Za-z0-9._~%-]", encoded)
    assert unquote(encoded) == text


def test_another_accounts_entities_stay_out(account: Account, other_account: Account) -> None:
    furnish(other_account)
    assert named(details(account)) == {
        "UserDetailList": ["admin"],
        "GroupDetailList": ["Administrators"],
        "RoleDetailList": [],
        "Policies": ["AdministratorAccess"],
    }


def test_what_each_holds_is_its_own_on_a_page_of_many(account: Account) -> None:
    names = _many_users(account, 250)  # more than are asked about in one statement
    found = account.iam.get_account_authorization_details(Filter=["User"], MaxItems=1000)["UserDetailList"]
    held = {user["UserName"]: [policy["PolicyName"] for policy in user["UserPolicyList"]] for user in found}
    assert held == {"admin": [], **{name: [f"of-{name}"] for name in names}}
    attached = {user["UserName"]: len(user["AttachedManagedPolicies"]) for user in found}
    assert attached == {"admin": 0, **dict.fromkeys(names, 1)}


def test_a_page_costs_no_query_for_each_entity(account: Account) -> None:
    few = _queries(account)
    _many_users(account, 90)
    assert few == _queries(account)


def _many_users(account: Account, count: int) -> list[str]:
    """Make users, each with a policy of its own and one attached, faster than the API does; return names."""
    names = [f"user-{number:03}" for number in range(count)]
    with account.server.store.database.write() as tx:
        for name in names:
            user_id, arn = ids.unique(ids.USER), arns.user(account.account_id, "/", name)
            created = "2026-01-02T03:04:05Z"
            USERS.add(tx, account.account_id, User(user_id, name, "/", arn, created, None))
            inline_policies.put(tx, account.account_id, user_id, InlinePolicy(f"of-{name}", DOCUMENT))
            policy_attachments.add(tx, account.account_id, user_id, READ_ONLY)
    return names


def _queries(account: Account) -> int:
    """Count the statements that a page of users takes."""
    account_id = account.account_id
    root = Principal(PrincipalKind.ROOT, arns.root(account_id), account_id, account_id)
    with account.server.store.database.read() as tx:
        cursor = _Counting(tx)
        caller = Caller(root, account_id, account_id, "", None, ())
        call = Call(Tx(cursor, tx.dialect), caller, b"", "2026-01-02T03:04:05Z")
        OPERATIONS["iam"][NAME].run(call, filter=["User"])
    return cursor.count


class _Counting:
    """A cursor that counts what it executes."""

    def __init__(self, tx: Tx) -> None:
        self._cursor = tx.cursor
        self.count = 0

    def execute(self, *statement: Any) -> Any:
        self.count += 1
        return self._cursor.execute(*statement)
