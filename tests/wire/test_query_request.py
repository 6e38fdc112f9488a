"""Requests in the AWS Query protocol: form parsing, and decoding of parameters."""

from contextlib import suppress
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from iamd.core.errors import Fault, MalformedInput, MalformedQueryString
from iamd.core.models import Shape, load, read
from iamd.wire.query_request import decoder, parse_form

FORM = "application/x-www-form-urlencoded"


def form(body: str) -> dict[str, str]:
    return parse_form("", body.encode(), f"{FORM}; charset=utf-8")


# Forms.

FORMS = [
    ("", {}),
    ("Action=ListUsers&Version=2010-05-08", {"Action": "ListUsers", "Version": "2010-05-08"}),
    ("A=x%2Fy%20z+w", {"A": "x/y z w"}),
    ("A=%2b%2B", {"A": "++"}),
    ("A=1=2&B", {"A": "1=2", "B": ""}),
    ("&&A=1&", {"A": "1"}),
    ("A=", {"A": ""}),
    ("Tags%2Emember.1.Key=k", {"Tags.member.1.Key": "k"}),
    ("A=%C3%BC%F0%9F%98%80", {"A": "ü😀"}),
    ("A=ü", {"A": "ü"}),
    ("A=1;B=2", {"A": "1;B=2"}),
]


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_parse_form_body(text: str, expected: dict[str, str]) -> None:
    assert form(text) == expected


@pytest.mark.parametrize(("text", "expected"), FORMS)
def test_parse_query_string(text: str, expected: dict[str, str]) -> None:
    assert parse_form(text.encode().decode("latin-1"), b"", "") == expected


def test_parse_query_string_and_form_body_together() -> None:
    assert parse_form("Action=A&Version=1", b"UserName=u", FORM) == {
        "Action": "A",
        "Version": "1",
        "UserName": "u",
    }


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", "Action=ListUsers&Action=DeleteUser"),
        ("", "Action=ListUsers&Action=ListUsers"),
        ("", "Action=ListUsers&action=DeleteUser"),
        ("", "Action=ListUsers&%41ction=DeleteUser"),
        ("Action=ListUsers", "Action=DeleteUser"),
        ("Action=ListUsers", "ACTION=DeleteUser"),
        ("action=ListUsers&Action=ListUsers", ""),
        ("", "Tags.member.1.Key=a&Tags.Member.1.Key=b"),
        ("X-Amz-Date=1", "x-amz-date=2"),
        ("X-Amz-Date=1&X-Amz-Date=1", ""),
    ],
)
def test_duplicate_parameter_is_malformed(query: str, body: str) -> None:
    with pytest.raises(MalformedQueryString, match="only once"):
        parse_form(query, body.encode(), FORM)


@pytest.mark.parametrize(
    "text",
    [
        b"A=%",
        b"A=%4",
        b"A=%zz",
        b"%GG=1",
        b"A=%FF",
        b"A=%C3",
        b"A=\xff",
        b"A=%ED%A0%80",  # a lone surrogate
        b"A=%C0%AF",  # an overlong slash
        b"A=%F4%90%80%80",  # beyond Unicode
        b"A=%00",
        b"A=\0",
        b"A%00=1",
    ],
)
def test_invalid_form_encoding_is_malformed(text: bytes) -> None:
    with pytest.raises(MalformedQueryString) as error:
        parse_form("", text, FORM)
    assert (error.value.code, error.value.status) == ("MalformedQueryString", 404)
    with pytest.raises(MalformedQueryString):
        parse_form(text.decode("latin-1"), b"", "")


def test_query_string_beyond_latin_1_is_malformed() -> None:
    with pytest.raises(MalformedQueryString, match="not allowed"):
        parse_form("A=\u20ac", b"", "")


