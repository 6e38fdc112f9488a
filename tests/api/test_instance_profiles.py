"""Instance profiles and the role in them, and leave to give a role away; on both databases."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.answers import Refused, allowed, refused, set_counter
from tests.api.served import READ_ONLY, TRUST
from tests.servers import Account, allow, deny

TAGS = [{"Key": "Team", "Value": "a"}]
IN_LISTS = {"InstanceProfileName", "InstanceProfileId", "Path", "Arn", "CreateDate", "Roles"}
NO_MACHINE = Refused("NoSuchEntity", 404, "Instance Profile Machine cannot be found.")
BOTH = {"InstanceProfileName": "Machine", "RoleName": "Job"}


def made(account: Account, name: str = "Machine", **more: Any) -> Any:
    return account.iam.create_instance_profile(InstanceProfileName=name, **more)["InstanceProfile"]


def got(account: Account, name: str = "Machine") -> Any:
    return account.iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]


def role(account: Account, name: str = "Job", **more: Any) -> Any:
    return account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **more)["Role"]


def test_create_instance_profile_answers_all_that_it_made(account: Account) -> None:
    profile = made(account, Path="/team/", Tags=TAGS)
    assert profile.keys() == IN_LISTS | {"Tags"}
    assert (profile["InstanceProfileName"], profile["Path"]) == ("Machine", "/team/")
    assert profile["Arn"] == f"arn:aws:iam::{account.account_id}:instance-profile/team/Machine"
    assert re.fullmatch(r"AIPA[A-Z2-7]{17}", profile["InstanceProfileId"])
    assert abs((datetime.now(UTC) - profile["CreateDate"]).total_seconds()) < 60
    assert (profile["Roles"], profile["Tags"]) == ([], TAGS)
    assert got(account, "mACHINE") == profile


def test_an_instance_profile_shows_its_role_as_lists_of_roles_do(account: Account) -> None:
    profile = made(account, Tags=TAGS)
    role(account, Tags=TAGS, PermissionsBoundary=READ_ONLY, Description="d")
    account.iam.add_role_to_instance_profile(**BOTH)
    (listed,) = account.iam.list_roles()["Roles"]
    assert got(account) == profile | {"Roles": [listed]}
    assert account.iam.list_instance_profiles()["InstanceProfiles"] == [
        {name: got(account)[name] for name in IN_LISTS}
    ]


def test_instance_profiles_of_a_role(account: Account) -> None:
    iam = account.iam
    role(account)
    role(account, "other")
    for name in ("b", "A", "c"):
        made(account, name)
    for name, held in (("b", "Job"), ("A", "job"), ("c", "other")):
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=held)
    found = iam.list_instance_profiles_for_role(RoleName="JOB")["InstanceProfiles"]
    assert [profile["InstanceProfileName"] for profile in found] == ["A", "b"]
    assert found[0] == got(account, "A")
    iam.remove_role_from_instance_profile(InstanceProfileName="A", RoleName="Job")
    found = iam.list_instance_profiles_for_role(RoleName="Job")["InstanceProfiles"]
    assert [profile["InstanceProfileName"] for profile in found] == ["b"]


@pytest.mark.parametrize("name", ["Job", "other"])
def test_an_instance_profile_has_one_role(account: Account, name: str) -> None:
    made(account)
    for each in ("Job", "other"):
        role(account, each)
    account.iam.add_role_to_instance_profile(**BOTH)
    full = Refused("LimitExceeded", 409, "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
    assert refused(account.iam, "AddRoleToInstanceProfile", **BOTH | {"RoleName": name}) == full
    assert [held["RoleName"] for held in got(account)["Roles"]] == ["Job"]


def test_a_role_gives_way_to_another(account: Account) -> None:
    iam = account.iam
    made(account)
    for name in ("Job", "other"):
        role(account, name)
    iam.add_role_to_instance_profile(**BOTH)
    iam.remove_role_from_instance_profile(InstanceProfileName="machine", RoleName="JOB")
    iam.add_role_to_instance_profile(**BOTH | {"RoleName": "other"})
    assert [held["RoleName"] for held in got(account)["Roles"]] == ["other"]
    iam.delete_role(RoleName="Job")


def test_a_role_that_is_not_in_it_is_not_removed(account: Account) -> None:
    made(account)
    role(account)
    said = refused(account.iam, "RemoveRoleFromInstanceProfile", **BOTH)
    assert said[:2] == ("NoSuchEntity", 404)
    for operation in ("AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile"):
        assert refused(account.iam, operation, **BOTH | {"RoleName": "none"}) == Refused(
            "NoSuchEntity", 404, "The role with name none cannot be found."
        )


def test_an_instance_profile_with_a_role_is_not_deleted(account: Account) -> None:
    iam = account.iam
    made(account, Tags=TAGS)
    role(account)
    iam.add_role_to_instance_profile(**BOTH)
    name = {"InstanceProfileName": "Machine"}
    assert refused(iam, "DeleteInstanceProfile", **name) == Refused(
        "DeleteConflict", 409, "Cannot delete entity, must remove roles from instance profile first."
    )
    iam.remove_role_from_instance_profile(**BOTH)
    iam.delete_instance_profile(**name)
    assert refused(iam, "GetInstanceProfile", **name) == NO_MACHINE
    assert "Tags" not in made(account)
    assert iam.list_instance_profile_tags(**name)["Tags"] == []


def test_a_name_is_taken_in_any_case_and_on_any_path(account: Account, other_account: Account) -> None:
    made(account)
    role(account, "machine")
    taken = Refused("EntityAlreadyExists", 409, "Instance Profile with name MACHINE already exists.")
    params = {"InstanceProfileName": "MACHINE", "Path": "/else/"}
    assert refused(account.iam, "CreateInstanceProfile", **params) == taken
    made(other_account)


def test_the_quota_of_instance_profiles(account: Account) -> None:
    set_counter(account, "instance_profiles", 999)
    made(account)
    full = Refused("LimitExceeded", 409, "Cannot exceed quota for InstanceProfilesPerAccount: 1000")
    assert refused(account.iam, "CreateInstanceProfile", InstanceProfileName="Eve") == full
    account.iam.delete_instance_profile(InstanceProfileName="Machine")
    made(account, "Eve")


def test_a_create_that_is_refused_leaves_no_instance_profile(account: Account) -> None:
    tags = [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]
    said = refused(account.iam, "CreateInstanceProfile", InstanceProfileName="Machine", Tags=tags)
    assert said[:2] == ("InvalidInput", 400)
    assert refused(account.iam, "GetInstanceProfile", InstanceProfileName="Machine") == NO_MACHINE


@pytest.mark.parametrize(("prefix", "names"), [("/", ["a", "B", "c"]), ("/x/", ["a", "B"]), ("/x/y/", ["B"])])
def test_lists_filter_by_the_beginning_of_the_path(account: Account, prefix: str, names: list[str]) -> None:
    for name, path in (("c", "/"), ("B", "/x/y/"), ("a", "/x/")):
        made(account, name, Path=path)
    found = account.iam.list_instance_profiles(PathPrefix=prefix)["InstanceProfiles"]
    assert [profile["InstanceProfileName"] for profile in found] == names


# iam:PassRole.

ADD = "iam:AddRoleToInstanceProfile"
INSTANCES = "arn:aws:ec2:*:{A}:instance/*"
CONDITIONS: list[tuple[dict[str, dict[str, str]], bool]] = [
    ({"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}, True),
    ({"StringEquals": {"iam:PassedToService": "ecs.amazonaws.com"}}, False),
    ({"Null": {"iam:PassedToService": "true"}}, False),
    ({"ArnEquals": {"iam:AssociatedResourceArn": INSTANCES}}, True),
    ({"StringEquals": {"iam:AssociatedResourceArn": INSTANCES}}, True),
    ({"ArnLike": {"iam:AssociatedResourceArn": "arn:aws:ec2:us-east-1:{A}:instance/*"}}, False),
    ({"ArnLike": {"iam:AssociatedResourceArn": "arn:aws:ec2:*:000000000000:instance/*"}}, False),
    ({"StringEquals": {"iam:ResourceTag/Team": "a"}}, True),
    ({"StringEquals": {"aws:ResourceTag/Team": "b"}}, False),
]


@pytest.mark.parametrize(("condition", "lets"), CONDITIONS)
def test_leave_to_pass_a_role_may_depend_on_what_it_is_for(
    account: Account, condition: dict[str, dict[str, str]], lets: bool
) -> None:
    made(account, Tags=[{"Key": "Team", "Value": "b"}])
    arn = role(account, Path="/x/", Tags=TAGS)["Arn"]
    filled = {
        operator: {key: value.replace("{A}", account.account_id) for key, value in keys.items()}
        for operator, keys in condition.items()
    }
    passes = allow("iam:PassRole", resource=arn, Condition=filled)
    caller = account.user("caller", allow(ADD), passes)
    assert allowed(caller, "AddRoleToInstanceProfile", **BOTH) is lets


@pytest.mark.parametrize("key", ["iam:PassedToService", "iam:AssociatedResourceArn"])
def test_to_pass_a_role_is_asked_with_keys_that_nothing_else_has(account: Account, key: str) -> None:
    made(account)
    role(account)
    without = allow(ADD, Condition={"Null": {key: "true"}})
    caller = account.user("caller", without, allow("iam:PassRole"))
    assert allowed(caller, "AddRoleToInstanceProfile", **BOTH)


def test_leave_to_pass_one_role_is_none_for_another(account: Account) -> None:
    made(account)
    arn = role(account)["Arn"]
    role(account, "other")
    caller = account.user("caller", allow(ADD), allow("iam:PassRole", resource=arn))
    assert not allowed(caller, "AddRoleToInstanceProfile", **BOTH | {"RoleName": "other"})
    assert allowed(caller, "AddRoleToInstanceProfile", **BOTH)


def test_a_role_is_taken_out_without_leave_to_pass_it(account: Account) -> None:
    made(account)
    role(account)
    account.iam.add_role_to_instance_profile(**BOTH)
    caller = account.user("caller", allow("iam:RemoveRoleFromInstanceProfile"), deny("iam:PassRole"))
    assert allowed(caller, "RemoveRoleFromInstanceProfile", **BOTH)


def test_a_tag_of_the_instance_profile_is_none_of_the_role(account: Account) -> None:
    made(account, Tags=TAGS)
    role(account)
    passes = allow("iam:PassRole", Condition={"StringEquals": {"aws:ResourceTag/Team": "a"}})
    caller = account.user("caller", allow(ADD), passes)
    assert not allowed(caller, "AddRoleToInstanceProfile", **BOTH)


def test_who_may_not_pass_a_role_does_not_learn_whether_it_is_there(account: Account) -> None:
    made(account)
    role(account, "there", Path="/secret/")
    caller = account.user("caller", allow(ADD))

    def said(name: str) -> str:
        answer = refused(caller, "AddRoleToInstanceProfile", **BOTH | {"RoleName": name})
        assert answer.code == "AccessDenied"
        return answer.message.replace(name, "NAME")

    assert said("there") == said("missing")
