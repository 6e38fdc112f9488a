"""`iamd policy test`: cases in each format, readable failures, and an exit status for CI."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests import running
from tests.policy.cases import decision_cases, decision_files
from tests.running import Done

ALLOW = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}
PASSES = {
    "id": "reads",
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::box/a",
    "identity_policies": [ALLOW],
    "expected": "Allowed",
}
PLAIN = """\
action: s3:GetObject
identity_policies:
- Version: 2012-10-17
  Statement:
    Effect: Allow
    Action: s3:*
    Resource: '*'
expected: Allowed
"""
FAILS = {**PASSES, "id": "writes", "action": "s3:PutObject"}


def policy_test(*arguments: str, given: str = "") -> Done:
    return running.iamd("policy", "test", *arguments, given=given)


def written(folder: Path, name: str, content: Any) -> str:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(file)


def test_the_vectors_pass() -> None:
    done = policy_test("--format", "json", *map(str, decision_files()))
    shown = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [one["id"] for one in shown] == [case.id for case in decision_cases()]
    assert all(one["decision"] == one["expected"] for one in shown)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("one.json", PASSES),
        ("list.json", [PASSES, PASSES]),
        ("named.json", {"cases": [PASSES]}),
        ("lines.jsonl", f"{json.dumps(PASSES)}\n\n{json.dumps(PASSES)}\n"),
        ("lines.json", f"{json.dumps(PASSES)}\n{json.dumps(PASSES)}\n"),
        ("flow.yaml", f"- {json.dumps(PASSES)}"),
        (
            "plain.yml",
            PLAIN,
        ),
    ],
)
def test_every_format_is_read(tmp_path: Path, name: str, content: Any) -> None:
    done = policy_test(written(tmp_path, name, content))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("all as expected\n")


def test_a_failure_says_what_was_decided_and_why(tmp_path: Path) -> None:
    file = written(tmp_path, "cases.json", [PASSES, FAILS])
    done = policy_test(file)
    assert done.returncode == 1
    assert done.stdout == (
        f"{file}: writes: ImplicitlyDenied, expected Allowed\n"
        "    arn:aws:iam::111122223333:user/someone s3:PutObject arn:aws:s3:::box/a\n"
        "    User: arn:aws:iam::111122223333:user/someone is not authorized to perform: s3:PutObject on "
        "resource: arn:aws:s3:::box/a because no identity-based policy allows the s3:PutObject action\n"
        "2 cases, 1 failed\n"
    )


def test_results_as_json_lines(tmp_path: Path) -> None:
    done = policy_test("--format", "json", "-", given=json.dumps([PASSES, FAILS]))
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first == {
        "id": "reads",
        "decision": "Allowed",
        "expected": "Allowed",
        "reasons": ["Allow by identity-based policy 1, statement 1"],
    }
    assert (second["id"], second["decision"], second["expected"]) == ("writes", "ImplicitlyDenied", "Allowed")
    assert done.returncode == 1


def test_a_case_that_expects_nothing_is_only_answered() -> None:
    done = policy_test("--format", "json", "-", given=json.dumps({"action": "s3:GetObject"}))
    assert json.loads(done.stdout)["expected"] is None
    assert done.returncode == 0


def test_a_misspelt_field_is_told() -> None:
    done = policy_test("-", given=json.dumps({**PASSES, "boundry": ALLOW}))
    assert done.stderr == "iamd: -: reads: the field boundry means nothing here\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON"),
        ("[1]", "a case must be an object"),
        ("{}", "action: every case must have one"),
        (json.dumps({**PASSES, "expected": "allowed"}), "expected: must be one of Allowed"),
        (json.dumps({**PASSES, "principal": "bob"}), "principal: not the ARN of a principal: bob"),
        (json.dumps({**PASSES, "principal_type": "aws"}), "principal_type: must be one of"),
        (json.dumps({**PASSES, "identity_policies": [{}]}), "identity_policies[0]: Syntax errors in policy."),
        (json.dumps({**PASSES, "context": {"a": {}}}), "context: the value of a must be a text"),
        (json.dumps({**PASSES, "scps": {}}), "scps: must be a list of levels"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(content: str, said: str) -> None:
    done = policy_test("-", given=content)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout in ("", "1 case, 1 cannot be read\n")


def test_a_case_that_cannot_be_read_does_not_keep_the_others_from_being_judged() -> None:
    bad = {"id": "bad", "action": "s3:GetObject", "principal": "bob"}
    done = policy_test("--format", "json", "-", given=json.dumps([bad, PASSES, FAILS]))
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert told[0] == {"id": "bad", "error": "principal: not the ARN of a principal: bob"}
    assert [one["decision"] for one in told[1:]] == ["Allowed", "ImplicitlyDenied"]
    assert done.returncode == 2


def test_a_folder_is_all_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    written(tmp_path / "deep" / "er", "b.yaml", f"- {json.dumps(PASSES)}")
    written(tmp_path, "a.json", [PASSES, FAILS])
    (tmp_path / "notes.txt").write_text("no case")
    done = policy_test(str(tmp_path))
    assert done.stdout.endswith("3 cases, 1 failed\n")
    (tmp_path / "empty").mkdir()
    assert policy_test(str(tmp_path / "empty")).stderr == "iamd: there are no cases\n"


def test_what_tests_nothing_is_no_success(tmp_path: Path) -> None:
    none = policy_test(written(tmp_path, "none.json", {"cases": []}))
    assert (none.returncode, none.stderr) == (2, "iamd: there are no cases\n")
    asked = policy_test("-", given=json.dumps([PASSES, {"action": "a:b", "expect": "Allowed"}]))
    assert asked.stdout == "2 cases, 1 without an expectation\n"
    assert "the field expect means nothing here" in asked.stderr


@pytest.mark.parametrize(
    "text",
    [
        "action: !!bool maybe",
        "action: !!timestamp foo",
        "a: '\0'",
        "? [a, b]\n: 1",
        "&a [*a]",
    ],
)
@pytest.mark.parametrize("command", ["test", "validate"])
def test_yaml_that_cannot_be_meant_is_one_line(tmp_path: Path, command: str, text: str) -> None:
    file = written(tmp_path, "bad.yaml", text)
    done = running.iamd("policy", command, file)
    assert done.returncode == 2
    assert "not YAML" in done.stderr
    assert "bug" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_half_a_character_is_told_and_the_rest_judged() -> None:
    given = '[{"id": "\\ud800", "action": "a:\\ud800", "expected": "Allowed"}, {"action": "a:b"}]'
    for form in ("text", "json"):
        done = running.process("policy", "test", "--format", form, "-", given=given)
        assert (done.returncode, done.stderr) == (1, "")


TWICE = (
    '{"action": "s3:GetObject", "identity_policies": [{"Version": "2012-10-17", "Version": "2008-10-17"}]}'
)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("case.json", TWICE, "not JSON: the key 'Version' is there more than once"),
        ("case.jsonl", TWICE, "not JSON: the key 'Version' is there more than once"),
        ("case.yaml", TWICE, "not YAML: the key 'Version' is there more than once"),
        ("case.json", '{"action": "a:b", "context": {"n": NaN}}', "not JSON: NaN is no value"),
        ("case.json", f'{{"action": "a:b", "context": {{"n": {"1" * 9000}}}}}', "a number is too long"),
        ("case.json", "[" * 100_000, "not JSON: it is nested too deep"),
    ],
)
def test_nothing_is_lost_on_the_way(tmp_path: Path, name: str, text: str, said: str) -> None:
    done = policy_test(written(tmp_path, name, text))
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "decision"),
    [
        ("StringEquals", "1.10", '"1.10"', "Allowed"),
        ("NumericLessThan", "0.00001", "0.000001", "Allowed"),
        ("NumericEquals", "1.0", "1", "Allowed"),
        ("StringEquals", "1.10", "1.1", "ImplicitlyDenied"),
    ],
)
@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_numbers_stay_as_they_were_written(
    tmp_path: Path, suffix: str, operator: str, wanted: str, given: str, decision: str
) -> None:
    condition = f'{{"{operator}": {{"k:x": {wanted}}}}}'
    statement = f'{{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {condition}}}'
    asked = f'"action": "a:b", "context": {{"k:x": {given}}}'
    case = f'{{{asked}, "identity_policies": [{{"Statement": {statement}}}]}}'
    done = policy_test("--format", "json", written(tmp_path, f"case.{suffix}", case))
    assert json.loads(done.stdout)["decision"] == decision


def test_yaml_takes_no_account_for_an_octal_number(tmp_path: Path) -> None:
    case = """
    action: s3:GetObject
    resource: arn:aws:s3:::box/a
    resource_account: 001122334455
    principal: arn:aws:iam::001122334455:user/alice
    context: {"k:time": 10:30}
    identity_policies:
      - Statement: {Effect: Allow, Action: "*", Resource: "*", Condition: {StringEquals: {"k:time": "10:30"}}}
    expected: Allowed
    """
    done = policy_test(written(tmp_path, "case.yaml", case))
    assert (done.returncode, done.stdout) == (0, "1 case, all as expected\n")


@pytest.mark.parametrize("element", ["NotAction", "NotResource"])
def test_to_except_nothing_is_not_everything(element: str) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", element: []}
    del statement[element.removeprefix("Not")]
    done = policy_test(
        "-", given=json.dumps({"action": "a:b", "identity_policies": [{"Statement": statement}]})
    )
    assert done.returncode == 2
    assert "Policy statement must contain" in done.stderr


def test_a_line_of_json_ends_at_a_newline_only(tmp_path: Path) -> None:
    resource = "arn:aws:s3:::box/a\u2028b\x85c"
    line = json.dumps({**PASSES, "resource": resource}, ensure_ascii=False)
    done = policy_test(written(tmp_path, "lines.jsonl", f"{line}\n{line}\n"))
    assert (done.returncode, done.stdout) == (0, "2 cases, all as expected\n")


def test_a_file_that_is_not_there() -> None:
    done = policy_test("nowhere.json")
    assert (done.returncode, done.stderr) == (
        2,
        "iamd: nowhere.json cannot be read: No such file or directory\n",
    )


@pytest.mark.parametrize(
    ("case", "decision"),
    [
        ({"principal": "arn:aws:iam::111122223333:root", "action": "s3:GetObject"}, "Allowed"),
        (
            {"principal": "arn:aws:sts::111122223333:federated-user/f", "identity_policies": [ALLOW]},
            "ImplicitlyDenied",
        ),
        ({"principal_type": "Anonymous", "identity_policies": [ALLOW]}, "ImplicitlyDenied"),
        (
            {
                "action": "sts:AssumeRole",
                "resource": "arn:aws:iam::111122223333:role/r",
                "identity_policies": [{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}],
            },
            "ImplicitlyDenied",
        ),
        (
            {
                "resource": "arn:aws:sqs:eu-west-1:444455556666:q",
                "action": "sqs:SendMessage",
                "identity_policies": [{"Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}],
            },
            "Allowed",
        ),
    ],
)
def test_what_is_not_given_follows_from_what_is(case: dict[str, Any], decision: str) -> None:
    done = policy_test("--format", "json", "-", given=json.dumps({"action": "s3:GetObject", **case}))
    assert json.loads(done.stdout)["decision"] == decision
