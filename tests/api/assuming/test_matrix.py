"""AssumeRole case by case, as the files of this folder tell them.

A case has a `name`, a `caller` (callers.yaml) and whom its role trusts: `trust` and `denies` are lists of
Principal elements, each of which makes a statement, with `actions` (sts:AssumeRole), the condition `when`,
and `denies_when` for denies; `more` adds statements as they are. The role is of the account `of` (home), has
a `path` and `role_tags`. `ask` is what else AssumeRole is asked for, `code` which code of an MFA device comes
along. `refused` names a sentence of sentences.yaml, in which `action` stands (sts:AssumeRole); without it the
role is assumed, and `session` tells what its session holds then.
"""

import contextlib
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.api import temporary
from tests.api.answers import refused
from tests.api.assuming.stage import Caller, Stage, read
from tests.api.temporary import trust_statement
from tests.authenticator import Authenticator
from tests.servers import Account, Server

FILES = sorted(path.name for path in (Path(__file__).parent / "cases").glob("*.yaml"))
CASES = [
    pytest.param(case, id=f"{name.partition('.')[0]}: {case['name']}")
    for name in FILES
    for case in read(f"cases/{name}")
]
SENTENCES = read("sentences.yaml")
_numbers = count(1)


@pytest.fixture(scope="module")
def stage(root_keys_server: Server) -> Stage:
    return Stage(servers.found(root_keys_server), servers.found(root_keys_server))


def put_in(value: Any, names: dict[str, str]) -> Any:
    """Put names in their places."""
    if isinstance(value, str):
        return re.sub(r"(?<!\$)\{\w+\}", lambda found: names[found[0]], value)
    if isinstance(value, dict):
        return {key: put_in(inner, names) for key, inner in value.items()}
    return [put_in(inner, names) for inner in value] if isinstance(value, list) else value


def statements(case: Any) -> list[dict[str, Any]]:
    """Return the statements of a case's trust policy."""
    actions = case.get("actions", ["sts:AssumeRole"])
    allowing = {"Condition": case["when"]} if "when" in case else {}
    denying = {"Condition": case["denies_when"]} if "denies_when" in case else {}
    return [
        *(trust_statement(principal, *actions, **allowing) for principal in case["trust"]),
        *({**trust_statement(one, *actions, **denying), "Effect": "Deny"} for one in case.get("denies", [])),
        *case.get("more", []),
    ]


@pytest.mark.parametrize("case", CASES)
def test_a_role_is_assumed_by_whom_it_trusts(stage: Stage, case: Any) -> None:
    caller = stage.caller(case["caller"])
    stage.introduce(case)
    name = f"role-{next(_numbers)}"
    names = {**stage.names, "{name}": name}
    case = put_in(case, names)
    owner = stage.away if case.get("of") == "away" else stage.home
    tags = [{"Key": key, "Value": value} for key, value in case.get("role_tags", {}).items()]
    arn = stage.make_role(owner, name, *statements(case), Path=case.get("path", "/"), Tags=tags)
    asked = {"RoleArn": arn, "RoleSessionName": "session", **case.get("ask", {})}
    with code_of(stage, caller, case.get("code")) as code:
        assumes(stage, caller, owner, case, {**asked, **code})


def assumes(stage: Stage, caller: Caller, owner: Account, case: Any, asked: dict[str, Any]) -> None:
    """Call AssumeRole, and compare with what the case says."""
    if "refused" in case:
        said = refused(caller.sts, "AssumeRole", **asked)
        assert said == sentence(case, caller, asked["RoleArn"])
    else:
        reply = caller.sts.assume_role(**asked)
        name = asked["RoleArn"].rpartition("/")[2]
        shown = f"arn:aws:sts::{owner.account_id}:assumed-role/{name}/{asked['RoleSessionName']}"
        assert reply["AssumedRoleUser"]["Arn"] == shown
        assert held(stage, reply) == {"tags": {}, "transitive": [], **case.get("session", {})}


def sentence(case: Any, caller: Caller, role_arn: str) -> tuple[str, int, str]:
    """Return how a case is refused."""
    told = SENTENCES[case["refused"]]
    names = {
        "{caller}": caller.arn,
        "{action}": case.get("action", "sts:AssumeRole"),
        "{role}": role_arn,
    }
    return told["code"], 403 if told["code"] == "AccessDenied" else 400, put_in(told["message"], names)


def held(stage: Stage, reply: Any) -> dict[str, Any]:
    """Return what a session carries, as its token has it; a source identity only where there is one."""
    token = temporary.unseal_token(stage.home, temporary.credentials_of(reply))
    found: dict[str, Any] = {
        "tags": {tag.key: tag.value for tag in token.tags},
        "transitive": list(token.transitive_tag_keys),
    }
    assert reply.get("SourceIdentity") == token.source_identity
    if token.source_identity is not None:
        found["source_identity"] = token.source_identity
    return found


@contextlib.contextmanager
def code_of(stage: Stage, caller: Caller, kind: str | None) -> Iterator[dict[str, str]]:
    """Give the parameters of a code, of a device that is there for this case alone."""
    unknown = {"SerialNumber": f"arn:aws:iam::{stage.home.account_id}:mfa/nobodys", "TokenCode": "123456"}
    left_out = {"missing": "TokenCode", "alone": "SerialNumber"}.get(kind or "")
    if kind in (None, "unknown") or left_out:
        yield {key: value for key, value in unknown.items() if kind is not None and key != left_out}
        return
    owner = "other" if kind == "foreign" else caller.user_name or ""
    stage.caller(owner)
    device = Authenticator.make(stage.iam, f"phone-{next(_numbers)}").enable(stage.iam, owner, -1)
    yield {"SerialNumber": device.serial, "TokenCode": device.code(6 if kind == "wrong" else 0)}
    stage.iam.deactivate_mfa_device(UserName=owner, SerialNumber=device.serial)


def test_every_sentence_is_said_in_some_case() -> None:
    cases = [dict(case, file=name) for name in FILES for case in read(f"cases/{name}")]
    assert {case["refused"] for case in cases if "refused" in case} == SENTENCES.keys()
    assert len({(case["file"], case["name"]) for case in cases}) == len(cases) >= 80
