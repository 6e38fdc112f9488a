"""`iamd policy test`: test cases in each file format, readable failures, and an exit status for CI."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests import iamd_command
from tests.iamd_command import CompletedCommand
from tests.policy.cases import decision_cases, decision_files

ALLOW = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}
PASSING_CASE = {
    "id": "reads",
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::box/a",
    "identity_policies": [ALLOW],
    "expected": "Allowed",
}
YAML_CASE = """\
action: s3:GetObject
identity_policies:
- Version: 2012-10-17
  Statement:
    Effect: Allow
    Action: s3:*
    Resource: '*'
expected: Allowed
"""
FAILING_CASE = {**PASSING_CASE, "id": "writes", "action": "s3:PutObject"}


def policy_test(*arguments: str, stdin: str = "") -> CompletedCommand:
    return iamd_command.run("policy", "test", *arguments, stdin=stdin)


def write_file(folder: Path, name: str, content: Any) -> str:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(file)


def test_decision_test_vectors_pass() -> None:
    result = policy_test("--format", "json", *map(str, decision_files()))
    results = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 0
    assert [case_result["id"] for case_result in results] == [case.id for case in decision_cases()]
    assert all(case_result["decision"] == case_result["expected"] for case_result in results)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("one.json", PASSING_CASE),
        ("list.json", [PASSING_CASE, PASSING_CASE]),
        ("named.json", {"cases": [PASSING_CASE]}),
        ("lines.jsonl", f"{json.dumps(PASSING_CASE)}\n\n{json.dumps(PASSING_CASE)}\n"),
        ("lines.json", f"{json.dumps(PASSING_CASE)}\n{json.dumps(PASSING_CASE)}\n"),
        ("flow.yaml", f"- {json.dumps(PASSING_CASE)}"),
        (
            "plain.yml",
            YAML_CASE,
        ),
    ],
)
def test_all_file_formats_are_read(tmp_path: Path, name: str, content: Any) -> None:
    result = policy_test(write_file(tmp_path, name, content))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.endswith("all passed\n")


def test_failure_shows_the_decision_and_its_reason(tmp_path: Path) -> None:
    file = write_file(tmp_path, "cases.json", [PASSING_CASE, FAILING_CASE])
    result = policy_test(file)
    assert result.returncode == 1
    assert result.stdout == (
        f"{file}: writes: ImplicitlyDenied, expected Allowed\n"
        "    arn:aws:iam::111122223333:user/someone s3:PutObject arn:aws:s3:::box/a\n"
        "    User: arn:aws:iam::111122223333:user/someone is not authorized to perform: s3:PutObject on "
        "resource: arn:aws:s3:::box/a because no identity-based policy allows the s3:PutObject action\n"
        "2 cases, 1 failed\n"
    )


def test_results_as_json_lines(tmp_path: Path) -> None:
    result = policy_test("--format", "json", "-", stdin=json.dumps([PASSING_CASE, FAILING_CASE]))
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first == {
        "id": "reads",
        "decision": "Allowed",
        "expected": "Allowed",
        "reasons": ["Allow by identity-based policy 1, statement 1"],
    }
    assert (second["id"], second["decision"], second["expected"]) == ("writes", "ImplicitlyDenied", "Allowed")
    assert result.returncode == 1


def test_case_without_expectation_shows_its_decision() -> None:
    result = policy_test("--format", "json", "-", stdin=json.dumps({"action": "s3:GetObject"}))
    assert json.loads(result.stdout)["expected"] is None
    assert result.returncode == 0


def test_unknown_field_is_reported() -> None:
    result = policy_test("-", stdin=json.dumps({**PASSING_CASE, "boundry": ALLOW}))
    assert result.stderr == "iamd: -: reads: unknown field boundry\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "invalid JSON"),
        ("[1]", "a case must be an object"),
        ("{}", "action: is required"),
        (json.dumps({**PASSING_CASE, "expected": "allowed"}), "expected: must be one of Allowed"),
        (json.dumps({**PASSING_CASE, "principal": "bob"}), "principal: not the ARN of a principal: bob"),
        (json.dumps({**PASSING_CASE, "principal_type": "aws"}), "principal_type: must be one of"),
        (
            json.dumps({**PASSING_CASE, "identity_policies": [{}]}),
            "identity_policies[0]: Syntax errors in policy.",
        ),
        (json.dumps({**PASSING_CASE, "context": {"a": {}}}), "context: the value of a must be a string"),
        (json.dumps({**PASSING_CASE, "scps": {}}), "scps: must be a list of levels"),
    ],
)
def test_invalid_case_is_reported_in_one_line(content: str, message: str) -> None:
    result = policy_test("-", stdin=content)
    assert result.returncode == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout in ("", "1 case, 1 cannot be read\n")


def test_invalid_case_does_not_prevent_the_others() -> None:
    invalid = {"id": "bad", "action": "s3:GetObject", "principal": "bob"}
    result = policy_test("--format", "json", "-", stdin=json.dumps([invalid, PASSING_CASE, FAILING_CASE]))
    results = [json.loads(line) for line in result.stdout.splitlines()]
    assert results[0] == {"id": "bad", "error": "principal: not the ARN of a principal: bob"}
    assert [item["decision"] for item in results[1:]] == ["Allowed", "ImplicitlyDenied"]
    assert result.returncode == 2


def test_folder_is_searched_recursively(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    write_file(tmp_path / "deep" / "er", "b.yaml", f"- {json.dumps(PASSING_CASE)}")
    write_file(tmp_path, "a.json", [PASSING_CASE, FAILING_CASE])
    (tmp_path / "notes.txt").write_text("no case")
    result = policy_test(str(tmp_path))
    assert result.stdout.endswith("3 cases, 1 failed\n")
    (tmp_path / "empty").mkdir()
    assert policy_test(str(tmp_path / "empty")).stderr == "iamd: no test cases found\n"


def test_no_cases_or_no_expectation_is_not_a_success(tmp_path: Path) -> None:
    empty = policy_test(write_file(tmp_path, "none.json", {"cases": []}))
    assert (empty.returncode, empty.stderr) == (2, "iamd: no test cases found\n")
    without_expectation = policy_test(
        "-", stdin=json.dumps([PASSING_CASE, {"action": "a:b", "expect": "Allowed"}])
    )
    assert without_expectation.stdout == "2 cases, 1 without an expectation\n"
    assert "unknown field expect" in without_expectation.stderr


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
def test_invalid_yaml_is_reported_in_one_line(tmp_path: Path, command: str, text: str) -> None:
    file = write_file(tmp_path, "bad.yaml", text)
    result = iamd_command.run("policy", command, file)
    assert result.returncode == 2
    assert "invalid YAML" in result.stderr
    assert "bug" not in result.stderr
    assert result.stderr.count("\n") == 1


def test_lone_surrogates_do_not_break_the_output() -> None:
    cases = '[{"id": "\\ud800", "action": "a:\\ud800", "expected": "Allowed"}, {"action": "a:b"}]'
    for output_format in ("text", "json"):
        result = iamd_command.run_process("policy", "test", "--format", output_format, "-", stdin=cases)
        assert (result.returncode, result.stderr) == (1, "")


CASE_WITH_DUPLICATE_KEY = (
    '{"action": "s3:GetObject", "identity_policies": [{"Version": "2012-10-17", "Version": "2008-10-17"}]}'
)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("case.json", CASE_WITH_DUPLICATE_KEY, "invalid JSON: the key 'Version' is there more than once"),
        ("case.jsonl", CASE_WITH_DUPLICATE_KEY, "invalid JSON: the key 'Version' is there more than once"),
        ("case.yaml", CASE_WITH_DUPLICATE_KEY, "invalid YAML: the key 'Version' is there more than once"),
        ("case.json", '{"action": "a:b", "context": {"n": NaN}}', "invalid JSON: NaN is not a valid value"),
        ("case.json", f'{{"action": "a:b", "context": {{"n": {"1" * 9000}}}}}', "a number is too long"),
        ("case.json", "[" * 100_000, "invalid JSON: it is nested too deeply"),
    ],
)
def test_lossy_json_or_yaml_is_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    result = policy_test(write_file(tmp_path, name, text))
    assert result.returncode == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("operator", "condition_value", "context_value", "decision"),
    [
        ("StringEquals", "1.10", '"1.10"', "Allowed"),
        ("NumericLessThan", "0.00001", "0.000001", "Allowed"),
        ("NumericEquals", "1.0", "1", "Allowed"),
        ("StringEquals", "1.10", "1.1", "ImplicitlyDenied"),
    ],
)
@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_numbers_keep_their_spelling(
    tmp_path: Path, suffix: str, operator: str, condition_value: str, context_value: str, decision: str
) -> None:
    condition = f'{{"{operator}": {{"k:x": {condition_value}}}}}'
    statement = f'{{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {condition}}}'
    request = f'"action": "a:b", "context": {{"k:x": {context_value}}}'
    case = f'{{{request}, "identity_policies": [{{"Statement": {statement}}}]}}'
    result = policy_test("--format", "json", write_file(tmp_path, f"case.{suffix}", case))
    assert json.loads(result.stdout)["decision"] == decision


def test_yaml_account_ids_and_times_are_strings(tmp_path: Path) -> None:
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
    result = policy_test(write_file(tmp_path, "case.yaml", case))
    assert (result.returncode, result.stdout) == (0, "1 case, all passed\n")


@pytest.mark.parametrize("element", ["NotAction", "NotResource"])
def test_empty_not_action_or_not_resource_is_refused(element: str) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", element: []}
    del statement[element.removeprefix("Not")]
    result = policy_test(
        "-", stdin=json.dumps({"action": "a:b", "identity_policies": [{"Statement": statement}]})
    )
    assert result.returncode == 2
    assert "Policy statement must contain" in result.stderr


def test_json_lines_end_at_newlines_only(tmp_path: Path) -> None:
    resource = "arn:aws:s3:::box/a\u2028b\x85c"
    line = json.dumps({**PASSING_CASE, "resource": resource}, ensure_ascii=False)
    result = policy_test(write_file(tmp_path, "lines.jsonl", f"{line}\n{line}\n"))
    assert (result.returncode, result.stdout) == (0, "2 cases, all passed\n")


def test_missing_file_is_reported() -> None:
    result = policy_test("nowhere.json")
    assert (result.returncode, result.stderr) == (
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
def test_defaults_of_omitted_fields(case: dict[str, Any], decision: str) -> None:
    result = policy_test("--format", "json", "-", stdin=json.dumps({"action": "s3:GetObject", **case}))
    assert json.loads(result.stdout)["decision"] == decision
