"""GetAccountAuthorizationDetails: entity details, filters and pages, on both databases."""

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
from tests.api.responses import Refused, body, pages, refused
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


OPERATION = "GetAccountAuthorizationDetails"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
DOCUMENT = document(allow("s3:GetObject"))
TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)
TAGS = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]


def details(account: Account, *entity_types: str) -> Any:
    """Return the details of these entity types, which must fit into one page."""
    response = account.iam.get_account_authorization_details(Filter=list(entity_types))
    assert response["IsTruncated"] is False
    return response


def names_by_list(response: Any) -> dict[str, list[str]]:
    """Return the names in each list of a response."""
    member = dict(zip(LISTS, ("UserName", "GroupName", "RoleName", "PolicyName"), strict=True))
    return {key: [item[member[key]] for item in response[key]] for key in LISTS}


def create_policy(account: Account, name: str, **params: Any) -> str:
    response = account.iam.create_policy(PolicyName=name, PolicyDocument=DOCUMENT, **params)
    return str(response["Policy"]["Arn"])


def test_user_details(account: Account) -> None:
    iam = account.iam
    own = create_policy(account, "own")
    created = iam.create_user(UserName="Bob", Path="/x/", Tags=TAGS, PermissionsBoundary=AUDIT)["User"]
    for name in ("b", "A"):
        iam.put_user_policy(UserName="Bob", PolicyName=name, PolicyDocument=DOCUMENT)
        iam.create_group(GroupName=name)
        iam.add_user_to_group(GroupName=name, UserName="Bob")
    for arn in (own, READ_ONLY):
        iam.attach_user_policy(UserName="Bob", PolicyArn=arn)
    admin, bob = details(account, "User")["UserDetailList"]
    assert bob == {
        "UserName": "Bob",
        "UserId": created["UserId"],
        "Path": "/x/",
        "Arn": f"arn:aws:iam::{account.account_id}:user/x/Bob",
        "CreateDate": created["CreateDate"],
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


def test_group_details(account: Account) -> None:
    iam = account.iam
    created = iam.create_group(GroupName="team", Path="/x/")["Group"]
    iam.put_group_policy(GroupName="team", PolicyName="p", PolicyDocument=DOCUMENT)
    iam.attach_group_policy(GroupName="team", PolicyArn=READ_ONLY)
    _, team = details(account, "Group")["GroupDetailList"]
    assert team == {
        "GroupName": "team",
        "GroupId": created["GroupId"],
        "Path": "/x/",
        "Arn": f"arn:aws:iam::{account.account_id}:group/x/team",
        "CreateDate": created["CreateDate"],
        "GroupPolicyList": [{"PolicyName": "p", "PolicyDocument": json.loads(DOCUMENT)}],
        "AttachedManagedPolicies": [{"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY}],
    }


def test_role_details(account: Account) -> None:
    iam = account.iam
    created = iam.create_role(
        RoleName="app", AssumeRolePolicyDocument=TRUST, Tags=TAGS, PermissionsBoundary=AUDIT, Description="d"
    )["Role"]
    profile = iam.create_instance_profile(InstanceProfileName="machine", Path="/m/")["InstanceProfile"]
    iam.create_instance_profile(InstanceProfileName="empty")
    iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="app")
    iam.put_role_policy(RoleName="app", PolicyName="p", PolicyDocument=DOCUMENT)
    iam.attach_role_policy(RoleName="app", PolicyArn=READ_ONLY)
    (app,) = details(account, "Role")["RoleDetailList"]
    (listed_profile,) = app.pop("InstanceProfileList")
    assert app == {
        "RoleName": "app",
        "RoleId": created["RoleId"],
        "Path": "/",
        "Arn": f"arn:aws:iam::{account.account_id}:role/app",
        "CreateDate": created["CreateDate"],
        "AssumeRolePolicyDocument": json.loads(TRUST),
        "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": json.loads(DOCUMENT)}],
        "AttachedManagedPolicies": [{"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY}],
        "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": AUDIT},
        "Tags": TAGS,
        "RoleLastUsed": {},
    }
    assert (listed_profile["InstanceProfileId"], listed_profile["Path"]) == (
        profile["InstanceProfileId"],
        "/m/",
    )
    assert [(role["RoleName"], role["AssumeRolePolicyDocument"]) for role in listed_profile["Roles"]] == [
        ("app", json.loads(TRUST))
    ]


def test_trust_policy_names_a_user_by_arn_and_by_id_after_deletion(account: Account) -> None:
    iam = account.iam
    bob = iam.create_user(UserName="bob")["User"]
    trust = document({"Effect": "Allow", "Principal": {"AWS": bob["Arn"]}, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust)

    def trusted_principal() -> str:
        (role,) = details(account, "Role")["RoleDetailList"]
        return str(role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"])

    assert trusted_principal() == bob["Arn"]
    iam.delete_user(UserName="bob")
    assert trusted_principal() == bob["UserId"]


def test_role_last_used_has_date_and_region(account: Account) -> None:
    created = account.iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)["Role"]
    account.iam.create_role(RoleName="idle", AssumeRolePolicyDocument=TRUST)
    last_use = RoleLastUsed(account.account_id, created["RoleId"], "2026-01-02T03:04:05Z", "eu-central-1")
    with account.server.store.database.write() as tx:
        roles.record_last_use(tx, last_use)
    app, idle = details(account, "Role")["RoleDetailList"]
    assert app["RoleLastUsed"] == {
        "LastUsedDate": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "Region": "eu-central-1",
    }
    assert idle["RoleLastUsed"] == {}


def test_customer_managed_policy_details(account: Account) -> None:
    iam = account.iam
    arn = create_policy(account, "own", Path="/x/", Description="What it is for.")
    other = document(allow("s3:PutObject"))
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=other, SetAsDefault=True)
    iam.attach_user_policy(UserName="admin", PolicyArn=arn)
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=arn)
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    (own,) = details(account, "LocalManagedPolicy")["Policies"]
    versions = own.pop("PolicyVersionList")
    assert own == {
        "PolicyName": "own",
        "PolicyId": policy["PolicyId"],
        "Arn": arn,
        "Path": "/x/",
        "DefaultVersionId": "v2",
        "AttachmentCount": 1,
        "PermissionsBoundaryUsageCount": 1,
        "IsAttachable": True,
        "Description": "What it is for.",
        "CreateDate": policy["CreateDate"],
        "UpdateDate": policy["UpdateDate"],
    }
    assert [(version["VersionId"], version["IsDefaultVersion"]) for version in versions] == [
        ("v2", True),
        ("v1", False),
    ]
    assert [version["Document"] for version in versions] == [json.loads(other), json.loads(DOCUMENT)]


