"""`iamd policy validate`: policies in files, findings at their lines, and an exit status for CI."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from iamd.cli.errors import CommandError
from iamd.cli.main import app
from iamd.cli.policy.policy_file import read_policy_file
from iamd.cli.policy.validate import guess_policy_kind
from iamd.cli.policy.yaml_to_json import Location
from iamd.policy import PolicyKind
from tests import running
from tests.running import Done

CLEAN = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::box/*"},
}
WRONG = """\
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
WRONG_YAML = """\
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


def policy_validate(*arguments: str | Path) -> Result:
    """Run the command in this process, where what cannot be read is an exception."""
    return CliRunner().invoke(app, ["policy", "validate", *map(str, arguments)], catch_exceptions=False)


def to_its_end(*arguments: str, given: str = "") -> Done:
    """Run the command as its entry point does, where what cannot be read is a line and a status."""
    return running.iamd("policy", "validate", *arguments, given=given)


def written(folder: Path, name: str, content: Any) -> Path:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def policy(folder: Path, **statement: Any) -> Path:
    return written(folder, "a.json", {"Version": "2012-10-17", "Statement": [statement]})


def test_findings_are_told_at_their_lines(tmp_path: Path) -> None:
    file, other = written(tmp_path, "a.json", WRONG), written(tmp_path, "b.json", CLEAN)
    done = policy_validate(file, other)
    first, second, last = done.stdout.splitlines()
    assert first.startswith(f"{file}:9: SECURITY_WARNING PASS_ROLE_WITH_STAR_IN_RESOURCE: ")
    assert first.endswith(" (Statement[1].Action[1])")
    assert second.startswith(f'{file}:9: ERROR INVALID_ACTION: "s3:GetObjekt" is no action of s3')
    assert last == "2 policies: 1 error, 1 security warning"
    assert done.exit_code == 1


def test_yaml_has_lines_too(tmp_path: Path) -> None:
    done = policy_validate("--format", "json", written(tmp_path, "a.yaml", WRONG_YAML))
    shown = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["line"], one["column"], one["code"]) for one in shown] == [
        (9, 5, "PASS_ROLE_WITH_STAR_IN_RESOURCE"),
        (10, 5, "INVALID_ACTION"),
    ]
    assert done.exit_code == 1


def test_a_policy_that_is_right_comes_in_as_well() -> None:
    done = to_its_end("-", given=json.dumps(CLEAN))
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 policy: nothing found\n", "")


@pytest.mark.parametrize(
    ("level", "status"), [("error", 0), ("security-warning", 1), ("warning", 1), ("suggestion", 1)]
)
def test_the_level_that_fails_can_be_chosen(tmp_path: Path, level: str, status: int) -> None:
    file = policy(tmp_path, Effect="Allow", Action="iam:PassRole", Resource="*")
    assert policy_validate("--fail-on", level, file).exit_code == status


def test_the_kind_can_be_said(tmp_path: Path) -> None:
    file = written(tmp_path, "a.json", {"Statement": CLEAN["Statement"]})
    assert "ERROR MISSING_VERSION" in policy_validate(file).stdout
    assert "WARNING MISSING_VERSION" in policy_validate("--kind", "inline", file).stdout
    assert "ERROR MISSING_PRINCIPAL" in policy_validate("--kind", "resource", file).stdout
    assert "ERROR MISSING_VERSION" in policy_validate("--kind", "boundary", file).stdout


def test_ones_own_account_is_no_stranger(tmp_path: Path) -> None:
    file = policy(tmp_path, Effect="Allow", Principal={"AWS": "111122223333"}, Action="sts:AssumeRole")
    assert "MISSING_EXTERNAL_ID" in policy_validate(file).stdout
    assert "nothing found" in policy_validate("--account-id", "111122223333", file).stdout


def test_a_date_that_is_over_is_told(tmp_path: Path) -> None:
    condition = {"DateLessThan": {"aws:CurrentTime": "2020-01-01"}}
    file = policy(tmp_path, Effect="Allow", Action="sqs:ListQueues", Resource="*", Condition=condition)
    assert "DATE_IN_PAST" in policy_validate(file).stdout


def test_no_control_character_reaches_a_terminal(tmp_path: Path) -> None:
    file = policy(tmp_path, **{"Effect": "\x1b[2J", "\x1b]0;x": 1})
    assert "\x1b" not in policy_validate(file).stdout


def test_a_syntax_error_has_its_line(tmp_path: Path) -> None:
    file = written(tmp_path, "a.json", '{\n  "Version": "2012-10-17",\n}')
    done = policy_validate(file)
    assert done.stdout.startswith(f"{file}:3: ERROR JSON_SYNTAX_ERROR: ")
    assert done.exit_code == 1


def test_a_folder_without_policies_is_no_success(tmp_path: Path) -> None:
    done = to_its_end(str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "iamd: there are no policies\n")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = to_its_end(str(written(tmp_path, "a.json", CLEAN)), "nowhere.json")
    assert (done.returncode, done.stdout) == (2, "1 policy: nothing found\n")
    assert done.stderr == "iamd: nowhere.json cannot be read: No such file or directory\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: [", "not YAML"),
        ("", "is empty"),
        ("a: &a [*a]", "nested too deep"),
        ("a: 1\n---\nb: 2\n", "not YAML"),
    ],
)
def test_yaml_that_cannot_be_read(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(CommandError, match=said) as caught:
        read_policy_file(written(tmp_path, "a.yaml", content))
    assert caught.value.status == 2


# SARIF 2.1.0: what its schema requires, and what code hosts need to show a finding at its place.


def sarif(*files: Path) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(policy_validate("--format", "sarif", *files).stdout)
    return log


def test_sarif_has_what_its_schema_requires(tmp_path: Path) -> None:
    log = sarif(written(tmp_path, "a b.json", WRONG), written(tmp_path, "b.json", CLEAN))
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


def test_sarif_has_the_place_of_a_finding(tmp_path: Path) -> None:
    (run,) = sarif(written(tmp_path, "a b.json", WRONG))["runs"]
    place = run["results"][1]["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"].endswith("/a%20b.json")
    assert place["physicalLocation"]["region"] == {"startLine": 9, "startColumn": 25}
    assert place["logicalLocations"] == [{"fullyQualifiedName": "Statement[1].Action[2]"}]
    assert run["results"][1]["level"] == "error"


def test_sarif_of_nothing_has_a_run(tmp_path: Path) -> None:
    (run,) = sarif(written(tmp_path, "a.json", CLEAN))["runs"]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


# What a policy is taken for.

ASSUMED = {"Effect": "Allow", "Principal": "*", "Action": ["sts:AssumeRole", "sts:TagSession"]}


@pytest.mark.parametrize(
    ("statements", "kind"),
    [
        ([ASSUMED], PolicyKind.TRUST),
        (ASSUMED, PolicyKind.TRUST),
        ({**ASSUMED, "Resource": "*"}, PolicyKind.RESOURCE),
        ({**ASSUMED, "Action": "s3:GetObject"}, PolicyKind.RESOURCE),
        ({**ASSUMED, "Action": []}, PolicyKind.RESOURCE),
        ({"NotPrincipal": {}, "Action": "s3:GetObject"}, PolicyKind.RESOURCE),
        ([CLEAN["Statement"]], PolicyKind.MANAGED),
        (7, PolicyKind.MANAGED),
    ],
)
def test_the_kind_is_guessed(statements: Any, kind: PolicyKind) -> None:
    assert guess_policy_kind(json.dumps({"Statement": statements})) is kind


def test_what_cannot_be_read_is_taken_for_an_identitys() -> None:
    assert guess_policy_kind("{") is PolicyKind.MANAGED
    assert guess_policy_kind("[" * 100_000) is PolicyKind.MANAGED


# Where things stand.


def test_every_place_of_a_file_is_known(tmp_path: Path) -> None:
    condition = '{"Bool":{"x:y/[1].z":[true]}}'
    text = f'{{"Statement":{{"Effect":"Allow",\n "Action": [ "a",\n"b" ],\n"Condition":{condition}}}}}'
    source = read_policy_file(written(tmp_path, "a.json", text))
    places = {
        "": Location(1, 1),
        "Statement": Location(1, 2),
        "Statement[0]": Location(1, 14),
        "Statement[0].Effect": Location(1, 15),
        "Statement[0].Action": Location(2, 2),
        "Statement[0].Action[1]": Location(3, 1),
        "Statement[0].Condition.Bool.x:y/[1].z[0]": Location(4, 35),
    }
    assert {path: source.location(path) for path in places} == places


def test_what_is_not_there_stands_where_it_should_be(tmp_path: Path) -> None:
    source = read_policy_file(written(tmp_path, "a.json", '{"Statement":\n[{}]}'))
    assert source.location("Statement[0].Effect") == Location(2, 2)
    assert source.location("Version") == Location(1, 1)


def test_yaml_becomes_json_as_it_is_meant(tmp_path: Path) -> None:
    statement = "  Effect: Allow\n  Effect: Deny\n  Condition: &c {Bool: {a: true}}\n"
    text = f"Version: 2012-10-17\nStatement:\n{statement}"
    source = read_policy_file(written(tmp_path, "a.yml", text))
    assert source.text == (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Effect":"Deny",'
        '"Condition":{"Bool":{"a":true}}}}'
    )
    assert source.location("Statement[0].Effect") == Location(4, 3)


def test_yaml_that_becomes_far_too_much_is_refused(tmp_path: Path) -> None:
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    with pytest.raises(CommandError, match="aliases make too much"):
        read_policy_file(written(tmp_path, "a.yaml", "\n".join(layers)))
