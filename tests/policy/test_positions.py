"""Where statements stand in a document: to the character, and as AWS's simulator tells it."""

import json
from typing import Any

import pytest

from iamd.core import managed
from iamd.policy import parse
from iamd.policy.source_positions import LineIndex, Location, statement_spans

ONE = '{"Effect":"Allow","Action":"s3:*","Resource":"*"}'
AS_LISTS = json.dumps({"Statement": [json.loads(ONE)] * 3}, indent=4)


def cut(text: str) -> list[str]:
    """Return the statements of a text as they are written in it."""
    return [text[span.start : span.end] for span in statement_spans(text)]


def told(text: str, number: int = 0) -> tuple[Location, Location]:
    """Return where AWS has a statement begin and end."""
    span, lines = statement_spans(text)[number], LineIndex(text)
    return lines.location(span.simulator_start), lines.location(span.end)


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        (f'{{"Statement":{ONE}}}', [ONE]),
        (f'{{"Statement":[{ONE}]}}', [ONE]),
        (f'{{"Statement":[{ONE},{ONE}],"Version":"2012-10-17"}}', [ONE, ONE]),
        (f' \t\r\n{{ "Id" : "x" ,\n"Statement"\r:\n[ {ONE}\n,\t{ONE} ]\n}} ', [ONE, ONE]),
        (f'{{"\\u0053tatement":[{ONE}]}}', [ONE]),
        (f'{{"Id":"\\"Statement\\":[{{}}]","Statement":[{ONE}]}}', [ONE]),
        (f'{{"Id":"}}]\\\\","Statement":{ONE}}}', [ONE]),
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
def test_statements_are_found_wherever_they_are(text: str, statements: list[str]) -> None:
    parse(text)
    assert cut(text) == statements


@pytest.mark.parametrize(
    "inner",
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
def test_what_is_inside_a_statement_does_not_matter(inner: dict[str, Any], indent: int | None) -> None:
    first, last = {"Effect": "Deny", "Action": "s3:*", **inner}, json.loads(ONE)
    text = json.dumps({"Statement": [first, last]}, indent=indent, ensure_ascii=False)
    parse(text)
    assert [json.loads(statement) for statement in cut(text)] == [first, last]


def test_every_statement_of_awss_policies_is_found() -> None:
    for arn in managed.catalog():
        text = managed.document(arn)
        held = json.loads(text)["Statement"]
        assert [json.loads(one) for one in cut(text)] == (held if isinstance(held, list) else [held]), arn


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_do_anywhere(newline: str) -> None:
    text = AS_LISTS.replace("\n", newline)
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


def test_a_text_of_one_line_has_columns_from_1() -> None:
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


# From AWS: examples of its API reference and its CLI's, and answers of its simulator.
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
ALONE = """\
{
  "Version":"2012-10-17",
  "Statement":{
    "Effect":"Allow",
    "Action":"s3:PutObject",
    "Resource":"arn:aws:s3:::my-test-bucket"
  }
}"""
DATED = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*",'
    '"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
)


def test_a_statement_of_a_list_begins_behind_the_bracket_as_aws_has_it() -> None:
    assert told(INDENTED) == (Location(3, 19), Location(9, 10))


def test_a_statement_without_a_list_begins_behind_its_brace_as_aws_has_it() -> None:
    assert told(ALONE) == (Location(3, 16), Location(7, 4))
    assert told(DATED) == (Location(1, 38), Location(1, 167))


def test_a_further_statement_begins_where_the_one_before_ends_as_aws_has_it() -> None:
    text = f'{{"Version":"2012-10-17","Statement":[{ONE},{ONE}]}}'
    (first, first_end), (second, second_end) = told(text, 0), told(text, 1)
    assert (first, second) == (Location(1, 38), first_end)
    assert second_end == Location(1, 38 + len(ONE) * 2 + 1)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"Statement"', '{"Statement":[{}', '{"Statement":[{} {}]}']
)
def test_what_is_no_policy_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"character|Expecting"):
        statement_spans(text)
