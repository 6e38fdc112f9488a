"""`iamd policy explain`: the decision, its layers, and the deciding statements."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from iamd.cli import main
from tests import servers
from tests.api.operation_calls import TRUST
from tests.servers import Account, Server, allow, deny, document

ALICE = "arn:aws:iam::111122223333:user/alice"
OBJECT = "arn:aws:s3:::box/alice/a"
ADMIN, AUDIT = (f"arn:aws:iam::aws:policy/{name}" for name in ("AdministratorAccess", "SecurityAudit"))
READ_POLICY = """\
{
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
        {
            "Sid": "Home",
            "Effect": "Allow",
            "Action": "s3:Get*",
            "Resource": "arn:aws:s3:::box/${aws:username}/*"
        }
    ]
}
"""
DENY_POLICY = """\
Version: 2012-10-17
Statement:
  - {Effect: Allow, Action: "iam:*", Resource: "*"}
  - Effect: Deny
    Action: s3:*
    Resource: "*"
"""


class CompletedCommand(NamedTuple):
    """The exit status and output of a command."""

    status: int
    out: str
    err: str


Explain = Callable[..., CompletedCommand]


@pytest.fixture
def explain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Explain]:
    """Return `iamd policy explain` run in this process, in a folder with two policy files."""
    monkeypatch.chdir(tmp_path)
    Path("reads.json").write_text(READ_POLICY)
    Path("forbids.yaml").write_text(DENY_POLICY)
    mask = os.umask(0o077)

    def run(*arguments: str) -> CompletedCommand:
        monkeypatch.setattr(sys, "argv", ["iamd", "policy", "explain", *arguments])
        with pytest.raises(SystemExit) as caught:
            main.run()
        captured = capsys.readouterr()
        return CompletedCommand(int(caught.value.code or 0), captured.out, captured.err)

    yield run
    os.umask(mask)


def request_options(
    action: str = "s3:GetObject", resource: str = OBJECT, principal: str = ALICE
) -> tuple[str, ...]:
    return ("--principal", principal, "--action", action, "--resource", resource)


def parse_output(result: CompletedCommand) -> Any:
    """Return the parsed JSON output; check that the exit status agrees with its decision."""
    explanation = json.loads(result.out)
    assert result.err == ""
    assert result.status == (0 if explanation["decision"] == "Allowed" else 1)
    return explanation


def layer_results(explanation: Any) -> dict[str, str]:
    """Return the results of the layers that are present."""
    return {
        layer["layer"]: layer["says"] for layer in explanation["layers"] if layer["says"] != "not present"
    }


# From policy files.


def test_allow_is_explained_with_its_statement(explain: Explain) -> None:
    status, out, err = explain(*request_options(), "--identity", "reads.json")
    assert (status, err) == (0, "")
    assert out == (
        f"Allowed. {ALICE} may s3:GetObject on {OBJECT}\n"
        "\n"
        "identity-based policy   allows       reads.json\n"
        "permissions boundary    not present\n"
        "session policy          not present\n"
        "resource-based policy   not present\n"
        "service control policy  not present\n"
        "\n"
        "Allow by identity-based policy reads.json, statement 2 (Home), line 5:\n"
        "    {\n"
        '        "Sid": "Home",\n'
        '        "Effect": "Allow",\n'
        '        "Action": "s3:Get*",\n'
        '        "Resource": "arn:aws:s3:::box/${aws:username}/*"\n'
        "    }\n"
    )


def test_explicit_deny_is_explained_with_its_statement_and_layer(explain: Explain) -> None:
    status, out, err = explain(*request_options(), "--identity", "reads.json", "--boundary", "forbids.yaml")
    assert (status, err) == (1, "")
    assert out == (
        f"Denied. User: {ALICE} is not authorized to perform: s3:GetObject on resource: {OBJECT} with an "
        "explicit deny in a permissions boundary\n"
        "\n"
        "identity-based policy   allows       reads.json\n"
        "permissions boundary    denies       forbids.yaml  <- decides\n"
        "session policy          not present\n"
        "resource-based policy   not present\n"
        "service control policy  not present\n"
        "\n"
        "Deny by permissions boundary forbids.yaml, statement 2, line 4:\n"
        "    {\n"
        '      "Effect": "Deny",\n'
        '      "Action": "s3:*",\n'
        '      "Resource": "*"\n'
        "    }\n"
    )


def test_implicit_deny_lists_missing_condition_keys(explain: Explain) -> None:
    condition = {"StringEquals": {"s3:prefix": "x"}}
    Path("asks.json").write_text(document(allow("s3:*", Condition=condition)))
    status, out, err = explain(*request_options(), "--identity", "asks.json")
    assert (status, err) == (1, "")
    assert "because no identity-based policy allows the s3:GetObject action\n" in out
    assert "\nidentity-based policy   no match       <- decides\n" in out
    assert out.endswith("\nCondition keys without a value: s3:prefix (--context KEY=VALUE)\n")
    assert explain(*request_options(), "--identity", "asks.json", "--context", "S3:Prefix=x").status == 0


def test_json_output_is_one_object(explain: Explain) -> None:
    result = explain(
        *request_options(), "--identity", "reads.json", "--identity", "forbids.yaml", "--format", "json"
    )
    explanation = parse_output(result)
    layers, statements = explanation.pop("layers"), explanation.pop("statements")
    assert explanation == {
        "decision": "ExplicitlyDenied",
        "reason": f"User: {ALICE} is not authorized to perform: s3:GetObject on resource: {OBJECT} with an "
        "explicit deny in an identity-based policy",
        "principal": ALICE,
        "action": "s3:GetObject",
        "resource": OBJECT,
        "deciding_layer": "identity-based policy",
        "missing_context": [],
    }
    assert layers[0] == {"layer": "identity-based policy", "says": "denies", "policies": ["forbids.yaml"]}
    (statement,) = statements
    assert json.loads(statement.pop("text")) == {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    assert statement == {
        "layer": "identity-based policy",
        "effect": "Deny",
        "policy": "forbids.yaml",
        "statement": 2,
        "sid": None,
        "line": 4,
        "column": 5,
    }
    assert result.out.count("\n") == 1


def test_all_policy_layers_are_evaluated(explain: Explain) -> None:
    grant = {"Effect": "Allow", "Principal": {"AWS": ALICE}, "Action": "s3:GetObject", "Resource": OBJECT}
    Path("grants.json").write_text(document(grant))
    Path("all.json").write_text(document(allow("*")))
    explanation = parse_output(
        explain(
            *request_options(),
            *("--identity", "all.json", "--boundary", "reads.json", "--session", "all.json"),
            *("--resource-policy", "grants.json", "--scp", "all.json", "--scp", "reads.json"),
            *("--format", "json"),
        )
    )
    assert explanation["decision"] == "Allowed"
    assert layer_results(explanation) == {
        "identity-based policy": "allows",
        "permissions boundary": "allows",
        "session policy": "allows",
        "resource-based policy": "allows",
        "service control policy": "allows",
    }
    assert [statement["policy"] for statement in explanation["statements"]] == ["all.json", "grants.json"]


@pytest.mark.parametrize(
    ("options", "layer"),
    [
        (("--boundary", "none.json"), "permissions boundary"),
        (("--session", "none.json"), "session policy"),
        (("--scp", "all.json", "--scp", "none.json"), "service control policy"),
    ],
)
def test_layer_without_an_allow_decides(explain: Explain, options: tuple[str, ...], layer: str) -> None:
    Path("all.json").write_text(document(allow("*")))
    Path("none.json").write_text(document(allow("iam:*")))
    explanation = parse_output(
        explain(*request_options(), "--identity", "all.json", *options, "--format", "json")
    )
    assert (explanation["decision"], explanation["deciding_layer"]) == ("ImplicitlyDenied", layer)
    assert layer_results(explanation) == {"identity-based policy": "allows", layer: "no match"}
    assert explanation["statements"] == []


def test_resource_policy_of_assume_role_is_the_role_trust_policy(explain: Explain) -> None:
    role = "arn:aws:iam::111122223333:role/job"
    Path("trust.json").write_text(TRUST)
    allowed_request = request_options("sts:AssumeRole", role, "ec2.amazonaws.com")
    explanation = parse_output(
        explain(*allowed_request, "--resource-policy", "trust.json", "--format", "json")
    )
    assert (explanation["decision"], layer_results(explanation)) == (
        "Allowed",
        {"role trust policy": "allows"},
    )
    denied_request = request_options("sts:AssumeRole", role, "ecs.amazonaws.com")
    explanation = parse_output(
        explain(*denied_request, "--resource-policy", "trust.json", "--format", "json")
    )
    assert (explanation["decision"], explanation["deciding_layer"]) == (
        "ImplicitlyDenied",
        "role trust policy",
    )


def test_repeated_context_key_has_several_values(explain: Explain) -> None:
    condition = {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}
    Path("tags.json").write_text(document(allow("s3:*", Condition=condition)))
    arguments = (
        *request_options(),
        "--identity",
        "tags.json",
        "--context",
        "aws:TagKeys=a",
        "--context",
        "AWS:tagkeys=b",
    )
    assert explain(*arguments).status == 0
    assert explain(*arguments, "--context", "aws:TagKeys=c=d").status == 1


def test_federated_user_without_session_policy_is_denied(explain: Explain) -> None:
    request = request_options(principal="arn:aws:sts::111122223333:federated-user/f")
    Path("all.json").write_text(document(allow("*")))
    explanation = parse_output(explain(*request, "--identity", "all.json", "--format", "json"))
    assert (explanation["decision"], explanation["deciding_layer"]) == ("ImplicitlyDenied", "session policy")


INVALID = [
    (
        (*request_options(), "--identity", "nowhere.json"),
        "nowhere.json cannot be read: No such file or directory",
    ),
    ((*request_options(), "--identity", "broken.json"), "broken.json: Syntax errors in policy."),
    (
        (*request_options(principal="bob"), "--identity", "reads.json"),
        "--principal: not the ARN of a principal: bob",
    ),
    ((*request_options("s3:*"), "--identity", "reads.json"), "--action: s3:* is not the name of an action"),
    (
        (*request_options("GetObject"), "--identity", "reads.json"),
        "--action: GetObject is not the name of an action",
    ),
    ((*request_options(), "--identity", "reads.json", "--context", "a"), "--context: a is not KEY=VALUE"),
    (
        (*request_options(), "--identity", "reads.json", "--data", "d"),
        "policy files cannot be combined with a store or an account ID",
    ),
    ((*request_options(), "--identity", "reads.json", "--account-id", "1" * 12), "cannot be combined"),
    (request_options(), "there is no store in iamd-data"),
    ((*request_options(), "--data", "."), "there is no store in ."),
    (
        (*request_options(resource="user/eve"), "--identity", "reads.json"),
        "--resource: user/eve is neither an ARN nor *",
    ),
    (("--action", "s3:GetObject"), "Missing option '--principal'"),
]


@pytest.mark.parametrize(("arguments", "message"), INVALID, ids=[row[1] for row in INVALID])
def test_invalid_arguments_are_reported_in_one_line(
    explain: Explain, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    Path("broken.json").write_text("{")
    status, out, err = explain(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("iamd: ")
    assert err.count("\n") == 1
    assert message in err
    assert not (tmp_path / "iamd-data").exists()
    assert not (tmp_path / "iamd.sqlite3").exists()


def test_many_statements_on_one_line_are_quoted_quickly(explain: Explain) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    Path("many.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement] * 2_000}))
    explanation = parse_output(explain(*request_options(), "--identity", "many.json", "--format", "json"))
    assert len(explanation["statements"]) == 2_000


# From a store.


@pytest.fixture
def explain_from_store(explain: Explain, server: Server) -> Explain:
    """Return the command run on the store of the server."""
    return lambda *arguments: explain(*server.arguments, *arguments)


@pytest.fixture
def bob(account: Account) -> str:
    """Create a user with a group, a boundary, a tag and a role that it may assume; return its ARN."""
    iam = account.iam
    iam.create_user(UserName="bob", Path="/x/", Tags=[{"Key": "team", "Value": "a"}])
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName="bob")
    iam.attach_user_policy(UserName="bob", PolicyArn=ADMIN)
    tagged = {"StringEquals": {"aws:PrincipalTag/team": "a"}}
    iam.put_group_policy(
        GroupName="team", PolicyName="p", PolicyDocument=document(deny("iam:DeleteUser", Condition=tagged))
    )
    iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=ADMIN)
    arn = str(iam.get_user(UserName="bob")["User"]["Arn"])
    trust = document({"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName="job", AssumeRolePolicyDocument=trust, PermissionsBoundary=AUDIT)
    iam.put_role_policy(RoleName="job", PolicyName="q", PolicyDocument=document(allow("iam:*")))
    return arn


def test_policies_of_a_user_are_read_from_the_store(explain_from_store: Explain, bob: str) -> None:
    explanation = parse_output(
        explain_from_store(*request_options("iam:ListUsers", "*", bob), "--format", "json")
    )
    assert explanation["decision"] == "Allowed"
    assert layer_results(explanation) == {"identity-based policy": "allows", "permissions boundary": "allows"}
    assert [statement["policy"] for statement in explanation["statements"]] == ["AdministratorAccess"]


@pytest.mark.usefixtures("bob")
def test_short_principal_name_finds_an_entity_under_any_path(
    explain_from_store: Explain, account: Account
) -> None:
    account.iam.create_role(RoleName="deploy", Path="/ci/", AssumeRolePolicyDocument=TRUST)
    for name, path in (
        ("user/bob", "user/x/bob"),
        ("user/x/bob", "user/x/bob"),
        ("role/deploy", "role/ci/deploy"),
    ):
        options = request_options("iam:ListUsers", "*", name)
        result = explain_from_store(*options, "--format", "json", "--account-id", account.account_id)
        assert parse_output(result)["principal"] == f"arn:aws:iam::{account.account_id}:{path}"


def test_deny_of_a_group_policy_is_explained_with_its_location(explain_from_store: Explain, bob: str) -> None:
    status, out, _ = explain_from_store(*request_options("iam:DeleteUser", "*", bob))
    assert status == 1
    assert "identity-based policy   denies       group_team_p  <- decides\n" in out
    assert "\nDeny by identity-based policy group_team_p, statement 1, line 1:\n" in out


def test_assume_role_evaluates_the_trust_policy_from_the_store(
    explain_from_store: Explain, account: Account, bob: str
) -> None:
    job = f"arn:aws:iam::{account.account_id}:role/job"
    explanation = parse_output(
        explain_from_store(*request_options("sts:AssumeRole", job, bob), "--format", "json")
    )
    assert (explanation["decision"], layer_results(explanation)["role trust policy"]) == ("Allowed", "allows")
    assert json.loads(explanation["statements"][-1]["text"])["Principal"] == {"AWS": bob}
    admin = f"arn:aws:iam::{account.account_id}:user/admin"
    explanation = parse_output(
        explain_from_store(*request_options("sts:AssumeRole", job, admin), "--format", "json")
    )
    assert (explanation["decision"], explanation["deciding_layer"]) == (
        "ImplicitlyDenied",
        "role trust policy",
    )
    root = f"arn:aws:iam::{account.account_id}:root"
    status, out, _ = explain_from_store(*request_options("sts:AssumeRole", job, root))
    assert (status, out.partition("\n")[0]) == (1, "Denied. Roles may not be assumed by root accounts.")


def test_trust_in_one_session_of_a_role_is_explained(explain_from_store: Explain, account: Account) -> None:
    account.iam.create_role(RoleName="worker", Path="/x/", AssumeRolePolicyDocument=TRUST)
    session = f"arn:aws:sts::{account.account_id}:assumed-role/worker/one"
    trust = document({"Effect": "Allow", "Principal": {"AWS": session}, "Action": "sts:AssumeRole"})
    job = account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    explanation = parse_output(
        explain_from_store(*request_options("sts:AssumeRole", job, session), "--format", "json")
    )
    assert (explanation["decision"], layer_results(explanation)["role trust policy"]) == ("Allowed", "allows")
    assert json.loads(explanation["statements"][-1]["text"])["Principal"] == {"AWS": session}
    other_session = session.replace("/one", "/two")
    assert explain_from_store(*request_options("sts:AssumeRole", job, other_session)).status == 1


@pytest.mark.parametrize("principal", ["arn:aws:iam::{A}:role/job", "arn:aws:sts::{A}:assumed-role/job/one"])
def test_permissions_boundary_applies_to_a_role_and_its_sessions(
    explain_from_store: Explain, account: Account, bob: str, principal: str
) -> None:
    assert bob
    principal_arn = principal.replace("{A}", account.account_id)
    explanation = parse_output(
        explain_from_store(*request_options("iam:CreateUser", "*", principal_arn), "--format", "json")
    )
    assert (explanation["principal"], explanation["deciding_layer"]) == (
        principal_arn,
        "permissions boundary",
    )
    assert (
        parse_output(
            explain_from_store(*request_options("iam:ListUsers", "*", principal_arn), "--format", "json")
        )["decision"]
        == "Allowed"
    )


def test_session_has_default_context_keys(explain_from_store: Explain, account: Account, bob: str) -> None:
    assert bob
    condition = {"StringLike": {"aws:userid": "AROA*:one"}, "Bool": {"aws:MultiFactorAuthPresent": "false"}}
    account.iam.put_role_policy(
        RoleName="job", PolicyName="q", PolicyDocument=document(allow("iam:ListUsers", Condition=condition))
    )
    session = f"arn:aws:sts::{account.account_id}:assumed-role/job/one"
    assert explain_from_store(*request_options("iam:ListUsers", "*", session)).status == 0


def test_root_user_is_allowed_everything(explain_from_store: Explain, account: Account) -> None:
    root = f"arn:aws:iam::{account.account_id}:root"
    explanation = parse_output(
        explain_from_store(*request_options("iam:DeleteUser", "*", root), "--format", "json")
    )
    assert (explanation["decision"], layer_results(explanation)) == (
        "Allowed",
        {"identity-based policy": "allows"},
    )


def test_short_principal_name_belongs_to_the_given_account(
    explain_from_store: Explain, account: Account, bob: str
) -> None:
    result = explain_from_store(
        *request_options("iam:ListUsers", "*", "user/x/bob"),
        "--account-id",
        account.account_id,
        "--format",
        "json",
    )
    assert parse_output(result)["principal"] == bob


@pytest.mark.parametrize(
    ("principal", "options", "message"),
    [
        ("arn:aws:iam::{A}:user/bob", (), "no such user or role: arn:aws:iam::{A}:user/bob"),
        ("arn:aws:iam::{A}:role/none", (), "no such user or role: arn:aws:iam::{A}:role/none"),
        ("arn:aws:sts::{A}:assumed-role/none/s", (), "there is no role none in account {A}"),
        ("arn:aws:iam::{A}:group/team", (), "not the ARN of a principal: arn:aws:iam::{A}:group/team"),
        ("arn:aws:sts::{A}:federated-user/f", (), "no such user or role"),
        ("arn:aws:iam::000000000009:user/bob", (), "account 000000000009 does not exist"),
        (
            "arn:aws:iam::{A}:user/admin",
            ("--account-id", "000000000009"),
            "arn:aws:iam::{A}:user/admin is not in account 000000000009",
        ),
    ],
)
def test_unknown_principal_is_reported(
    explain_from_store: Explain,
    account: Account,
    bob: str,
    principal: str,
    options: tuple[str, ...],
    message: str,
) -> None:
    assert bob
    status, out, err = explain_from_store(
        *request_options(principal=principal.replace("{A}", account.account_id)), *options
    )
    assert (status, out) == (2, "")
    assert message.replace("{A}", account.account_id) in err


def test_short_principal_name_requires_an_account_id_if_there_are_several(
    explain_from_store: Explain, account: Account, server: Server
) -> None:
    servers.create_account(server)
    status, _, err = explain_from_store(*request_options("iam:ListUsers", "*", "user/admin"))
    assert status == 2
    assert "specify one with --account-id" in err


@pytest.mark.parametrize("kind", ["User", "Group", "Role", "InstanceProfile"])
def test_list_operation_has_the_default_resource_of_the_server(
    explain_from_store: Explain, account: Account, kind: str
) -> None:
    """The required resource of a list operation is the same in the server and in `iamd policy explain`."""
    path = {"InstanceProfile": "instance-profile"}.get(kind, kind.lower())
    action, prefix = f"iam:List{kind}s", f"arn:aws:iam::{account.account_id}:{path}/"
    for name, resource in (("able", f"{prefix}*"), ("unable", f"{prefix}x/*")):
        iam = account.user(name, allow(action, resource=resource))
        operation = getattr(iam, f"list_{path.replace('-', '_')}s")
        if name == "able":
            operation()
        else:
            with pytest.raises(iam.exceptions.ClientError, match="AccessDenied"):
                operation()
        result = explain_from_store(
            "--principal", f"user/{name}", "--action", action, "--account-id", account.account_id
        )
        assert result.status == (0 if name == "able" else 1)
