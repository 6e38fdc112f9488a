"""`iamd policy validate`: policy files, findings with their locations, and an exit status for CI."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from iamd.cli.errors import CommandError
from iamd.cli.main import app
from iamd.cli.policy.policy_file import read_policy_file
from iamd.cli.policy.validate import guess_policy_kind
from iamd.policy import PolicyKind
from iamd.yaml_to_json import Location
from tests import iamd_command
from tests.iamd_command import CompletedCommand

VALID_POLICY = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::box/*"},
}
INVALID_JSON_POLICY = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::box/*"},
    {
      "Effect": "Allow",
      "Action": [
        "sqs:ListQueues",
        "iam:PassRole", "s3:GetObjekt"
      ],
      "Resource": "*"
    }
  ]
}
"""
INVALID_YAML_POLICY = """\
Version: 2012-10-17
Statement:
- Effect: Allow
  Action: s3:GetObject
  Resource: arn:aws:s3:::box/*
- Effect: Allow
  Action:
  - sqs:ListQueues
  - iam:PassRole
  - s3:GetObjekt
  Resource: '*'
"""


def invoke_policy_validate(*arguments: str | Path) -> Result:
    """Invoke the command; an unreadable file raises an exception."""
    return CliRunner().invoke(app, ["policy", "validate", *map(str, arguments)], catch_exceptions=False)


def run_policy_validate(*arguments: str, stdin: str = "") -> CompletedCommand:
    """Run the command through its entry point; an unreadable file is an error message and an exit status."""
    return iamd_command.run("policy", "validate", *arguments, stdin=stdin)


def write_file(folder: Path, name: str, content: Any) -> Path:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def write_policy(folder: Path, **statement: Any) -> Path:
    return write_file(folder, "a.json", {"Version": "2012-10-17", "Statement": [statement]})


def test_findings_have_line_numbers(tmp_path: Path) -> None:
    file, other = (
        write_file(tmp_path, "a.json", INVALID_JSON_POLICY),
        write_file(tmp_path, "b.json", VALID_POLICY),
    )
    result = invoke_policy_validate(file, other)
    first, second, last = result.stdout.splitlines()
    assert first.startswith(f"{file}:9: SECURITY_WARNING PASS_ROLE_WITH_STAR_IN_RESOURCE: ")
    assert first.endswith(" (Statement[1].Action[1])")
    assert second.startswith(f'{file}:9: ERROR INVALID_ACTION: the action "s3:GetObjekt" does not exist')
    assert last == "2 policies: 1 error, 1 security warning"
    assert result.exit_code == 1


def test_findings_in_yaml_have_line_numbers(tmp_path: Path) -> None:
    result = invoke_policy_validate("--format", "json", write_file(tmp_path, "a.yaml", INVALID_YAML_POLICY))
    findings = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(finding["line"], finding["column"], finding["code"]) for finding in findings] == [
        (9, 5, "PASS_ROLE_WITH_STAR_IN_RESOURCE"),
        (10, 5, "INVALID_ACTION"),
    ]
    assert result.exit_code == 1


def test_valid_policy_from_standard_input() -> None:
    result = run_policy_validate("-", stdin=json.dumps(VALID_POLICY))
    assert (result.returncode, result.stdout, result.stderr) == (0, "1 policy: no findings\n", "")


@pytest.mark.parametrize(
    ("level", "status"), [("error", 0), ("security-warning", 1), ("warning", 1), ("suggestion", 1)]
)
def test_fail_on_sets_the_failing_level(tmp_path: Path, level: str, status: int) -> None:
    file = write_policy(tmp_path, Effect="Allow", Action="iam:PassRole", Resource="*")
    assert invoke_policy_validate("--fail-on", level, file).exit_code == status


def test_kind_option_sets_the_policy_kind(tmp_path: Path) -> None:
    file = write_file(tmp_path, "a.json", {"Statement": VALID_POLICY["Statement"]})
    assert "ERROR MISSING_VERSION" in invoke_policy_validate(file).stdout
    assert "WARNING MISSING_VERSION" in invoke_policy_validate("--kind", "inline", file).stdout
    assert "ERROR MISSING_PRINCIPAL" in invoke_policy_validate("--kind", "resource", file).stdout
    assert "ERROR MISSING_VERSION" in invoke_policy_validate("--kind", "boundary", file).stdout


