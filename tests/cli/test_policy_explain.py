"""`iamd policy explain`: the decision, its layers, and the statement that decided."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from iamd.cli import main
from tests import servers
from tests.api.served import TRUST
from tests.servers import Account, Server, allow, deny, document

ALICE = "arn:aws:iam::111122223333:user/alice"
BOX = "arn:aws:s3:::box/alice/a"
ADMIN, AUDIT = (f"arn:aws:iam::aws:policy/{name}" for name in ("AdministratorAccess", "SecurityAudit"))
READS = """\
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
FORBIDS = """\
Version: 2012-10-17
Statement:
  - {Effect: Allow, Action: "iam:*", Resource: "*"}
  - Effect: Deny
    Action: s3:*
    Resource: "*"
"""


class Done(NamedTuple):
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


Explain = Callable[..., Done]


@pytest.fixture
def explain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Explain]:
    """Run `iamd policy explain` in this process, in a folder with two policies."""
    monkeypatch.chdir(tmp_path)
    Path("reads.json").write_text(READS)
    Path("forbids.yaml").write_text(FORBIDS)
    mask = os.umask(0o077)

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["iamd", "policy", "explain", *arguments])
        with pytest.raises(SystemExit) as ended:
            main.run()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    yield run
    os.umask(mask)


def asked(action: str = "s3:GetObject", resource: str = BOX, principal: str = ALICE) -> tuple[str, ...]:
    return ("--principal", principal, "--action", action, "--resource", resource)


def told(done: Done) -> Any:
    """Return what a command told as JSON; its exit status says the same."""
    found = json.loads(done.out)
    assert done.err == ""
    assert done.status == (0 if found["decision"] == "Allowed" else 1)
    return found


def says(found: Any) -> dict[str, str]:
    """Return what the layers say, those apart that are not present."""
    return {one["layer"]: one["says"] for one in found["layers"] if one["says"] != "not present"}


# Out of files.