def test_unused_customer_managed_policy_is_listed(account: Account) -> None:
    create_policy(account, "unused")
    (unused,) = details(account, "LocalManagedPolicy")["Policies"]
    assert (unused["PolicyName"], unused["AttachmentCount"]) == ("unused", 0)


def test_aws_managed_policies_are_listed_only_if_used(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="bob", PermissionsBoundary=AUDIT)
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="app", PolicyArn=READ_ONLY)
    policies = details(account, "AWSManagedPolicy")["Policies"]
    counts = {
        policy["Arn"]: (policy["AttachmentCount"], policy["PermissionsBoundaryUsageCount"])
        for policy in policies
    }
    assert counts == {ADMIN: (1, 0), READ_ONLY: (1, 0), AUDIT: (0, 1)}
    (version,) = policies[0]["PolicyVersionList"]
    response = iam.get_policy_version(PolicyArn=ADMIN, VersionId=policies[0]["DefaultVersionId"])
    assert version == response["PolicyVersion"]
    iam.detach_role_policy(RoleName="app", PolicyArn=READ_ONLY)
    assert READ_ONLY not in {policy["Arn"] for policy in details(account, "AWSManagedPolicy")["Policies"]}


def create_entities(account: Account) -> None:
    """Create two entities of each type besides the administrator with its group and its policy."""
    iam = account.iam
    for name in ("one", "two"):
        iam.create_user(UserName=name)
        iam.create_group(GroupName=name)
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        create_policy(account, name)


ALL_NAMES = {
    "UserDetailList": ["admin", "one", "two"],
    "GroupDetailList": ["Administrators", "one", "two"],
    "RoleDetailList": ["one", "two"],
    "Policies": ["one", "two", "AdministratorAccess"],
}


def test_without_a_filter_all_entity_types_are_listed(account: Account) -> None:
    create_entities(account)
    assert names_by_list(details(account)) == ALL_NAMES


@pytest.mark.parametrize(
    ("entity_types", "expected_lists"),
    [
        (["User"], {"UserDetailList"}),
        (["Group"], {"GroupDetailList"}),
        (["Role"], {"RoleDetailList"}),
        (["Role", "Group", "Role"], {"RoleDetailList", "GroupDetailList"}),
        (["LocalManagedPolicy", "AWSManagedPolicy"], {"Policies"}),
    ],
)
def test_filter_excludes_other_entity_types(
    account: Account, entity_types: list[str], expected_lists: set[str]
) -> None:
    create_entities(account)
    names = names_by_list(details(account, *entity_types))
    assert names == {key: ALL_NAMES[key] if key in expected_lists else [] for key in LISTS}


