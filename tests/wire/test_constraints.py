"""Constraints on request parameters, their validation error messages, and the models' patterns."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamd.core.errors import ValidationError
from iamd.core.models import load, read
from iamd.wire.constraints import MAX_ECHO_LENGTH, MAX_ERRORS, validator
from iamd.wire.java_regex import translate
from iamd.wire.query_request import decoder, parse_form

FORM = "application/x-www-form-urlencoded"
NAME = r"regular expression pattern: [\w+=,.@-]+"
FAILED = "failed to satisfy constraint: Member must"
FAILED_EACH = f"{FAILED} satisfy constraint: [Member must"
TAG_KEY = r"regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+"
TAG_VALUE = r"regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*"


def service_name(operation: str) -> str:
    return "iam" if operation in load("iam").operations else "sts"


def check(operation: str, query: str) -> None:
    shape = load(service_name(operation)).operations[operation].input
    validator(shape)(decoder(shape)(parse_form("", query.encode(), FORM)))


def validation_message(operation: str, query: str) -> str:
    with pytest.raises(ValidationError) as error:
        check(operation, query)
    assert (error.value.code, error.value.status) == ("ValidationError", 400)
    return error.value.message


def tags(count: int) -> str:
    numbers = range(1, count + 1)
    return "&".join(f"Tags.member.{number}.Key=k{number}&Tags.member.{number}.Value=" for number in numbers)


ACCEPTED = [
    ("CreateUser", "UserName=alice"),
    ("CreateUser", "UserName=" + "a" * 64 + "&Path=/a/b/&Tags="),
    ("CreateUser", f"UserName=alice&{tags(50)}"),
    ("CreateUser", "UserName=a&Tags.member.1.Key=ключ&Tags.member.1.Value="),
    ("ListUsers", ""),
    ("ListUsers", "MaxItems=1"),
    ("ListUsers", "MaxItems=1000&PathPrefix=/"),
    ("UpdateAccessKey", "AccessKeyId=AKIAAAAAAAAAAAAAAAAA&Status=Inactive"),
    ("GetAccountPasswordPolicy", "Anything=1"),
    ("AssumeRole", "RoleArn=arn:aws:iam::123456789012:role/%F0%9F%98%80&RoleSessionName=s1"),
]


@pytest.mark.parametrize(("operation", "query"), ACCEPTED)
def test_valid_parameters_pass(operation: str, query: str) -> None:
    check(operation, query)


# An operation, its parameters, and the message of the only error.
SINGLE_ERRORS = [
    ("CreateUser", "", f"Value null at 'userName' {FAILED} not be null"),
    ("CreateUser", "UserName=a b", f"Value 'a b' at 'userName' {FAILED} satisfy {NAME}"),
    ("CreateUser", "UserName=a%0A", f"Value 'a\n' at 'userName' {FAILED} satisfy {NAME}"),
    ("CreateUser", "UserName=ü", f"Value 'ü' at 'userName' {FAILED} satisfy {NAME}"),
    ("CreateUser", "UserName=", f"Value '' at 'userName' {FAILED} have length greater than or equal to 1"),
    (
        "CreateUser",
        "UserName=" + "a" * 65,
        f"Value '{'a' * 65}' at 'userName' {FAILED} have length less than or equal to 64",
    ),
    (
        "CreateUser",
        "UserName=a&Path=x",
        (
            rf"Value 'x' at 'path' {FAILED} satisfy regular expression pattern: "
            r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)"
        ),
    ),
    ("ListUsers", "MaxItems=0", f"Value '0' at 'maxItems' {FAILED} have value greater than or equal to 1"),
    (
        "ListUsers",
        "MaxItems=1001",
        f"Value '1001' at 'maxItems' {FAILED} have value less than or equal to 1000",
    ),
    (
        "UpdateAccessKey",
        "AccessKeyId=AKIAAAAAAAAAAAAAAAAA&Status=active",
        f"Value 'active' at 'status' {FAILED} satisfy enum value set: [Active, Inactive, Expired]",
    ),
    (
        "CreateUser",
        "UserName=a&Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.member.5.Key=!&Tags.member.5.Value=v",
        f"Value '!' at 'tags.2.member.key' {FAILED} satisfy {TAG_KEY}",
    ),
    (
        "CreateUser",
        "UserName=a&Tags.member.1.Key=k",
        f"Value null at 'tags.1.member.value' {FAILED} not be null",
    ),
    (
        "UntagUser",
        "UserName=a&TagKeys.member.1=ok&TagKeys.member.2=!",
        (
            f"Value '[ok, !]' at 'tagKeys' {FAILED_EACH} have length less than or equal to 128, "
            f"Member must have length greater than or equal to 1, Member must satisfy {TAG_KEY}]"
        ),
    ),
    (
        "SimulateCustomPolicy",
        "PolicyInputList.member.1=&ActionNames.member.1=iam:GetUser",
        (
            f"Value '[]' at 'policyInputList' {FAILED_EACH} have length less than or equal to 131072, "
            "Member must have length greater than or equal to 1, "
            r"Member must satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u00FF]+]"
        ),
    ),
    (
        "CreateLoginProfile",
        "UserName=a&Password=" + "p" * 129,
        f"Value at 'password' {FAILED} have length less than or equal to 128",
    ),
    (
        "ChangePassword",
        "OldPassword=x&NewPassword=%01",
        (
            f"Value at 'newPassword' {FAILED} satisfy regular expression pattern: "
            r"[\u0009\u000A\u000D\u0020-\u00FF]+"
        ),
    ),
    ("ChangePassword", "NewPassword=x", f"Value at 'oldPassword' {FAILED} not be null"),
    (
        "CreateSAMLProvider",
        "Name=n&SAMLMetadataDocument=x",
        f"Value 'x' at 'sAMLMetadataDocument' {FAILED} have length greater than or equal to 1000",
    ),
    (
        "AssumeRole",
        "RoleArn=arn:aws:iam::123456789012:role/%C2%9F&RoleSessionName=s1",
        (
            f"Value 'arn:aws:iam::123456789012:role/\x9f' at 'roleArn' {FAILED} "
            r"satisfy regular expression pattern: "
            r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+"
        ),
    ),
]


@pytest.mark.parametrize(("operation", "query", "message"), SINGLE_ERRORS)
def test_single_validation_error(operation: str, query: str, message: str) -> None:
    assert validation_message(operation, query) == f"1 validation error detected: {message}"


def test_several_errors_are_reported_in_model_order() -> None:
    query = "Tags.member.1.Key=!&Tags.member.1.Value=%3F&Path=&UserName=a/b"
    assert validation_message("CreateUser", query) == (
        "4 validation errors detected: "
        f"Value '' at 'path' {FAILED} have length greater than or equal to 1; "
        f"Value 'a/b' at 'userName' {FAILED} satisfy {NAME}; "
        f"Value '!' at 'tags.1.member.key' {FAILED} satisfy {TAG_KEY}; "
        f"Value '?' at 'tags.1.member.value' {FAILED} satisfy {TAG_VALUE}"
    )


def test_elements_of_a_too_long_list_are_not_validated() -> None:
    message = validation_message("CreateUser", f"UserName=a&{tags(51)}&Tags.member.60.Key=!")
    assert message.startswith(
        "1 validation error detected: Value '[Tag(key=k1, value=), Tag(key=k2, value=), "
    )
    assert message.endswith(f"' at 'tags' {FAILED} have length less than or equal to 50")


def test_long_value_is_truncated_in_the_message() -> None:
    message = validation_message("GetUser", "UserName=" + "a" * 1_000_000)
    assert f"Value '{'a' * MAX_ECHO_LENGTH}...' at 'userName'" in message
    assert len(message) < MAX_ECHO_LENGTH + 200


def test_all_errors_are_counted_but_only_the_first_are_listed() -> None:
    names = "&".join(f"ContextEntries.member.{number}.ContextKeyType=x" for number in range(1, 901))
    query = f"PolicyInputList.member.1=p&ActionNames.member.1=iam:GetUser&{names}"
    message = validation_message("SimulateCustomPolicy", query)
    assert message.startswith(
        "900 validation errors detected: Value 'x' at 'contextEntries.1.member.contextKeyType'"
    )
    assert message.count("; ") == MAX_ERRORS - 1


# Shapes that AWS's inputs do not use: maps, lists of numbers, nested sensitive members, recursive shapes.

SHAPES: dict[str, Any] = {
    "In": {
        "type": "structure",
        "members": {
            "ByName": "ByName",
            "Numbers": "Numbers",
            "Secrets": "Secrets",
            "Inners": "Inners",
            "Data": "Data",
            "Flags": "Flags",
            "Lists": "Lists",
            "Counts": "Counts",
        },
    },
    "ByName": {"type": "map", "key": "Name", "value": "Inner", "max": 2},
    "Counts": {"type": "map", "key": "Name", "value": "Number", "min": 1},
    "Inner": {
        "type": "structure",
        "members": {"Secret": "Secret", "Name": "Name", "In": "In"},
        "required": ["Name"],
    },
    "Inners": {"type": "list", "member": "Inner", "max": 1},
    "Numbers": {"type": "list", "member": "Number", "min": 1},
    "Secrets": {"type": "list", "member": "Secret"},
    "Flags": {"type": "list", "member": "Flag", "max": 1},
    "Lists": {"type": "list", "member": "Numbers"},
    "Name": {"type": "string", "max": 3},
    "Number": {"type": "integer", "max": 9},
    "Secret": {"type": "string", "max": 1, "sensitive": True},
    "Data": {"type": "blob", "max": 2},
    "Flag": {"type": "boolean"},
}
SERVICE = {"source": "here", "service": "own", "version": "1", "namespace": "urn:own", "operations": {}}
IN = read(SERVICE | {"shapes": SHAPES}).shapes["In"]

MAX_LENGTH = "have length less than or equal to"
MAX_VALUE = "have value less than or equal to"
MAP = "failed to satisfy constraint: Map"

INVALID_VALUES: list[tuple[dict[str, Any], str]] = [
    ({"numbers": [1, 10]}, f"Value '[1, 10]' at 'numbers' {FAILED_EACH} {MAX_VALUE} 9]"),
    ({"numbers": []}, f"Value '[]' at 'numbers' {FAILED} have length greater than or equal to 1"),
    ({"secrets": ["xy"]}, f"Value at 'secrets' {FAILED_EACH} {MAX_LENGTH} 1]"),
    ({"data": b"abc"}, f"Value at 'data' {FAILED} {MAX_LENGTH} 2"),
    ({"flags": [True, False]}, f"Value '[true, false]' at 'flags' {FAILED} {MAX_LENGTH} 1"),
    ({"lists": [[1], [10]]}, f"Value '[10]' at 'lists.2.member' {FAILED_EACH} {MAX_VALUE} 9]"),
    ({"counts": {}}, f"Value '{{}}' at 'counts' {FAILED} have length greater than or equal to 1"),
    (
        {"counts": {"abcd": 1}},
        f"Value '{{abcd=1}}' at 'counts' {MAP} keys must satisfy constraint: [Member must {MAX_LENGTH} 3]",
    ),
    (
        {"counts": {"a": 10}},
        f"Value '{{a=10}}' at 'counts' {MAP} value must satisfy constraint: [Member must {MAX_VALUE} 9]",
    ),
    ({"by_name": {"k": {}}}, f"Value null at 'byName.k.member.name' {FAILED} not be null"),
    (
        {"by_name": {key: {"name": key} for key in "abc"}},
        f"Value '{{a=Inner(name=a), b=Inner(name=b), c=Inner(name=c)}}' at 'byName' {FAILED} {MAX_LENGTH} 2",
    ),
    (
        {"inners": [{"name": "a", "secret": "s"}, {"name": "b"}]},
        f"Value '[Inner(name=a), Inner(name=b)]' at 'inners' {FAILED} {MAX_LENGTH} 1",
    ),
    (
        {"inners": [{"name": "a", "in": {"inners": [{"name": "abcd"}]}}]},
        f"Value 'abcd' at 'inners.1.member.in.inners.1.member.name' {FAILED} {MAX_LENGTH} 3",
    ),
]


@pytest.mark.parametrize(("values", "message"), INVALID_VALUES)
def test_constraints_of_other_shapes(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as error:
        validator(IN)(values)
    assert error.value.message == f"1 validation error detected: {message}"


def test_sensitive_value_is_never_in_the_message() -> None:
    for inner in ({"secret": "hush", "name": "a"}, {"secret": "hush"}, {"secret": "hush", "name": "abcd"}):
        for values in (
            {"inners": [inner, inner]},
            {"inners": [inner]},
            {"by_name": dict.fromkeys("abc", inner)},
        ):
            with pytest.raises(ValidationError) as error:
                validator(IN)(values)
            assert "hush" not in error.value.message


def test_validator_is_cached() -> None:
    assert validator(IN) is validator(IN)


# Patterns.

PATTERNS = {
    (shape.pattern, shape.max or 200_000)
    for name in ("iam", "sts")
    for shape in load(name).shapes.values()
    if shape.pattern
}

# A pattern, texts that match it, and texts that do not.
SAMPLES = [
    (
        r"[\w+=,.@-]+",
        ["alice", "A_1+=,.@-"],
        ["", "a b", "a\n", "\na", "ü", "日本", "٣", "😀", "a\0", "ſ", "a/b"],
    ),
    (r"[\w-]+", ["a-b", "-"], ["a.b", "a+b"]),
    (r"[:\w]+", ["ab:cd"], ["ab-cd"]),
    (r"\d{12}", ["123456789012"], ["12345678901", "1234567890123", "٣" * 12, "123456789012\n"]),
    (r"[\d]+", ["123456"], ["12345a", "１２３"]),
    (
        r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+",
        ["Größe", "日本 語", "x-y_z", "٣", "a\u00a0b", "ª", "²", "Ⅷ", "\u2028"],
        ["", "a\n", "a\tb", "😀", "!", "a\\b", "e\u0301"],
    ),
    (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", ["", "Straße 5"], ["\u200b", "\x00"]),
    (
        r"[\u0009\u000A\u000D\u0020-\u00FF]+",
        ["{\n\t}\r", "ÿ", "\x7f", "\x85", "a\n"],
        ["Ā", "\x0b", "\0", "😀", "\u2028"],
    ),
    (r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*", ["", "ü"], ["\x7f", "\x85", "\xa0"]),
    (
        r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)",
        ["/", "/a/", "/a/b/", "///"],
        ["", "//", "/a", "a/", "/ä/", "/a b/"],
    ),
    (r"\u002F[\u0021-\u007F]*", ["/", "/a", "/a/"], ["", "a", "/ ", "/\n"]),
    (r"((/[A-Za-z0-9\.,\+@=_-]+)*)/", ["/", "/a/", "/a.b/c,d/"], ["", "//", "/a", "/a//", "/é/"]),
    (
        r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$",
        ["abc", "a-b-c"],
        ["ab", "a--b", "-ab", "ab-", "abc\n", "Abc"],
    ),
    (r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?", ["v1", "v10.a-b", "v1."], ["v0", "1", "v1\n"]),
    (
        r"^o-[0-9a-z]{10,32}\/r-[0-9a-z]{4,32}[0-9a-z-\/]*",
        ["o-abcdefghij/r-abcd", "o-abcdefghij/r-abcd/ou-1"],
        ["o-abcdefghij/r-abcd/OU", "x/o-abcdefghij/r-abcd"],
    ),
    (
        r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+",
        ["arn:aws:iam::1:role/x", "\x85", "日本", "😀", "\U0010ffff"],
        ["", "\x7f", "\x84", "\x9f", "\ufffe", "\0", "\x0b"],
    ),
    (r"[\w+=,.@:\/-]*", ["", "a:b/c"], ["a b", "ü"]),
    (r"[ -~]+", [" ~"], ["\x7f", "\n", "é"]),
    (r"[\w-+]", ["+", "-", "a"], ["*", ","]),
    (r".+\s", ["a ", "😀\n"], ["a\u00a0", "a\nb ", "\u2028 "]),
    (r"\w\d", ["a1"], ["é1", "a٣"]),
]


def test_samples_cover_the_common_patterns() -> None:
    assert len({pattern for pattern, *_ in SAMPLES} & {pattern for pattern, _ in PATTERNS}) >= 15


@pytest.mark.parametrize(
    ("pattern", "matching", "not_matching"), SAMPLES, ids=[sample[0] for sample in SAMPLES]
)
def test_pattern_translation(pattern: str, matching: list[str], not_matching: list[str]) -> None:
    matches = translate(pattern).fullmatch
    assert [text for text in matching if not matches(text)] == []
    assert [text for text in not_matching if matches(text)] == []


@pytest.mark.parametrize(("pattern", "max_length"), sorted(PATTERNS), ids=str)
def test_every_pattern_matches_in_bounded_time(pattern: str, max_length: int) -> None:
    matches = translate(pattern).fullmatch
    start = time.process_time()
    for unit in ("a", "/", "a/", "/a", "-", "a-", "0", " ", "o-aaaaaaaaaa/r-aaaa", "http://a?", "é", "v1."):
        matches((unit * max_length)[:max_length] + "\x01")
    assert time.process_time() - start < 2
    assert matches("\x01\x02") is None


@pytest.mark.parametrize(
    "pattern",
    [
        r"[a[b]]",
        r"[a&&b]",
        r"\Wa",
        r"\bfoo",
        r"\p{Lower}x",
        r"\p{IsLatin}",
        r"(?i)a",
        r"(?<=a)b",
        r"\1",
        "\\",
    ],
)
def test_unsupported_pattern_is_an_error(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"unsupported syntax|nested character class"):
        translate(pattern)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=5))
def test_word_characters_are_ascii_only(name: str) -> None:
    accepted = bool(translate(r"[\w+=,.@-]+").fullmatch(name))
    assert accepted == bool(name and all(c.isascii() and (c.isalnum() or c in "_+=,.@-") for c in name))
