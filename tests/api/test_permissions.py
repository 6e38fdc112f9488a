"""Permissions of every operation: AccessDenied without its action, success with it, no change when denied."""

import re
from typing import Any

import pytest

from iamd.operations import OPERATIONS
from tests.api.operation_calls import (
    PASSWORD,
    ROOT_OPERATIONS,
    ROWS,
    SELF_SERVICE_OPERATIONS,
    TRUST,
    G,
    Row,
    U,
    fill_placeholders,
)
from tests.api.resources import create_identities, create_resources, placeholders_without_resources
from tests.api.responses import call, refused, state
from tests.servers import Account, allow, deny, document


@pytest.mark.parametrize("service", ["iam", "iamd"])
def test_every_operation_has_a_row(service: str) -> None:
    rows = [row.operation for row in ROWS if row.service == service]
    assert rows == sorted(OPERATIONS[service].keys() - SELF_SERVICE_OPERATIONS[service] - ROOT_OPERATIONS)


@pytest.mark.both_databases  # every operation runs on both, so every statement does
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
def test_operation_requires_each_of_its_actions(account: Account, row: Row) -> None:
    placeholders = create_resources(account, row)
    params = fill_placeholders(row.params, placeholders)
    actions = [check.action for check in row.permission_checks]
    caller = account.client(row.service, account.key_of("caller", deny("s3:*")))

    for missing, _, resource in row.permission_checks:
        granted = [action for action in actions if action != missing]
        grant(account, allow("sts:GetAccessKeyInfo", *granted))
        before, display_name = state(account), fill_placeholders(resource, placeholders)
        error = refused(caller, row.operation, **params)
        assert error[:2] == ("AccessDenied", 403)
        assert error.message == (
            f"User: arn:aws:iam::{account.account_id}:user/caller is not authorized to perform: {missing} "
            f"on resource: {display_name} because no identity-based policy allows the {missing} action"
        )
        assert state(account) == before

    grant(account, allow(*actions))
    before = state(account)
    call(caller, row.operation, **params)

    assert (state(account) == before) == row.is_read_only


def grant(account: Account, *statements: dict[str, Any]) -> None:
    account.iam.put_user_policy(UserName="caller", PolicyName="test", PolicyDocument=document(*statements))


@pytest.mark.parametrize(
    "row", [row for row in ROWS if ":{A}:" in row.resource], ids=lambda row: row.operation
)
def test_allow_on_the_exact_resource_suffices(account: Account, row: Row) -> None:
    placeholders = create_resources(account, row)
    statements = [
        allow(check.action, resource=fill_placeholders(check.resource, placeholders))
        for check in row.permission_checks
    ]
    if "NewUserName" in row.params or "NewGroupName" in row.params:
        renamed = re.sub(r"[^/]+$", "renamed", fill_placeholders(row.resource, placeholders))
        statements.append(allow(row.action, resource=renamed))
    caller = account.client(row.service, account.key_of("caller", *statements))
    call(caller, row.operation, **fill_placeholders(row.params, placeholders))


@pytest.mark.parametrize(
    ("operation", "params", "source", "destination"),
    [
        ("UpdateUser", {**U, "NewUserName": "renamed"}, "user/t/target", "user/t/renamed"),
        ("UpdateUser", {**U, "NewPath": "/x/"}, "user/t/target", "user/x/target"),
        ("UpdateGroup", {**G, "NewGroupName": "renamed"}, "group/t/team", "group/t/renamed"),
    ],
)
def test_rename_requires_permission_on_both_arns(
    account: Account, operation: str, params: dict[str, Any], source: str, destination: str
) -> None:
    create_identities(account)
    arns = [f"arn:aws:iam::{account.account_id}:{part}" for part in (source, destination)]
    for index, arn in enumerate(arns):
        caller = account.user(f"half-{index}", allow(f"iam:{operation}", resource=arn))
        assert refused(caller, operation, **params).code == "AccessDenied"
    call(account.user("whole", allow(f"iam:{operation}", resource=arns)), operation, **params)