def test_filter_separates_customer_managed_from_aws_managed_policies(account: Account) -> None:
    create_entities(account)
    assert names_by_list(details(account, "LocalManagedPolicy"))["Policies"] == ["one", "two"]
    assert names_by_list(details(account, "AWSManagedPolicy"))["Policies"] == ["AdministratorAccess"]


def test_unknown_filter_is_rejected(account: Account) -> None:
    error = refused(account.iam, OPERATION, Filter=["Users"])
    assert error[:2] == ("ValidationError", 400)


@pytest.mark.parametrize("size", range(1, 13))
def test_pages_of_every_size_list_each_entity_once(account: Account, size: int) -> None:
    create_entities(account)
    listed: dict[str, list[str]] = {key: [] for key in LISTS}
    for page in pages(account.iam, OPERATION, MaxItems=size):
        names = names_by_list(page)
        assert 1 <= sum(map(len, names.values())) <= size
        for key in LISTS:
            listed[key] += names[key]
    assert listed == ALL_NAMES


def test_marker_from_another_filter_is_rejected(account: Account) -> None:
    create_entities(account)
    first = account.iam.get_account_authorization_details(Filter=["User"], MaxItems=1)
    error = refused(account.iam, OPERATION, Filter=["Role"], Marker=first["Marker"])
    assert error == Refused("ValidationError", 400, "Invalid Marker.")


def test_policy_documents_are_rfc_3986_encoded(account: Account) -> None:
    text = DOCUMENT.replace("*", "arn:aws:s3:::b/\u00fc~+ %2F*&<>'")
    account.iam.put_user_policy(UserName="admin", PolicyName="p", PolicyDocument=text)
    xml = body(account.iam, OPERATION, Filter=["User"])
    encoded = xml.partition("<PolicyDocument>")[2].partition("</PolicyDocument>")[0]
    assert not re.search(r"[^A-Za-z0-9._~%-]", encoded)
    assert unquote(encoded) == text


def test_entities_of_other_accounts_are_not_listed(account: Account, other_account: Account) -> None:
    create_entities(other_account)
    assert names_by_list(details(account)) == {
        "UserDetailList": ["admin"],
        "GroupDetailList": ["Administrators"],
        "RoleDetailList": [],
        "Policies": ["AdministratorAccess"],
    }


def test_a_large_page_assigns_policies_to_the_right_users(account: Account) -> None:
    names = _create_users(account, 250)  # more than one batched query fetches
    users = account.iam.get_account_authorization_details(Filter=["User"], MaxItems=1000)["UserDetailList"]
    inline = {user["UserName"]: [policy["PolicyName"] for policy in user["UserPolicyList"]] for user in users}
    assert inline == {"admin": [], **{name: [f"of-{name}"] for name in names}}
    attached = {user["UserName"]: len(user["AttachedManagedPolicies"]) for user in users}
    assert attached == {"admin": 0, **dict.fromkeys(names, 1)}


def test_query_count_does_not_depend_on_the_number_of_entities(account: Account) -> None:
    before = _count_queries(account)
    _create_users(account, 90)
    assert before == _count_queries(account)


def _create_users(account: Account, count: int) -> list[str]:
    """Create users with one inline and one attached policy, in the store for speed; return their names."""
    names = [f"user-{number:03}" for number in range(count)]
    with account.server.store.database.write() as tx:
        for name in names:
            user_id, arn = ids.unique(ids.USER), arns.user(account.account_id, "/", name)
            created = "2026-01-02T03:04:05Z"
            USERS.add(tx, account.account_id, User(user_id, name, "/", arn, created, None))
            inline_policies.put(tx, account.account_id, user_id, InlinePolicy(f"of-{name}", DOCUMENT))
            policy_attachments.add(tx, account.account_id, user_id, READ_ONLY)
    return names


def _count_queries(account: Account) -> int:
    """Return the number of SQL statements for a page of all entities."""
    account_id = account.account_id
    root = Principal(PrincipalKind.ROOT, arns.root(account_id), account_id, account_id)
    with account.server.store.database.read() as tx:
        cursor = _CountingCursor(tx)
        caller = Caller(root, account_id, account_id, "", None, ())
        call = Call(Tx(cursor, tx.dialect), caller, b"", "2026-01-02T03:04:05Z")
        OPERATIONS["iam"][OPERATION].run(call, filter=["User"])
    return cursor.count


class _CountingCursor:
    """A cursor that counts what it executes."""

    def __init__(self, tx: Tx) -> None:
        self._cursor = tx.cursor
        self.count = 0

    def execute(self, *statement: Any) -> Any:
        self.count += 1
        return self._cursor.execute(*statement)
