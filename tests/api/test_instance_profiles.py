"""Instance profiles, their role, and the iam:PassRole permission to add it; through boto3."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.operation_calls import READ_ONLY, TRUST
from tests.api.responses import Refused, allowed, refused, set_counter
from tests.servers import Account, allow, deny

TAGS = [{"Key": "Team", "Value": "a"}]
LISTED_MEMBERS = {"InstanceProfileName", "InstanceProfileId", "Path", "Arn", "CreateDate", "Roles"}
NO_PROFILE = Refused("NoSuchEntity", 404, "Instance Profile Machine cannot be found.")
PROFILE_AND_ROLE = {"InstanceProfileName": "Machine", "RoleName": "Job"}


def create_profile(account: Account, name: str = "Machine", **params: Any) -> Any:
    return account.iam.create_instance_profile(InstanceProfileName=name, **params)["InstanceProfile"]


def get_profile(account: Account, name: str = "Machine") -> Any:
    return account.iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]


def create_role(account: Account, name: str = "Job", **params: Any) -> Any:
    return account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **params)["Role"]


def test_create_instance_profile_returns_all_members(account: Account) -> None:
    profile = create_profile(account, Path="/team/", Tags=TAGS)
    assert profile.keys() == LISTED_MEMBERS | {"Tags"}
    assert (profile["InstanceProfileName"], profile["Path"]) == ("Machine", "/team/")
    assert profile["Arn"] == f"arn:aws:iam::{account.account_id}:instance-profile/team/Machine"
    assert re.fullmatch(r"AIPA[A-Z2-7]{17}", profile["InstanceProfileId"])
    assert abs((datetime.now(UTC) - profile["CreateDate"]).total_seconds()) < 60
    assert (profile["Roles"], profile["Tags"]) == ([], TAGS)
    assert get_profile(account, "mACHINE") == profile


def test_role_of_an_instance_profile_has_the_members_of_list_roles(account: Account) -> None:
    profile = create_profile(account, Tags=TAGS)
    create_role(account, Tags=TAGS, PermissionsBoundary=READ_ONLY, Description="d")
    account.iam.add_role_to_instance_profile(**PROFILE_AND_ROLE)
    (listed,) = account.iam.list_roles()["Roles"]
    assert get_profile(account) == profile | {"Roles": [listed]}
    assert account.iam.list_instance_profiles()["InstanceProfiles"] == [
        {name: get_profile(account)[name] for name in LISTED_MEMBERS}
    ]


def test_list_instance_profiles_for_role(account: Account) -> None:
    iam = account.iam
    create_role(account)
    create_role(account, "other")
    for name in ("b", "A", "c"):
        create_profile(account, name)
    for name, role_name in (("b", "Job"), ("A", "job"), ("c", "other")):
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role_name)
    profiles = iam.list_instance_profiles_for_role(RoleName="JOB")["InstanceProfiles"]
    assert [profile["InstanceProfileName"] for profile in profiles] == ["A", "b"]
    assert profiles[0] == get_profile(account, "A")
    iam.remove_role_from_instance_profile(InstanceProfileName="A", RoleName="Job")
    profiles = iam.list_instance_profiles_for_role(RoleName="Job")["InstanceProfiles"]
    assert [profile["InstanceProfileName"] for profile in profiles] == ["b"]


@pytest.mark.parametrize("name", ["Job", "other"])
def test_instance_profile_has_at_most_one_role(account: Account, name: str) -> None:
    create_profile(account)
    for role_name in ("Job", "other"):
        create_role(account, role_name)
    account.iam.add_role_to_instance_profile(**PROFILE_AND_ROLE)
    quota_error = Refused(
        "LimitExceeded", 409, "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"
    )
    error = refused(account.iam, "AddRoleToInstanceProfile", **PROFILE_AND_ROLE | {"RoleName": name})
    assert error == quota_error
    assert [role["RoleName"] for role in get_profile(account)["Roles"]] == ["Job"]


def test_role_of_an_instance_profile_can_be_replaced(account: Account) -> None:
    iam = account.iam
    create_profile(account)
    for name in ("Job", "other"):
        create_role(account, name)
    iam.add_role_to_instance_profile(**PROFILE_AND_ROLE)
    iam.remove_role_from_instance_profile(InstanceProfileName="machine", RoleName="JOB")
    iam.add_role_to_instance_profile(**PROFILE_AND_ROLE | {"RoleName": "other"})
    assert [role["RoleName"] for role in get_profile(account)["Roles"]] == ["other"]
    iam.delete_role(RoleName="Job")


def test_removing_a_role_that_is_not_in_the_profile_is_no_such_entity(account: Account) -> None:
    create_profile(account)
    create_role(account)
    error = refused(account.iam, "RemoveRoleFromInstanceProfile", **PROFILE_AND_ROLE)
    assert error[:2] == ("NoSuchEntity", 404)
    for operation in ("AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile"):
        assert refused(account.iam, operation, **PROFILE_AND_ROLE | {"RoleName": "none"}) == Refused(
            "NoSuchEntity", 404, "The role with name none cannot be found."
        )


def test_delete_instance_profile_with_a_role_is_delete_conflict(account: Account) -> None:
    iam = account.iam
    create_profile(account, Tags=TAGS)
    create_role(account)
    iam.add_role_to_instance_profile(**PROFILE_AND_ROLE)
    name = {"InstanceProfileName": "Machine"}
    assert refused(iam, "DeleteInstanceProfile", **name) == Refused(
        "DeleteConflict", 409, "Cannot delete entity, must remove roles from instance profile first."
    )
    iam.remove_role_from_instance_profile(**PROFILE_AND_ROLE)
    iam.delete_instance_profile(**name)
    assert refused(iam, "GetInstanceProfile", **name) == NO_PROFILE
    assert "Tags" not in create_profile(account)
    assert iam.list_instance_profile_tags(**name)["Tags"] == []


def test_profile_names_are_unique_across_paths_and_case_insensitive(
    account: Account, other_account: Account
) -> None:
    create_profile(account)
    create_role(account, "machine")
    expected = Refused("EntityAlreadyExists", 409, "Instance Profile with name MACHINE already exists.")
    params = {"InstanceProfileName": "MACHINE", "Path": "/else/"}
    assert refused(account.iam, "CreateInstanceProfile", **params) == expected
    create_profile(other_account)


def test_instance_profiles_per_account_quota(account: Account) -> None:
    set_counter(account, "instance_profiles", 999)
    create_profile(account)
    quota_error = Refused("LimitExceeded", 409, "Cannot exceed quota for InstanceProfilesPerAccount: 1000")
    assert refused(account.iam, "CreateInstanceProfile", InstanceProfileName="Eve") == quota_error
    account.iam.delete_instance_profile(InstanceProfileName="Machine")
    create_profile(account, "Eve")


def test_rejected_create_leaves_no_instance_profile(account: Account) -> None:
    tags = [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]
    error = refused(account.iam, "CreateInstanceProfile", InstanceProfileName="Machine", Tags=tags)
    assert error[:2] == ("InvalidInput", 400)
    assert refused(account.iam, "GetInstanceProfile", InstanceProfileName="Machine") == NO_PROFILE


@pytest.mark.parametrize(("prefix", "names"), [("/", ["a", "B", "c"]), ("/x/", ["a", "B"]), ("/x/y/", ["B"])])
def test_list_instance_profiles_filters_by_path_prefix(
    account: Account, prefix: str, names: list[str]
) -> None:
    for name, path in (("c", "/"), ("B", "/x/y/"), ("a", "/x/")):
        create_profile(account, name, Path=path)
    profiles = account.iam.list_instance_profiles(PathPrefix=prefix)["InstanceProfiles"]
    assert [profile["InstanceProfileName"] for profile in profiles] == names


# iam:PassRole.

ADD_ROLE = "iam:AddRoleToInstanceProfile"
INSTANCES = "arn:aws:ec2:*:{A}:instance/*"
PASS_ROLE_CONDITIONS: list[tuple[dict[str, dict[str, str]], bool]] = [
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


@pytest.mark.parametrize(("condition", "expected"), PASS_ROLE_CONDITIONS)
def test_pass_role_conditions_see_the_service_the_instances_and_the_role_tags(
    account: Account, condition: dict[str, dict[str, str]], expected: bool
) -> None:
    create_profile(account, Tags=[{"Key": "Team", "Value": "b"}])
    arn = create_role(account, Path="/x/", Tags=TAGS)["Arn"]
    substituted = {
        operator: {key: value.replace("{A}", account.account_id) for key, value in keys.items()}
        for operator, keys in condition.items()
    }
    pass_role = allow("iam:PassRole", resource=arn, Condition=substituted)
    caller = account.user("caller", allow(ADD_ROLE), pass_role)
    assert allowed(caller, "AddRoleToInstanceProfile", **PROFILE_AND_ROLE) is expected


@pytest.mark.parametrize("key", ["iam:PassedToService", "iam:AssociatedResourceArn"])
def test_pass_role_condition_keys_are_absent_for_other_actions(account: Account, key: str) -> None:
    create_profile(account)
    create_role(account)
    key_is_absent = allow(ADD_ROLE, Condition={"Null": {key: "true"}})
    caller = account.user("caller", key_is_absent, allow("iam:PassRole"))
    assert allowed(caller, "AddRoleToInstanceProfile", **PROFILE_AND_ROLE)


def test_pass_role_permission_is_per_role(account: Account) -> None:
    create_profile(account)
    arn = create_role(account)["Arn"]
    create_role(account, "other")
    caller = account.user("caller", allow(ADD_ROLE), allow("iam:PassRole", resource=arn))
    assert not allowed(caller, "AddRoleToInstanceProfile", **PROFILE_AND_ROLE | {"RoleName": "other"})
    assert allowed(caller, "AddRoleToInstanceProfile", **PROFILE_AND_ROLE)


def test_remove_role_from_instance_profile_does_not_require_pass_role(account: Account) -> None:
    create_profile(account)
    create_role(account)
    account.iam.add_role_to_instance_profile(**PROFILE_AND_ROLE)
    caller = account.user("caller", allow("iam:RemoveRoleFromInstanceProfile"), deny("iam:PassRole"))
    assert allowed(caller, "RemoveRoleFromInstanceProfile", **PROFILE_AND_ROLE)


def test_pass_role_does_not_use_tags_of_the_instance_profile(account: Account) -> None:
    create_profile(account, Tags=TAGS)
    create_role(account)
    pass_role = allow("iam:PassRole", Condition={"StringEquals": {"aws:ResourceTag/Team": "a"}})
    caller = account.user("caller", allow(ADD_ROLE), pass_role)
    assert not allowed(caller, "AddRoleToInstanceProfile", **PROFILE_AND_ROLE)


def test_caller_without_pass_role_cannot_tell_whether_a_role_exists(account: Account) -> None:
    create_profile(account)
    create_role(account, "existing", Path="/secret/")
    caller = account.user("caller", allow(ADD_ROLE))

    def error_message(name: str) -> str:
        error = refused(caller, "AddRoleToInstanceProfile", **PROFILE_AND_ROLE | {"RoleName": name})
        assert error.code == "AccessDenied"
        return error.message.replace(name, "NAME")

    assert error_message("existing") == error_message("missing")