@pytest.mark.parametrize(
    "content_type",
    ["", FORM, FORM.upper(), f"{FORM};charset=utf-8", f'{FORM}; charset="UTF-8"', f"{FORM} ; Charset=utf8;"],
)
def test_form_content_types_are_accepted(content_type: str) -> None:
    assert parse_form("", b"A=1", content_type) == {"A": "1"}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/json", f"{FORM}; charset=latin-1", f"{FORM}; boundary=x", f"x{FORM}"],
)
def test_other_content_types_are_rejected(content_type: str) -> None:
    with pytest.raises(MalformedInput, match="content type"):
        parse_form("", b"A=1", content_type)
    assert parse_form("A=1", b"", content_type) == {"A": "1"}


def test_at_most_1000_parameters() -> None:
    largest_form = "&".join(f"A{number}=" for number in range(1000))
    assert len(form(largest_form)) == 1000
    for query, body in (("", f"{largest_form}&B="), ("B=", largest_form), ("", "&" * 1_000_000)):
        with pytest.raises(MalformedQueryString, match="1000 parameters"):
            parse_form(query, body.encode(), FORM)


def test_parameter_name_has_at_most_256_characters() -> None:
    assert form("A" * 256 + "=1")
    with pytest.raises(MalformedQueryString, match="256"):
        form("A" * 257 + "=1")


def test_signature_parameters_are_excluded() -> None:
    assert form("X-Amz-Signature=s&x-amz-date=d&X-AMZ-Foo=f&Action=A&X-Am=1") == {"Action": "A", "X-Am": "1"}


# Parameter decoding. This model has shapes that AWS's inputs do not use.

SERVICE = read(
    {
        "source": "here",
        "service": "all",
        "version": "1",
        "namespace": "urn:all",
        "operations": {"Do": {"input": "In", "errors": []}},
        "shapes": {
            "In": {
                "type": "structure",
                "members": {
                    "Text": "Text",
                    "Number": "Number",
                    "Long": "Long",
                    "Flag": "Flag",
                    "Data": "Data",
                    "When": "When",
                    "Texts": "Texts",
                    "Pairs": "Pairs",
                    "Inner": "In",
                    "Inners": "Inners",
                    "ByName": "ByName",
                },
            },
            "Text": {"type": "string"},
            "Number": {"type": "integer"},
            "Long": {"type": "long"},
            "Flag": {"type": "boolean"},
            "Data": {"type": "blob"},
            "When": {"type": "timestamp"},
            "Texts": {"type": "list", "member": "Text"},
            "Pairs": {"type": "map", "key": "Text", "value": "Number"},
            "Inners": {"type": "list", "member": "In"},
            "ByName": {"type": "map", "key": "Text", "value": "In"},
        },
    }
)
IN = SERVICE.shapes["In"]

VALUES = [
    ("", {}),
    ("Unknown=1&Other.member.1=2&Action=Do", {}),
    ("text=lower", {}),
    ("Text=", {"text": ""}),
    ("Text=a&Flag=true", {"text": "a", "flag": True}),
    ("Flag=FALSE", {"flag": False}),
    ("Flag=1", {"flag": True}),
    ("Number=-7&Long=9223372036854775807", {"number": -7, "long": 2**63 - 1}),
    ("Number=%2B5", {"number": 5}),
    ("Number=007", {"number": 7}),
    ("Data=aGk%3D", {"data": b"hi"}),
    ("Data=", {"data": b""}),
    ("When=2026-02-28T01:02:03Z", {"when": "2026-02-28T01:02:03Z"}),
    ("When=2026-02-28T01:02:03.999999999Z", {"when": "2026-02-28T01:02:03Z"}),
    ("When=2026-02-28T01:02:03", {"when": "2026-02-28T01:02:03Z"}),
    ("When=2026-02-28T01:02:03%2B02:00", {"when": "2026-02-27T23:02:03Z"}),
    ("Texts=", {"texts": []}),
    ("Texts.member.1=a", {"texts": ["a"]}),
    ("Texts.member.1=", {"texts": [""]}),
    (
        "Texts.member.10=c&Texts.member.9=b&Texts.member.1000=d&Texts.member.1=a",
        {"texts": ["a", "b", "c", "d"]},
    ),
    ("Pairs=", {"pairs": {}}),
    (
        "Pairs.entry.1.key=a&Pairs.entry.1.value=1&Pairs.entry.3.value=3&Pairs.entry.3.key=c",
        {"pairs": {"a": 1, "c": 3}},
    ),
    ("Inner.Text=a&Inner.Inner.Flag=true", {"inner": {"text": "a", "inner": {"flag": True}}}),
    ("Inners.member.2.Texts.member.1=a", {"inners": [{"texts": ["a"]}]}),
    ("Inner.Unknown=a", {"inner": {}}),
    ("ByName.entry.1.key=k&ByName.entry.1.value.Text=t", {"by_name": {"k": {"text": "t"}}}),
]


