"""Over all that is served: refused without its action, answered with it, and nothing changed by a refusal."""

import re
from typing import Any

import pytest

from iamd.operations import OPERATIONS
from tests.api.answers import call, refused, state
from tests.api.furnished import furnish, furnish_people, unfurnished
from tests.api.served import OF_ROOT, OF_THE_CALLER, PASSWORD, ROWS, TRUST, G, Row, U, filled
from tests.servers import Account, allow, deny, document


@pytest.mark.parametrize("service", ["iam", "iamd"])
def test_every_operation_has_a_row(service: str) -> None:
    rows = [row.operation for row in ROWS if row.service == service]
    assert rows == sorted(OPERATIONS[service].keys() - OF_THE_CALLER[service] - OF_ROOT)


@pytest.mark.both_databases  # every operation runs on both, so every statement does
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
def test_refused_without_its_action_and_answered_with_it(account: Account, row: Row) -> None:
    names = furnish(account, row)
    params = filled(row.params, names)
    actions = [ask.action for ask in row.asks]
    caller = account.client(row.service, account.key_of("caller", deny("s3:*")))

    for missing, _, resource in row.asks:
        given = [action for action in actions if action != missing]
        grant(account, allow("sts:GetAccessKeyInfo", *given))
        before, shown = state(account), filled(resource, names)
        said = refused(caller, row.operation, **params)
        assert said[:2] == ("AccessDenied", 403)
        assert said.message == (
            f"User: arn:aws:iam::{account.account_id}:user/caller is not authorized to perform: {missing} "
            f"on resource: {shown} because no identity-based policy allows the {missing} action"
        )
        assert state(account) == before

    grant(account, allow(*actions))
    before = state(account)
    call(caller, row.operation, **params)

    assert (state(account) == before) == row.reads


def grant(account: Account, *statements: dict[str, Any]) -> None:
    account.iam.put_user_policy(UserName="caller", PolicyName="test", PolicyDocument=document(*statements))


@pytest.mark.parametrize(
    "row", [row for row in ROWS if ":{A}:" in row.resource], ids=lambda row: row.operation
)
def test_an_allow_on_exactly_its_resource_is_enough(account: Account, row: Row) -> None:
    names = furnish(account, row)
    given = [allow(ask.action, resource=filled(ask.resource, names)) for ask in row.asks]
    if "NewUserName" in row.params or "NewGroupName" in row.params:
        renamed = re.sub(r"[^/]+$", "renamed", filled(row.resource, names))
        given.append(allow(row.action, resource=renamed))
    caller = account.client(row.service, account.key_of("caller", *given))
    call(caller, row.operation, **filled(row.params, names))


@pytest.mark.parametrize(
    ("operation", "params", "source", "wanted"),
    [
        ("UpdateUser", {**U, "NewUserName": "renamed"}, "user/t/target", "user/t/renamed"),
        ("UpdateUser", {**U, "NewPath": "/x/"}, "user/t/target", "user/x/target"),
        ("UpdateGroup", {**G, "NewGroupName": "renamed"}, "group/t/team", "group/t/renamed"),
    ],
)
def test_a_rename_is_asked_for_at_both_ends(
    account: Account, operation: str, params: dict[str, Any], source: str, wanted: str
) -> None:
    furnish_people(account)
    arns = [f"arn:aws:iam::{account.account_id}:{part}" for part in (source, wanted)]
    for index, arn in enumerate(arns):
        caller = account.user(f"half-{index}", allow(f"iam:{operation}", resource=arn))
        assert refused(caller, operation, **params).code == "AccessDenied"
    call(account.user("whole", allow(f"iam:{operation}", resource=arns)), operation, **params)


SECRETS: list[tuple[str, str, dict[str, str]]] = [
    ("GetUser", "there", {"UserName": "NAME"}),
    ("DeleteUser", "there", {"UserName": "NAME"}),
    ("GetGroup", "there", {"GroupName": "NAME"}),
    ("GetPolicy", "there", {"PolicyArn": "arn:aws:iam::{A}:policy/secret/NAME"}),
    ("GetRole", "there", {"RoleName": "NAME"}),
    ("DeleteServiceLinkedRole", "there", {"RoleName": "NAME"}),
    ("GetInstanceProfile", "there", {"InstanceProfileName": "NAME"}),
    ("GetAccessKeyLastUsed", "{KEY}", {"AccessKeyId": "NAME"}),
    ("GetLoginProfile", "there", {"UserName": "NAME"}),
    ("ListMFADeviceTags", "there", {"SerialNumber": "arn:aws:iam::{A}:mfa/secret/NAME"}),
]


@pytest.mark.parametrize(("operation", "there", "params"), SECRETS)
def test_who_may_not_ask_does_not_learn_what_is_there(
    account: Account, operation: str, there: str, params: dict[str, str]
) -> None:
    iam = account.iam
    iam.create_user(UserName="there", Path="/secret/")
    iam.create_group(GroupName="there", Path="/secret/")
    iam.create_role(RoleName="there", Path="/secret/", AssumeRolePolicyDocument=TRUST)
    iam.create_instance_profile(InstanceProfileName="there", Path="/secret/")
    iam.create_policy(PolicyName="there", Path="/secret/", PolicyDocument=document(allow("s3:*")))
    iam.create_virtual_mfa_device(VirtualMFADeviceName="there", Path="/secret/")
    key = iam.create_access_key(UserName="there")["AccessKey"]["AccessKeyId"]
    caller = account.user("caller", allow("iam:*", resource="arn:aws:iam::*:user/elsewhere/*"))

    names = unfurnished(account, key)

    def said(name: str) -> str:
        asked = {member: value.replace("NAME", name) for member, value in params.items()}
        return refused(caller, operation, **filled(asked, names)).message.replace(name, "NAME")

    assert said(filled(there, names)) == said("AKIAMISSINGMISSING12")


@pytest.mark.parametrize("operation", sorted(OF_ROOT))
def test_what_only_root_may_do_no_policy_grants(account: Account, operation: str) -> None:
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
    said = refused(account.iamd, operation, **params.get(operation, with_codes))
    assert said == (
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
def test_what_needs_a_session_is_not_done_by_a_key(account: Account, operation: str) -> None:
    params = {"RegisterPasskey": {"DeviceName": "key", "Credential": "{}"}}
    assert refused(account.iamd, operation, **params.get(operation, {}))[:2] == ("SessionRequired", 403)


def test_get_caller_identity_is_always_answered(account: Account) -> None:
    key = account.key_of("caller", deny("*"))
    assert account.client("sts", key).get_caller_identity()["Arn"].endswith(":user/caller")
    assert refused(account.client("iam", key), "GetUser").code == "AccessDenied"


def test_get_access_key_info_needs_its_action(account: Account) -> None:
    params = {"AccessKeyId": account.access_key_id}
    key = account.key_of("caller")
    assert refused(account.client("sts", key), "GetAccessKeyInfo", **params).code == "AccessDenied"
    grant(account, allow("sts:GetAccessKeyInfo"))
    answer = account.client("sts", key).get_access_key_info(**params)
    assert answer["Account"] == account.account_id