def test_an_allow_is_told_with_its_statement(explain: Explain) -> None:
    status, out, err = explain(*asked(), "--identity", "reads.json")
    assert (status, err) == (0, "")
    assert out == (
        f"Allowed. {ALICE} may s3:GetObject on {BOX}\n"
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


def test_a_deny_is_told_with_its_statement_and_its_layer(explain: Explain) -> None:
    status, out, err = explain(*asked(), "--identity", "reads.json", "--boundary", "forbids.yaml")
    assert (status, err) == (1, "")
    assert out == (
        f"Denied. User: {ALICE} is not authorized to perform: s3:GetObject on resource: {BOX} with an "
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


def test_an_allow_that_is_missing_is_told_with_the_keys_that_were_not_given(explain: Explain) -> None:
    condition = {"StringEquals": {"s3:prefix": "x"}}
    Path("asks.json").write_text(document(allow("s3:*", Condition=condition)))
    status, out, err = explain(*asked(), "--identity", "asks.json")
    assert (status, err) == (1, "")
    assert "because no identity-based policy allows the s3:GetObject action\n" in out
    assert "\nidentity-based policy   no say         <- decides\n" in out
    assert out.endswith("\nNot given, and asked for by conditions: s3:prefix (--context KEY=VALUE)\n")
    assert explain(*asked(), "--identity", "asks.json", "--context", "S3:Prefix=x").status == 0


def test_json_is_one_object(explain: Explain) -> None:
    done = explain(*asked(), "--identity", "reads.json", "--identity", "forbids.yaml", "--format", "json")
    found = told(done)
    layers, statements = found.pop("layers"), found.pop("statements")
    assert found == {
        "decision": "ExplicitlyDenied",
        "reason": f"User: {ALICE} is not authorized to perform: s3:GetObject on resource: {BOX} with an "
        "explicit deny in an identity-based policy",
        "principal": ALICE,
        "action": "s3:GetObject",
        "resource": BOX,
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
    assert done.out.count("\n") == 1


def test_every_layer_is_read(explain: Explain) -> None:
    grant = {"Effect": "Allow", "Principal": {"AWS": ALICE}, "Action": "s3:GetObject", "Resource": BOX}
    Path("grants.json").write_text(document(grant))
    Path("all.json").write_text(document(allow("*")))
    found = told(
        explain(
            *asked(),
            *("--identity", "all.json", "--boundary", "reads.json", "--session", "all.json"),
            *("--resource-policy", "grants.json", "--scp", "all.json", "--scp", "reads.json"),
            *("--format", "json"),
        )
    )
    assert found["decision"] == "Allowed"
    assert says(found) == {
        "identity-based policy": "allows",
        "permissions boundary": "allows",
        "session policy": "allows",
        "resource-based policy": "allows",
        "service control policy": "allows",
    }
    assert [one["policy"] for one in found["statements"]] == ["all.json", "grants.json"]


@pytest.mark.parametrize(
    ("options", "layer"),
    [
        (("--boundary", "none.json"), "permissions boundary"),
        (("--session", "none.json"), "session policy"),
        (("--scp", "all.json", "--scp", "none.json"), "service control policy"),
    ],
)
def test_the_layer_that_does_not_allow_decides(
    explain: Explain, options: tuple[str, ...], layer: str
) -> None:
    Path("all.json").write_text(document(allow("*")))
    Path("none.json").write_text(document(allow("iam:*")))
    found = told(explain(*asked(), "--identity", "all.json", *options, "--format", "json"))
    assert (found["decision"], found["deciding_layer"]) == ("ImplicitlyDenied", layer)
    assert says(found) == {"identity-based policy": "allows", layer: "no say"}
    assert found["statements"] == []


def test_a_trust_policy_is_a_role_that_is_assumed(explain: Explain) -> None:
    role = "arn:aws:iam::111122223333:role/job"
    Path("trust.json").write_text(TRUST)
    trusted = asked("sts:AssumeRole", role, "ec2.amazonaws.com")
    found = told(explain(*trusted, "--resource-policy", "trust.json", "--format", "json"))
    assert (found["decision"], says(found)) == ("Allowed", {"role trust policy": "allows"})
    other = asked("sts:AssumeRole", role, "ecs.amazonaws.com")
    found = told(explain(*other, "--resource-policy", "trust.json", "--format", "json"))
    assert (found["decision"], found["deciding_layer"]) == ("ImplicitlyDenied", "role trust policy")


def test_values_of_one_key_add_up(explain: Explain) -> None:
    condition = {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}
    Path("tags.json").write_text(document(allow("s3:*", Condition=condition)))
    both = (*asked(), "--identity", "tags.json", "--context", "aws:TagKeys=a", "--context", "AWS:tagkeys=b")
    assert explain(*both).status == 0
    assert explain(*both, "--context", "aws:TagKeys=c=d").status == 1


def test_a_federated_user_without_session_policy_may_nothing(explain: Explain) -> None:
    federated = asked(principal="arn:aws:sts::111122223333:federated-user/f")
    Path("all.json").write_text(document(allow("*")))
    found = told(explain(*federated, "--identity", "all.json", "--format", "json"))
    assert (found["decision"], found["deciding_layer"]) == ("ImplicitlyDenied", "session policy")


WRONG = [
    ((*asked(), "--identity", "nowhere.json"), "nowhere.json cannot be read: No such file or directory"),
    ((*asked(), "--identity", "broken.json"), "broken.json: Syntax errors in policy."),
    ((*asked(principal="bob"), "--identity", "reads.json"), "--principal: not the ARN of a principal: bob"),
    ((*asked("s3:*"), "--identity", "reads.json"), "--action: s3:* is not the name of an action"),
    ((*asked("GetObject"), "--identity", "reads.json"), "--action: GetObject is not the name of an action"),
    ((*asked(), "--identity", "reads.json", "--context", "a"), "--context: a is not KEY=VALUE"),
    (
        (*asked(), "--identity", "reads.json", "--data", "d"),
        "policies are in files or in a store, not in both",
    ),
    ((*asked(), "--identity", "reads.json", "--account-id", "1" * 12), "not in both"),
    (asked(), "there is no store in iamd-data"),
    ((*asked(), "--data", "."), "there is no store in ."),
    (
        (*asked(resource="user/eve"), "--identity", "reads.json"),
        "--resource: user/eve is neither an ARN nor *",
    ),
    (("--action", "s3:GetObject"), "Missing option '--principal'"),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG, ids=[row[1] for row in WRONG])
def test_what_cannot_be_said_is_one_line(
    explain: Explain, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    Path("broken.json").write_text("{")
    status, out, err = explain(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("iamd: ")
    assert err.count("\n") == 1
    assert sentence in err
    assert not (tmp_path / "iamd-data").exists()
    assert not (tmp_path / "iamd.sqlite3").exists()


def test_a_long_line_with_many_statements_is_quoted_at_once(explain: Explain) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    Path("many.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement] * 2_000}))
    found = told(explain(*asked(), "--identity", "many.json", "--format", "json"))
    assert len(found["statements"]) == 2_000


# Out of a store.


@pytest.fixture
def stored(explain: Explain, server: Server) -> Explain:
    """Run the command on the store of the running server."""
    return lambda *arguments: explain(*server.arguments, *arguments)


@pytest.fixture
def bob(account: Account) -> str:
    """Return the ARN of a user with a group, a boundary, a tag and a role that it may assume."""
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


def test_a_users_policies_are_read(stored: Explain, bob: str) -> None:
    found = told(stored(*asked("iam:ListUsers", "*", bob), "--format", "json"))
    assert found["decision"] == "Allowed"
    assert says(found) == {"identity-based policy": "allows", "permissions boundary": "allows"}
    assert [one["policy"] for one in found["statements"]] == ["AdministratorAccess"]


def test_a_groups_deny_is_found_with_its_place(stored: Explain, bob: str) -> None:
    status, out, _ = stored(*asked("iam:DeleteUser", "*", bob))
    assert status == 1
    assert "identity-based policy   denies       group_team_p  <- decides\n" in out
    assert "\nDeny by identity-based policy group_team_p, statement 1, line 1:\n" in out


def test_a_role_that_is_to_be_assumed_has_its_trust_policy(
    stored: Explain, account: Account, bob: str
) -> None:
    job = f"arn:aws:iam::{account.account_id}:role/job"
    found = told(stored(*asked("sts:AssumeRole", job, bob), "--format", "json"))
    assert (found["decision"], says(found)["role trust policy"]) == ("Allowed", "allows")
    assert json.loads(found["statements"][-1]["text"])["Principal"] == {"AWS": bob}
    admin = f"arn:aws:iam::{account.account_id}:user/admin"
    found = told(stored(*asked("sts:AssumeRole", job, admin), "--format", "json"))
    assert (found["decision"], found["deciding_layer"]) == ("ImplicitlyDenied", "role trust policy")
    root = f"arn:aws:iam::{account.account_id}:root"
    status, out, _ = stored(*asked("sts:AssumeRole", job, root))
    assert (status, out.partition("\n")[0]) == (1, "Denied. Roles may not be assumed by root accounts.")


@pytest.mark.parametrize("who", ["arn:aws:iam::{A}:role/job", "arn:aws:sts::{A}:assumed-role/job/one"])
def test_a_role_and_its_sessions_are_bounded(stored: Explain, account: Account, bob: str, who: str) -> None:
    assert bob
    principal = who.replace("{A}", account.account_id)
    found = told(stored(*asked("iam:CreateUser", "*", principal), "--format", "json"))
    assert (found["principal"], found["deciding_layer"]) == (principal, "permissions boundary")
    assert told(stored(*asked("iam:ListUsers", "*", principal), "--format", "json"))["decision"] == "Allowed"


def test_a_session_knows_its_user_id(stored: Explain, account: Account, bob: str) -> None:
    assert bob
    wanted = {"StringLike": {"aws:userid": "AROA*:one"}, "Bool": {"aws:MultiFactorAuthPresent": "false"}}
    account.iam.put_role_policy(
        RoleName="job", PolicyName="q", PolicyDocument=document(allow("iam:ListUsers", Condition=wanted))
    )
    session = f"arn:aws:sts::{account.account_id}:assumed-role/job/one"
    assert stored(*asked("iam:ListUsers", "*", session)).status == 0


def test_the_root_user_may_everything(stored: Explain, account: Account) -> None:
    root = f"arn:aws:iam::{account.account_id}:root"
    found = told(stored(*asked("iam:DeleteUser", "*", root), "--format", "json"))
    assert (found["decision"], says(found)) == ("Allowed", {"identity-based policy": "allows"})


def test_a_short_name_is_of_the_account_that_is_named(stored: Explain, account: Account, bob: str) -> None:
    done = stored(
        *asked("iam:ListUsers", "*", "user/x/bob"), "--account-id", account.account_id, "--format", "json"
    )
    assert told(done)["principal"] == bob


@pytest.mark.parametrize(
    ("principal", "more", "sentence"),
    [
        ("arn:aws:iam::{A}:user/bob", (), "there is no user and no role arn:aws:iam::{A}:user/bob"),
        ("arn:aws:iam::{A}:role/none", (), "there is no user and no role arn:aws:iam::{A}:role/none"),
        ("arn:aws:sts::{A}:assumed-role/none/s", (), "there is no role none in the account {A}"),
        ("arn:aws:iam::{A}:group/team", (), "not the ARN of a principal: arn:aws:iam::{A}:group/team"),
        ("arn:aws:sts::{A}:federated-user/f", (), "there is no user and no role"),
        ("arn:aws:iam::000000000009:user/bob", (), "there is no account 000000000009"),
        (
            "arn:aws:iam::{A}:user/admin",
            ("--account-id", "000000000009"),
            "arn:aws:iam::{A}:user/admin is not of the account 000000000009",
        ),
    ],
)
def test_who_is_not_there(
    stored: Explain, account: Account, bob: str, principal: str, more: tuple[str, ...], sentence: str
) -> None:
    assert bob
    status, out, err = stored(*asked(principal=principal.replace("{A}", account.account_id)), *more)
    assert (status, out) == (2, "")
    assert sentence.replace("{A}", account.account_id) in err


def test_a_short_name_needs_an_account_where_there_are_several(
    stored: Explain, account: Account, server: Server
) -> None:
    servers.found(server)
    status, _, err = stored(*asked("iam:ListUsers", "*", "user/admin"))
    assert status == 2
    assert "name one with --account-id" in err


@pytest.mark.parametrize("kind", ["User", "Group", "Role", "InstanceProfile"])
def test_a_list_is_explained_as_the_server_asks_for_it(stored: Explain, account: Account, kind: str) -> None:
    """Whoever may list what is under a path may list all, or may not: the server and this say the same."""
    path = {"InstanceProfile": "instance-profile"}.get(kind, kind.lower())
    action, under = f"iam:List{kind}s", f"arn:aws:iam::{account.account_id}:{path}/"
    for name, resource in (("able", f"{under}*"), ("unable", f"{under}x/*")):
        may = account.user(name, allow(action, resource=resource))
        operation = getattr(may, f"list_{path.replace('-', '_')}s")
        if name == "able":
            operation()
        else:
            with pytest.raises(may.exceptions.ClientError, match="AccessDenied"):
                operation()
        done = stored("--principal", f"user/{name}", "--action", action, "--account-id", account.account_id)
        assert done.status == (0 if name == "able" else 1)