@pytest.mark.parametrize(("text", "expected"), VALUES)
def test_decode_values(text: str, expected: object) -> None:
    assert decoder(IN)(form(text)) == expected


INVALID_VALUES = [
    ("Number=", "'' is not a valid integer"),
    ("Number=abc", "'abc' is not a valid integer"),
    ("Number=2147483648", "'2147483648' is not a valid integer"),
    ("Number=1.5", "'1.5' is not a valid integer"),
    ("Number=+5", "' 5' is not a valid integer"),
    ("Number=1_000", "'1_000' is not a valid integer"),
    ("Number=٣", "'٣' is not a valid integer"),
    ("Number=" + "9" * 5000, f"'{'9' * 64}...' is not a valid integer"),
    ("Long=9223372036854775808", "'9223372036854775808' is not a valid integer"),
    ("Flag=yes", "boolean must follow xsd1.1 definition"),
    ("Flag=", "missing value for boolean type"),
    ("Data=*", "A binary value is not valid base64."),
    ("Data=aGk", "A binary value is not valid base64."),
    ("Data=a%C3%BC", "A binary value is not valid base64."),
    ("When=2026-02-30T01:02:03Z", "'2026-02-30T01:02:03Z' is not a valid timestamp"),
    ("When=20260228T010203Z", "'20260228T010203Z' is not a valid timestamp"),
    ("When=2026-W09", "'2026-W09' is not a valid timestamp"),
    ("When=0000-01-01T00:00:00Z", "'0000-01-01T00:00:00Z' is not a valid timestamp"),
    ("When=0001-01-01T00:00:00%2B23:00", "'0001-01-01T00:00:00+23:00' is not a valid timestamp"),
    ("Text.member.1=a", "Start of structure or map found where not expected."),
    ("Text.Inner=a", "Start of structure or map found where not expected."),
    ("Number.x=1", "Start of structure or map found where not expected."),
    ("Texts=a", "Value found where not expected"),
    ("Texts.1=a", "Start of list found where not expected"),
    ("Texts.member=a", "Start of list found where not expected"),
    ("Texts.member.1=a&Texts.other.1=a", "Start of list found where not expected"),
    ("Texts.member.0=a", "0 is not a valid index"),
    ("Texts.member.01=a", "01 is not a valid index"),
    ("Texts.member.-1=a", "-1 is not a valid index"),
    ("Texts.member.1001=a", "1001 is not a valid index"),
    ("Texts.member.99999999999999999999=a", "99999999999999999999 is not a valid index"),
    ("Texts.member.x=a", "x is not a valid index"),
    ("Texts.member.²=a", "² is not a valid index"),
    ("Texts.member.٣=a", "٣ is not a valid index"),
    ("Texts.member.=a", " is not a valid index"),
    ("Texts.member.1.x=a", "Start of structure or map found where not expected."),
    ("Texts=&Texts.member.1=a", "Start of structure or map found where not expected."),
    ("Texts.member.1=a&Texts=", "Value found where not expected"),
    ("Texts.member.1=a&Texts.member.1.x=b", "Start of structure or map found where not expected."),
    ("Pairs=a", "Value found where not expected"),
    ("Pairs.member.1=a", "Start of list found where not expected"),
    ("Pairs.entry.1=a", "An entry of a map must have a key and a value."),
    ("Pairs.entry.1.key=a", "An entry of a map must have a key and a value."),
    ("Pairs.entry.1.value=1", "An entry of a map must have a key and a value."),
    (
        "Pairs.entry.1.key=a&Pairs.entry.1.value=1&Pairs.entry.1.x=1",
        "An entry of a map must have a key and a value.",
    ),
    (
        "Pairs.entry.1.key=a&Pairs.entry.1.value=1&Pairs.entry.2.key=a&Pairs.entry.2.value=2",
        "A key may appear only once in a map.",
    ),
    ("Inner=a", "Value found where not expected"),
    ("Inner=", "Value found where not expected"),
    ("Inners.member.1=a", "Value found where not expected"),
    ("Inner." * 32 + "Text=a", "The structure of a parameter is nested too deeply."),
]


