"""Who may assume a role: the cases of the files in `cases`.

A case has a `name`, a `caller` (a key of callers.yaml) and the role's trust policy: each Principal element in
`trust` becomes an allow statement, each in `deny` a deny statement. `actions` are the actions of these
statements (default: sts:AssumeRole), `condition` and `deny_condition` their conditions; `statements` are
added unchanged. The role belongs to the caller's account unless `role_account` is `other`; it has a `path`
and `role_tags`. `params` are more parameters of AssumeRole, `mfa_code` is the kind of MFA code in the request
(see mfa.yaml). `error` is a key of sentences.yaml, and `action` the denied action (default: sts:AssumeRole).
Without `error` the role must be assumed, and `session` is the expected content of the session token.
"""

import contextlib
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.api import sts_sessions
from tests.api.assume_role.accounts import Accounts, Caller, read_yaml
from tests.api.responses import refused
from tests.api.sts_sessions import trust_statement
from tests.authenticator import Authenticator
from tests.servers import Account, Server

FILES = sorted(path.name for path in (Path(__file__).parent / "cases").glob("*.yaml"))
CASES = [
    pytest.param(case, id=f"{name.partition('.')[0]}: {case['name']}")
    for name in FILES
    for case in read_yaml(f"cases/{name}")
]
ERRORS = read_yaml("sentences.yaml")
_numbers = count(1)


@pytest.fixture(scope="module")
def accounts(root_keys_server: Server) -> Accounts:
    """Return two accounts, whose callers are shared by all cases."""
    return Accounts(servers.create_account(root_keys_server), servers.create_account(root_keys_server))


def fill_placeholders(value: Any, placeholders: dict[str, str]) -> Any:
    """Replace placeholders such as {account} in all strings of a value, but not policy variables."""
    if isinstance(value, str):
        return re.sub(r"(?<!\$)\{\w+\}", lambda match: placeholders[match[0]], value)
    if isinstance(value, dict):
        return {key: fill_placeholders(inner, placeholders) for key, inner in value.items()}
    return [fill_placeholders(inner, placeholders) for inner in value] if isinstance(value, list) else value


def trust_policy_statements(case: Any) -> list[dict[str, Any]]:
    """Return the statements of a case's trust policy."""
    actions = case.get("actions", ["sts:AssumeRole"])
    allow = {"Condition": case["condition"]} if "condition" in case else {}
    deny = {"Condition": case["deny_condition"]} if "deny_condition" in case else {}
    return [
        *(trust_statement(principal, *actions, **allow) for principal in case["trust"]),
        *(
            {**trust_statement(principal, *actions, **deny), "Effect": "Deny"}
            for principal in case.get("deny", [])
        ),
        *case.get("statements", []),
    ]


@pytest.mark.parametrize("case", CASES)
def test_assume_role_authorization(accounts: Accounts, case: Any) -> None:
    caller = accounts.caller(case["caller"])
    accounts.create_principals(case)
    name = f"role-{next(_numbers)}"
    case = fill_placeholders(case, {**accounts.placeholders, "{name}": name})
    owner = accounts.other_account if case.get("role_account") == "other" else accounts.account
    tags = [{"Key": key, "Value": value} for key, value in case.get("role_tags", {}).items()]
    statements = trust_policy_statements(case)
    arn = accounts.create_role(owner, name, *statements, Path=case.get("path", "/"), Tags=tags)
    params = {"RoleArn": arn, "RoleSessionName": "session", **case.get("params", {})}
    with mfa_code_params(accounts, caller, case.get("mfa_code")) as code_params:
        expect_result(accounts, caller, owner, case, {**params, **code_params})


def expect_result(
    accounts: Accounts, caller: Caller, owner: Account, case: Any, params: dict[str, Any]
) -> None:
    """Call AssumeRole and compare the response or error with the case."""
    if "error" in case:
        error = refused(caller.sts, "AssumeRole", **params)
        assert error == expected_error(case, caller, params["RoleArn"])
    else:
        response = caller.sts.assume_role(**params)
        name = params["RoleArn"].rpartition("/")[2]
        arn = f"arn:aws:sts::{owner.account_id}:assumed-role/{name}/{params['RoleSessionName']}"
        assert response["AssumedRoleUser"]["Arn"] == arn
        assert session_content(accounts, response) == {
            "tags": {},
            "transitive": [],
            **case.get("session", {}),
        }


def expected_error(case: Any, caller: Caller, role_arn: str) -> tuple[str, int, str]:
    """Return the code, HTTP status and message of the error that a case expects."""
    error = ERRORS[case["error"]]
    placeholders = {
        "{caller}": caller.arn,
        "{action}": case.get("action", "sts:AssumeRole"),
        "{role}": role_arn,
    }
    status = 403 if error["code"] == "AccessDenied" else 400
    return error["code"], status, fill_placeholders(error["message"], placeholders)


def session_content(accounts: Accounts, response: Any) -> dict[str, Any]:
    """Return the tags and transitive tag keys of a session token, and its source identity if it has any."""
    token = sts_sessions.unseal_token(accounts.account, sts_sessions.credentials_of(response))
    content: dict[str, Any] = {
        "tags": {tag.key: tag.value for tag in token.tags},
        "transitive": list(token.transitive_tag_keys),
    }
    assert response.get("SourceIdentity") == token.source_identity
    if token.source_identity is not None:
        content["source_identity"] = token.source_identity
    return content


@contextlib.contextmanager
def mfa_code_params(accounts: Accounts, caller: Caller, kind: str | None) -> Iterator[dict[str, str]]:
    """Yield the AssumeRole parameters of an MFA code; its device, if any, exists only for this case."""
    account_id = accounts.account.account_id
    unknown = {"SerialNumber": f"arn:aws:iam::{account_id}:mfa/nobodys", "TokenCode": "123456"}
    omitted = {"no_code": "TokenCode", "no_serial_number": "SerialNumber"}.get(kind or "")
    if kind in (None, "unknown_device") or omitted:
        yield {key: value for key, value in unknown.items() if kind is not None and key != omitted}
        return
    owner = "other" if kind == "other_users_device" else caller.user_name or ""
    accounts.caller(owner)
    device = Authenticator.create(accounts.iam, f"phone-{next(_numbers)}").enable(accounts.iam, owner, -1)
    yield {"SerialNumber": device.serial, "TokenCode": device.code(6 if kind == "wrong" else 0)}
    accounts.iam.deactivate_mfa_device(UserName=owner, SerialNumber=device.serial)


def test_every_error_is_in_a_case_and_case_names_are_unique() -> None:
    cases = [dict(case, file=name) for name in FILES for case in read_yaml(f"cases/{name}")]
    assert {case["error"] for case in cases if "error" in case} == ERRORS.keys()
    assert len({(case["file"], case["name"]) for case in cases}) == len(cases) >= 80