def test_account_id_option_marks_the_own_account(tmp_path: Path) -> None:
    file = write_policy(tmp_path, Effect="Allow", Principal={"AWS": "111122223333"}, Action="sts:AssumeRole")
    assert "MISSING_EXTERNAL_ID" in invoke_policy_validate(file).stdout
    assert "no findings" in invoke_policy_validate("--account-id", "111122223333", file).stdout


def test_date_in_the_past_is_found(tmp_path: Path) -> None:
    condition = {"DateLessThan": {"aws:CurrentTime": "2020-01-01"}}
    file = write_policy(tmp_path, Effect="Allow", Action="sqs:ListQueues", Resource="*", Condition=condition)
    assert "DATE_IN_PAST" in invoke_policy_validate(file).stdout


def test_control_characters_are_not_printed(tmp_path: Path) -> None:
    file = write_policy(tmp_path, **{"Effect": "\x1b[2J", "\x1b]0;x": 1})
    assert "\x1b" not in invoke_policy_validate(file).stdout


def test_json_syntax_error_has_a_line_number(tmp_path: Path) -> None:
    file = write_file(tmp_path, "a.json", '{\n  "Version": "2012-10-17",\n}')
    result = invoke_policy_validate(file)
    assert result.stdout.startswith(f"{file}:3: ERROR JSON_SYNTAX_ERROR: ")
    assert result.exit_code == 1


def test_files_of_a_folder_are_found_whatever_the_case_of_their_endings(tmp_path: Path) -> None:
    for name in ("a.JSON", "b.Yaml", "c.yml"):
        write_file(tmp_path, name, VALID_POLICY)
    assert run_policy_validate(str(tmp_path)).stdout == "3 policies: no findings\n"


def test_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(VALID_POLICY).encode())
    assert run_policy_validate(str(file)).stdout == "1 policy: no findings\n"


def test_folder_without_policies_is_an_error(tmp_path: Path) -> None:
    result = run_policy_validate(str(tmp_path))
    assert (result.returncode, result.stdout, result.stderr) == (2, "", "iamd: no policies found\n")


def test_missing_file_is_reported(tmp_path: Path) -> None:
    result = run_policy_validate(str(write_file(tmp_path, "a.json", VALID_POLICY)), "nowhere.json")
    assert (result.returncode, result.stdout) == (2, "1 policy: no findings\n")
    assert result.stderr == "iamd: nowhere.json cannot be read: No such file or directory\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: [", "invalid YAML"),
        ("", "is empty"),
        ("a: &a [*a]", "nested too deep"),
        ("a: 1\n---\nb: 2\n", "invalid YAML"),
    ],
)
def test_invalid_yaml_is_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(CommandError, match=message) as caught:
        read_policy_file(write_file(tmp_path, "a.yaml", content))
    assert caught.value.status == 2


# SARIF 2.1.0: what its schema requires, and what code hosts need to show a finding in the source.


def sarif(*files: Path) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(invoke_policy_validate("--format", "sarif", *files).stdout)
    return log