@pytest.mark.parametrize(("text", "message"), INVALID_VALUES)
def test_invalid_values_are_malformed_input(text: str, message: str) -> None:
    with pytest.raises(MalformedInput) as error:
        decoder(IN)(form(text))
    assert error.value.message == message
    assert (error.value.code, error.value.status) == ("MalformedInput", 400)


def test_deepest_nesting_is_decoded() -> None:
    value = decoder(IN)(form("Inner." * 31 + "Text=a"))
    for _ in range(31):
        value = value["inner"]
    assert value == {"text": "a"}


def test_decoder_is_cached() -> None:
    assert decoder(IN) is decoder(IN)


# Generated input.

SHAPES: list[Shape] = [
    IN,
    *(load("iam").operations[name].input for name in ("CreateUser", "SimulateCustomPolicy")),
]
NAMES = [member.name for shape in SHAPES for member in shape.members]
parts = st.sampled_from([*NAMES, "member", "entry", "key", "value", "0", "1", "2", "999", "x", "", "."])
names = st.lists(parts, min_size=1, max_size=6).map(".".join)
texts = st.sampled_from(["", "1", "true", "a", "aGk=", "2026-02-28T01:02:03Z", "%FF", "%"]) | st.text(
    max_size=3
)
plausible_forms = st.lists(st.tuples(names, texts).map("=".join), max_size=8).map(
    lambda pairs: "&".join(pairs).encode()
)


@settings(max_examples=300, deadline=None)
@given(
    st.binary() | plausible_forms,
    st.text(st.characters(max_codepoint=255), max_size=20),
    st.sampled_from(SHAPES),
)
@example(b"", "", IN)
def test_any_bytes_are_decoded_or_rejected(body: bytes, query: str, shape: Shape) -> None:
    try:
        parameters = parse_form(query, body, FORM)
        value = decoder(shape)(parameters)
    except Fault:
        return
    assert all(type(name) is str and type(text) is str for name, text in parameters.items())
    assert value.keys() <= {member.attr for member in shape.members}


@settings(max_examples=200, deadline=None)
@given(
    st.text(), st.text('=_%&+ \t\r\n."aF09', max_size=20), st.sampled_from(["", "=", "=_ \t\r\n%.", "aF09"])
)
def test_any_text_round_trips(name: str, text: str, safe: str) -> None:
    name = name.replace("\0", "")
    body = f"A={quote(name, safe='/')}&B={quote(text, safe=safe.replace('%', ''))}"
    assert form(body) == {"A": name, "B": text}


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_any_content_type_is_accepted_or_rejected(content_type: str) -> None:
    with suppress(MalformedInput):
        assert parse_form("", b"A=1", content_type) == {"A": "1"}
