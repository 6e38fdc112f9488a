"""Source positions of statements in a policy document: exact, and as AWS's policy simulator reports them."""

import json
from typing import Any

import pytest

from iamd.core import managed
from iamd.policy import parse
from iamd.policy.source_positions import LineIndex, Location, statement_spans

STATEMENT = '{"Effect":"Allow","Action":"s3:*","Resource":"*"}'
THREE_STATEMENTS = json.dumps({"Statement": [json.loads(STATEMENT)] * 3}, indent=4)


def statement_texts(text: str) -> list[str]:
    """Return the source text of each statement."""
    return [text[span.start : span.end] for span in statement_spans(text)]


def simulator_positions(text: str, number: int = 0) -> tuple[Location, Location]:
    """Return the start and end of a statement as AWS's simulator reports them."""
    span, lines = statement_spans(text)[number], LineIndex(text)
    return lines.location(span.simulator_start), lines.location(span.end)


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        (f'{{"Statement":{STATEMENT}}}', [STATEMENT]),
        (f'{{"Statement":[{STATEMENT}]}}', [STATEMENT]),
        (f'{{"Statement":[{STATEMENT},{STATEMENT}],"Version":"2012-10-17"}}', [STATEMENT, STATEMENT]),
        (
            f' \t\r\n{{ "Id" : "x" ,\n"Statement"\r:\n[ {STATEMENT}\n,\t{STATEMENT} ]\n}} ',
            [STATEMENT, STATEMENT],
        ),
        (f'{{"\\u0053tatement":[{STATEMENT}]}}', [STATEMENT]),
        (f'{{"Id":"\\"Statement\\":[{{}}]","Statement":[{STATEMENT}]}}', [STATEMENT]),
        (f'{{"Id":"}}]\\\\","Statement":{STATEMENT}}}', [STATEMENT]),
    ],
    ids=[
        "alone",
        "list of one",
        "two",
        "white space",
        "escaped name",
        "name in a text",
        "brackets in a text",
    ],
)
def test_statement_spans_are_exact(text: str, statements: list[str]) -> None:
    parse(text)
    assert statement_texts(text) == statements


@pytest.mark.parametrize(
    "elements",
    [
        {"Sid": "x", "Resource": 'arn:aws:s3:::a"}],[{'},
        {"Resource": ["arn:aws:s3:::a/${aws:username}/*", "arn:aws:s3:::{}"]},
        {"Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/}": ["{", "]", '\\"']}}},
        {"Resource": "*", "Condition": {"NumericEquals": {"a:b": [1, -2.5, 0]}, "Bool": {"c:d": True}}},
        {"Resource": "é\u2028\u0085ÿ"},
    ],
    ids=["quotes", "variables", "braces", "numbers", "beyond ASCII"],
)
@pytest.mark.parametrize("indent", [None, 1, 4])
def test_statement_content_does_not_affect_spans(elements: dict[str, Any], indent: int | None) -> None:
    first, last = {"Effect": "Deny", "Action": "s3:*", **elements}, json.loads(STATEMENT)
    text = json.dumps({"Statement": [first, last]}, indent=indent, ensure_ascii=False)
    parse(text)
    assert [json.loads(statement) for statement in statement_texts(text)] == [first, last]


def test_all_statements_of_aws_managed_policies_have_spans() -> None:
    for arn in managed.catalog():
        text = managed.document(arn)
        expected = json.loads(text)["Statement"]
        assert [json.loads(statement) for statement in statement_texts(text)] == (
            expected if isinstance(expected, list) else [expected]
        ), arn


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_all_newline_styles_are_recognized(newline: str) -> None:
    text = THREE_STATEMENTS.replace("\n", newline)
    lines = LineIndex(text)
    assert [lines.location(span.start) for span in statement_spans(text)] == [
        Location(3, 9),
        Location(8, 9),
        Location(13, 9),
    ]
    assert [lines.location(span.end) for span in statement_spans(text)] == [
        Location(7, 10),
        Location(12, 10),
        Location(17, 10),
    ]


def test_lines_and_columns_start_at_1() -> None:
    assert (LineIndex("").location(0), LineIndex("abc").location(0), LineIndex("abc").location(3)) == (
        (1, 1),
        (1, 1),
        (1, 4),
    )
    assert (LineIndex("a\nb").location(1), LineIndex("a\nb").location(2), LineIndex("a\n").location(2)) == (
        (1, 2),
        (2, 1),
        (2, 1),
    )


# From AWS: examples in the API and CLI references, and responses of the simulator.
INDENTED = """\
{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "codecommit:ListRepositories",
            "Resource":
                "*"
        }
    ]
}"""
SINGLE_STATEMENT = """\
{
  "Version":"2012-10-17",
  "Statement":{
    "Effect":"Allow",
    "Action":"s3:PutObject",
    "Resource":"arn:aws:s3:::my-test-bucket"
  }
}"""
WITH_CONDITION = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*",'
    '"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
)


def test_first_statement_of_a_list_starts_after_the_bracket_as_in_aws() -> None:
    assert simulator_positions(INDENTED) == (Location(3, 19), Location(9, 10))


def test_statement_without_a_list_starts_after_its_brace_as_in_aws() -> None:
    assert simulator_positions(SINGLE_STATEMENT) == (Location(3, 16), Location(7, 4))
    assert simulator_positions(WITH_CONDITION) == (Location(1, 38), Location(1, 167))


def test_later_statement_starts_at_the_end_of_the_previous_one_as_in_aws() -> None:
    text = f'{{"Version":"2012-10-17","Statement":[{STATEMENT},{STATEMENT}]}}'
    (first, first_end), (second, second_end) = simulator_positions(text, 0), simulator_positions(text, 1)
    assert (first, second) == (Location(1, 38), first_end)
    assert second_end == Location(1, 38 + len(STATEMENT) * 2 + 1)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"Statement"', '{"Statement":[{}', '{"Statement":[{} {}]}']
)
def test_malformed_policy_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"character|Expecting"):
        statement_spans(text)