EXISTENCE_PROBES: list[tuple[str, str, dict[str, str]]] = [
    ("GetUser", "existing", {"UserName": "NAME"}),
    ("DeleteUser", "existing", {"UserName": "NAME"}),
    ("GetGroup", "existing", {"GroupName": "NAME"}),
    ("GetPolicy", "existing", {"PolicyArn": "arn:aws:iam::{A}:policy/secret/NAME"}),
    ("GetRole", "existing", {"RoleName": "NAME"}),
    ("DeleteServiceLinkedRole", "existing", {"RoleName": "NAME"}),
    ("GetInstanceProfile", "existing", {"InstanceProfileName": "NAME"}),
    ("GetAccessKeyLastUsed", "{KEY}", {"AccessKeyId": "NAME"}),
    ("GetLoginProfile", "existing", {"UserName": "NAME"}),
    ("ListMFADeviceTags", "existing", {"SerialNumber": "arn:aws:iam::{A}:mfa/secret/NAME"}),
]


@pytest.mark.parametrize(("operation", "existing", "params"), EXISTENCE_PROBES)
def test_denied_caller_cannot_tell_whether_a_resource_exists(
    account: Account, operation: str, existing: str, params: dict[str, str]
) -> None:
    iam = account.iam
    iam.create_user(UserName="existing", Path="/secret/")
    iam.create_group(GroupName="existing", Path="/secret/")
    iam.create_role(RoleName="existing", Path="/secret/", AssumeRolePolicyDocument=TRUST)
    iam.create_instance_profile(InstanceProfileName="existing", Path="/secret/")
    iam.create_policy(PolicyName="existing", Path="/secret/", PolicyDocument=document(allow("s3:*")))
    iam.create_virtual_mfa_device(VirtualMFADeviceName="existing", Path="/secret/")
    key = iam.create_access_key(UserName="existing")["AccessKey"]["AccessKeyId"]
    caller = account.user("caller", allow("iam:*", resource="arn:aws:iam::*:user/elsewhere/*"))

    placeholders = placeholders_without_resources(account, key)

    def error_message(name: str) -> str:
        probe = {member: value.replace("NAME", name) for member, value in params.items()}
        return refused(caller, operation, **fill_placeholders(probe, placeholders)).message.replace(
            name, "NAME"
        )

    assert error_message(fill_placeholders(existing, placeholders)) == error_message("AKIAMISSINGMISSING12")


@pytest.mark.parametrize("operation", sorted(ROOT_OPERATIONS))
def test_no_policy_grants_root_only_operations(account: Account, operation: str) -> None:
    params = {
        "ChangeRootPassword": {"OldPassword": PASSWORD, "NewPassword": PASSWORD},
        "UpdateRootEmail": {"RootEmail": "root@example.org"},
        "DeactivateRootMFADevice": {"SerialNumber": "GA1234567890"},
    }
    with_codes = {
        "SerialNumber": "GA1234567890",
        "AuthenticationCode1": "000000",
        "AuthenticationCode2": "1" * 6,
    }
    error = refused(account.iamd, operation, **params.get(operation, with_codes))
    assert error == (
        "AccessDenied",
        403,
        (
            f"User: arn:aws:iam::{account.account_id}:user/admin is not authorized to perform: "
            f"{OPERATIONS['iamd'][operation].action} because only the root user can perform it"
        ),
    )


@pytest.mark.parametrize(
    "operation", ["CreateRecoveryCodes", "GetSession", "RegisterPasskey", "StartPasskeyRegistration"]
)
def test_session_operations_reject_access_keys(account: Account, operation: str) -> None:
    params = {"RegisterPasskey": {"DeviceName": "key", "Credential": "{}"}}
    assert refused(account.iamd, operation, **params.get(operation, {}))[:2] == ("SessionRequired", 403)


def test_get_caller_identity_needs_no_permission(account: Account) -> None:
    key = account.key_of("caller", deny("*"))
    assert account.client("sts", key).get_caller_identity()["Arn"].endswith(":user/caller")
    assert refused(account.client("iam", key), "GetUser").code == "AccessDenied"


def test_get_access_key_info_requires_its_action(account: Account) -> None:
    params = {"AccessKeyId": account.access_key_id}
    key = account.key_of("caller")
    assert refused(account.client("sts", key), "GetAccessKeyInfo", **params).code == "AccessDenied"
    grant(account, allow("sts:GetAccessKeyInfo"))
    response = account.client("sts", key).get_access_key_info(**params)
    assert response["Account"] == account.account_id