def test_sarif_has_the_properties_that_its_schema_requires(tmp_path: Path) -> None:
    log = sarif(
        write_file(tmp_path, "a b.json", INVALID_JSON_POLICY), write_file(tmp_path, "b.json", VALID_POLICY)
    )
    assert (log["version"], log["$schema"].rpartition("/")[2]) == ("2.1.0", "sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    assert run["tool"]["driver"]["name"] == "iamd"
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["INVALID_ACTION", "PASS_ROLE_WITH_STAR_IN_RESOURCE"]
    assert all(rule["shortDescription"]["text"] for rule in rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]


def test_sarif_has_the_location_of_a_finding(tmp_path: Path) -> None:
    (run,) = sarif(write_file(tmp_path, "a b.json", INVALID_JSON_POLICY))["runs"]
    location = run["results"][1]["locations"][0]
    assert location["physicalLocation"]["artifactLocation"]["uri"].endswith("/a%20b.json")
    assert location["physicalLocation"]["region"] == {"startLine": 9, "startColumn": 25}
    assert location["logicalLocations"] == [{"fullyQualifiedName": "Statement[1].Action[2]"}]
    assert run["results"][1]["level"] == "error"


def test_sarif_without_findings_has_a_run(tmp_path: Path) -> None:
    (run,) = sarif(write_file(tmp_path, "a.json", VALID_POLICY))["runs"]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


# Guessing the kind of a policy.

TRUST_STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": ["sts:AssumeRole", "sts:TagSession"]}


@pytest.mark.parametrize(
    ("statements", "kind"),
    [
        ([TRUST_STATEMENT], PolicyKind.TRUST),
        (TRUST_STATEMENT, PolicyKind.TRUST),
        ({**TRUST_STATEMENT, "Resource": "*"}, PolicyKind.RESOURCE),
        ({**TRUST_STATEMENT, "Action": "s3:GetObject"}, PolicyKind.RESOURCE),
        ({**TRUST_STATEMENT, "Action": []}, PolicyKind.RESOURCE),
        ({"NotPrincipal": {}, "Action": "s3:GetObject"}, PolicyKind.RESOURCE),
        ([VALID_POLICY["Statement"]], PolicyKind.MANAGED),
        (7, PolicyKind.MANAGED),
    ],
)
def test_policy_kind_is_guessed(statements: Any, kind: PolicyKind) -> None:
    assert guess_policy_kind(json.dumps({"Statement": statements})) is kind


def test_unreadable_policy_is_guessed_to_be_identity_based() -> None:
    assert guess_policy_kind("{") is PolicyKind.MANAGED
    assert guess_policy_kind("[" * 100_000) is PolicyKind.MANAGED


# Source locations.


def test_json_paths_have_source_locations(tmp_path: Path) -> None:
    condition = '{"Bool":{"x:y/[1].z":[true]}}'
    text = f'{{"Statement":{{"Effect":"Allow",\n "Action": [ "a",\n"b" ],\n"Condition":{condition}}}}}'
    source = read_policy_file(write_file(tmp_path, "a.json", text))
    locations = {
        "": Location(1, 1),
        "Statement": Location(1, 2),
        "Statement[0]": Location(1, 14),
        "Statement[0].Effect": Location(1, 15),
        "Statement[0].Action": Location(2, 2),
        "Statement[0].Action[1]": Location(3, 1),
        "Statement[0].Condition.Bool.x:y/[1].z[0]": Location(4, 35),
    }
    assert {path: source.location(path) for path in locations} == locations


def test_missing_element_has_the_location_of_its_parent(tmp_path: Path) -> None:
    source = read_policy_file(write_file(tmp_path, "a.json", '{"Statement":\n[{}]}'))
    assert source.location("Statement[0].Effect") == Location(2, 2)
    assert source.location("Version") == Location(1, 1)


def test_yaml_is_converted_to_json_with_duplicate_keys_and_aliases(tmp_path: Path) -> None:
    statement = "  Effect: Allow\n  Effect: Deny\n  Condition: &c {Bool: {a: true}}\n"
    text = f"Version: 2012-10-17\nStatement:\n{statement}"
    source = read_policy_file(write_file(tmp_path, "a.yml", text))
    assert source.text == (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Effect":"Deny",'
        '"Condition":{"Bool":{"a":true}}}}'
    )
    assert source.location("Statement[0].Effect") == Location(4, 3)


def test_yaml_words_that_only_yaml_1_1_reads_as_booleans_are_strings(tmp_path: Path) -> None:
    content = "on: no\nyes: [off, Y, NO, 'true', trueish, true, False]\n"
    text = read_policy_file(write_file(tmp_path, "a.yaml", content)).text
    assert json.loads(text) == {"on": "no", "yes": ["off", "Y", "NO", "true", "trueish", True, False]}


def test_yaml_alias_bomb_is_refused(tmp_path: Path) -> None:
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    with pytest.raises(CommandError, match="aliases expand to too many"):
        read_policy_file(write_file(tmp_path, "a.yaml", "\n".join(layers)))
