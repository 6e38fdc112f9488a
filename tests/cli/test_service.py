"""`iamd service check`, and the other commands that read the definition of a service."""

import json
from pathlib import Path

import pytest

from tests import iamd_command
from tests.iamd_command import CompletedCommand
from tests.servers import allow

LIBRARY = """
service: library
hosts: [library.example.com]
routes:
  - request: GET /books/{BookId}
    action: GetBook
    resource: book/{BookId}
    condition-keys: {"library:Format": "{query.format}", "library:Desk": "{header.X-Desk}"}
  - request: POST /books
    action: CreateBook
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "library.yaml").write_text(LIBRARY)
    return tmp_path


def run(folder: Path, *arguments: str, stdin: str = "") -> CompletedCommand:
    return iamd_command.run(*arguments, cwd=folder, stdin=stdin)


def test_valid_definition(folder: Path) -> None:
    result = run(folder, "service", "check", "library.yaml")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        "library.yaml: the service library has 2 routes\n    library:GetBook\n    library:CreateBook\n"
    )


def test_requests_that_are_mapped(folder: Path) -> None:
    result = run(folder, "service", "check", "library.yaml", "GET /books/1?format=pdf", "POST /books")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "GET /books/1?format=pdf: library:GetBook on arn:aws:library::111122223333:book/1 library:format=pdf",
        "POST /books: library:CreateBook on *",
    ]


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ("GET /shelves", "the service library has no route for GET /shelves"),
        ("GET /books/../x", "The path has a segment that is . or .. (also percent-encoded)."),
    ],
)
def test_request_that_is_denied(folder: Path, request_: str, reason: str) -> None:
    result = run(folder, "service", "check", "library.yaml", request_)
    assert (result.returncode, result.stdout) == (1, f"{request_}: denied: {reason}\n")


def test_text_that_is_no_request(folder: Path) -> None:
    result = run(folder, "service", "check", "library.yaml", "books")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)


def test_invalid_definition_is_told_line_by_line(folder: Path) -> None:
    (folder / "bad.yaml").write_text(LIBRARY.replace("GetBook", "Get Book").replace("hosts", "host"))
    result = run(folder, "service", "check", "bad.yaml")
    assert (result.returncode, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    assert [line.split(": ")[1].partition(":")[2] for line in lines] == ["3", "2", "6"]
    assert all(line.startswith("iamd: bad.yaml:") for line in lines)


def test_file_that_is_missing(folder: Path) -> None:
    result = run(folder, "service", "check", "none.yaml")
    assert (result.returncode, result.stderr) == (
        1,
        "iamd: none.yaml cannot be read: No such file or directory\n",
    )


def test_server_does_not_start_with_an_invalid_definition(folder: Path) -> None:
    result = iamd_command.run("serve", "--data", "data", cwd=folder, IAMD_SERVICES="library.yaml,none.yaml")
    assert (result.returncode, result.stderr) == (
        2,
        "iamd: IAMD_SERVICES: none.yaml cannot be read: No such file or directory\n",
    )
    assert not (folder / "data").exists()


# Policies for the service.


def policy(action: str = "library:GetBook", key: str = "library:Format") -> str:
    statement = allow(
        action,
        resource="arn:aws:library::111122223333:book/*",
        Condition={"StringEquals": {key: "pdf"}},
    )
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_linter_knows_the_service(folder: Path) -> None:
    (folder / "policy.json").write_text(policy())
    assert "INVALID_SERVICE_IN_ACTION" in run(folder, "policy", "validate", "policy.json").stdout
    result = run(folder, "policy", "validate", "--service", "library.yaml", "policy.json")
    assert (result.returncode, result.stdout) == (0, "1 policy: no findings\n")
    (folder / "policy.json").write_text(policy("library:GetBok", "library:Color"))
    result = run(folder, "policy", "validate", "--service", "library.yaml", "policy.json")
    assert "did you mean library:GetBook?" in result.stdout
    assert "INVALID_SERVICE_CONDITION_KEY" in result.stdout


def case(**fields: object) -> str:
    return json.dumps(
        {
            "service": "library.yaml",
            "request": "GET /books/17?format=pdf",
            "identity_policies": [json.loads(policy())],
            "expected": "Allowed",
            **fields,
        }
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"request": "GET /books/17?format=epub", "expected": "ImplicitlyDenied"},
        {"request": "GET /books/17", "expected": "ImplicitlyDenied"},
        {"request": "POST /books", "expected": "ImplicitlyDenied"},
        {"principal": "arn:aws:iam::222233334444:user/bob", "expected": "ImplicitlyDenied"},
        {
            "identity_policies": [json.loads(policy(key="library:Desk"))],
            "headers": {"X-Desk": "pdf"},
        },
    ],
)
def test_policy_is_tested_with_a_request(folder: Path, fields: dict[str, object]) -> None:
    (folder / "case.json").write_text(case(**fields))
    result = run(folder, "policy", "test", "case.json")
    assert (result.returncode, result.stderr, result.stdout) == (0, "", "1 case, all passed\n")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"service": None}, "service and request: a case must have both"),
        ({"request": ["GET /"]}, "service and request: a case must have both"),
        ({"service": "none.yaml"}, "service: "),
        ({"request": "GET /shelves"}, "request: the service library has no route"),
        ({"request": "shelves"}, "request: a request is a method and a path"),
        ({"action": "library:GetBook"}, "request: a case with a request must not have an action"),
        ({"headers": []}, "headers, context: must be objects"),
        ({"context": "x"}, "headers, context: must be objects"),
    ],
)
def test_case_that_cannot_be_read(folder: Path, fields: dict[str, object], reason: str) -> None:
    (folder / "case.json").write_text(case(**fields))
    result = run(folder, "policy", "test", "case.json")
    assert result.returncode == 2
    assert reason in result.stderr
