"""XML responses: their format, and that an XML parser reads every value back."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamd.core.models import OperationModel, load, read
from iamd.core.records import User
from iamd.wire.xml_response import error_document, escape, renderer

IAM = "https://iam.amazonaws.com/doc/2010-05-08/"
METADATA = "<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>"


def operation(name: str, service: str = "iam") -> OperationModel:
    return load(service).operations[name]


def result(name: str, reply: Any, service: str = "iam") -> str:
    """Return the content of the response's result element."""
    document = renderer(operation(name, service))(reply, "r-1").decode()
    head = f'<{name}Response xmlns="{operation(name, service).namespace}"><{name}Result>'
    tail = f"</{name}Result>{METADATA}</{name}Response>"
    assert document.startswith(head)
    assert document.endswith(tail)
    return document[len(head) : -len(tail)]


def test_response_document() -> None:
    user = User("AIDA1", "alice", "/", "arn:aws:iam::1:user/alice", "2026-01-01T00:00:00Z", None)
    document = renderer(operation("CreateUser"))({"User": user}, "r-1")
    assert document.decode() == (
        f'<CreateUserResponse xmlns="{IAM}"><CreateUserResult><User><Path>/</Path><UserName>alice</UserName>'
        "<UserId>AIDA1</UserId><Arn>arn:aws:iam::1:user/alice</Arn>"
        "<CreateDate>2026-01-01T00:00:00Z</CreateDate></User></CreateUserResult>"
        f"{METADATA}</CreateUserResponse>"
    )


def test_response_without_output() -> None:
    render = renderer(operation("DeleteUser"))
    expected = f'<DeleteUserResponse xmlns="{IAM}">{METADATA}</DeleteUserResponse>'.encode()
    assert render(None, "r-1") == expected
    assert render({}, "r-1") == expected
    with pytest.raises(ValueError, match="no output"):
        render({"User": {}}, "r-1")


def test_empty_result() -> None:
    assert result("ListUsers", None) == ""
    assert result("ListUsers", {}) == ""


class UserRecord(NamedTuple):
    user_name: str
    path: str | None = None

    @property
    def arn(self) -> str:
        return f"arn:{self.user_name}"


@dataclass(frozen=True, slots=True)
class Slotted:
    user_name: str
    unknown: int = 0


@dataclass
class Plain:
    path: str = field(init=False)
    user_name: str


def plain_user() -> Plain:
    user = Plain("a")
    user.path = "/"
    return user


USERS = [
    ({"UserName": "a"}, "<UserName>a</UserName>"),
    ({"UserName": "a", "Path": None}, "<UserName>a</UserName>"),
    ({"UserName": "a", "Path": "/"}, "<Path>/</Path><UserName>a</UserName>"),
    (UserRecord("a"), "<UserName>a</UserName><Arn>arn:a</Arn>"),
    (UserRecord("a", "/"), "<Path>/</Path><UserName>a</UserName><Arn>arn:a</Arn>"),
    (Slotted("a"), "<UserName>a</UserName>"),
    (plain_user(), "<Path>/</Path><UserName>a</UserName>"),
]


@pytest.mark.parametrize(("user", "content"), USERS)
def test_structure(user: Any, content: str) -> None:
    assert result("GetUser", {"User": user}) == f"<User>{content}</User>"


def test_named_tuple_as_reply() -> None:
    class Reply(NamedTuple):
        user: UserRecord

    assert result("GetUser", Reply(UserRecord("a"))) == "<User><UserName>a</UserName><Arn>arn:a</Arn></User>"


class Tuple(NamedTuple):
    """A NamedTuple: its methods `count` and `index` are not fields."""

    key: str


@pytest.mark.parametrize("user", [["a"], "alice", 5, object()])
def test_value_that_is_not_a_structure_is_an_error(user: Any) -> None:
    with pytest.raises(ValueError, match="is not a record"):
        result("GetUser", {"User": user})


def test_unknown_member_is_an_error() -> None:
    with pytest.raises(ValueError, match="GetUserResponse has no member"):
        result("GetUser", {"Usr": {}})


def test_lists() -> None:
    assert result("ListUsers", {"Users": [], "IsTruncated": False}) == (
        "<Users></Users><IsTruncated>false</IsTruncated>"
    )
    users = (Slotted("a"), {"UserName": "b"})
    assert result("ListUsers", {"Users": users, "IsTruncated": True, "Marker": "m"}) == (
        "<Users><member><UserName>a</UserName></member><member><UserName>b</UserName></member></Users>"
        "<IsTruncated>true</IsTruncated><Marker>m</Marker>"
    )
    assert result("ListAccountAliases", {"AccountAliases": (name for name in "ab")}) == (
        "<AccountAliases><member>a</member><member>b</member></AccountAliases>"
    )
    with pytest.raises(ValueError, match="is a list"):
        result("ListAccountAliases", {"AccountAliases": "alias"})


def test_methods_are_not_members() -> None:
    shapes = {
        "Out": {"type": "structure", "members": {"Key": "Text", "Count": "Text", "Index": "Text"}},
        "Text": {"type": "string"},
    }
    service = {"source": "here", "service": "own", "version": "1", "namespace": "urn:own", "shapes": shapes}
    service_model = read(service | {"operations": {"Get": {"output": "Out", "errors": []}}})
    assert b"<GetResult><Key>k</Key></GetResult>" in renderer(service_model.operations["Get"])(
        Tuple("k"), "r-1"
    )


def test_maps_and_numbers() -> None:
    assert result("GetAccountSummary", {"SummaryMap": {"Users": 3, "Groups": 0}}) == (
        "<SummaryMap><entry><key>Users</key><value>3</value></entry>"
        "<entry><key>Groups</key><value>0</value></entry></SummaryMap>"
    )
    assert result("GetAccountSummary", {"SummaryMap": {}}) == "<SummaryMap></SummaryMap>"


def test_blobs() -> None:
    assert result("GetCredentialReport", {"Content": b"a,b"}) == "<Content>YSxi</Content>"


@pytest.mark.parametrize(
    "timestamp",
    [
        "2026-01-01T00:00:00Z",
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, 2, 0, 0, 999, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_timestamps(timestamp: object) -> None:
    assert result("GetCredentialReport", {"GeneratedTime": timestamp}) == (
        "<GeneratedTime>2026-01-01T00:00:00Z</GeneratedTime>"
    )


def test_error_document() -> None:
    document = error_document("NoSuchEntity", "The <user> is not here.", "r-1", IAM, sender=True)
    assert document.decode() == (
        f'<ErrorResponse xmlns="{IAM}"><Error><Type>Sender</Type><Code>NoSuchEntity</Code>'
        "<Message>The &lt;user&gt; is not here.</Message></Error>"
        "<RequestId>r-1</RequestId></ErrorResponse>"
    )
    assert b"<Type>Receiver</Type>" in error_document("InternalFailure", "", "r-1", IAM, sender=False)


ESCAPED = [
    ("plain ünï 日本 😀 \x7f\x85\u2028", "plain ünï 日本 😀 \x7f\x85\u2028"),
    ("&<>\"'", "&amp;&lt;&gt;&quot;&apos;"),
    ("]]>", "]]&gt;"),
    ("a\tb\nc\rd", "a\tb\nc&#13;d"),
    ("\0\x01\x08\x0b\x0c\x0e\x1f", "\ufffd" * 7),
    ("\ud800\udfff\ufffe\uffff", "\ufffd" * 4),
    ("\x1b[31m</Message>", "\ufffd[31m&lt;/Message&gt;"),
]


@pytest.mark.parametrize(("text", "expected"), ESCAPED)
def test_escaping(text: str, expected: str) -> None:
    assert escape(text) == expected


any_text = st.text(st.characters(categories=("L", "N", "P", "S", "Z", "C")), max_size=50)


@settings(max_examples=200, deadline=None)
@given(any_text, any_text, any_text)
def test_error_document_with_any_text_parses(code: str, message: str, request_id: str) -> None:
    root = ET.fromstring(error_document(code, message, request_id, IAM, sender=True))
    parsed = [root.findtext(f".//{{{IAM}}}{tag}") for tag in ("Code", "Message", "RequestId")]
    for original, text in zip((code, message, request_id), parsed, strict=True):
        assert [a for a, b in zip(original, text or "", strict=True) if b not in (a, "\ufffd")] == []


@settings(max_examples=100, deadline=None)
@given(any_text, any_text)
def test_response_with_any_text_parses(name: str, request_id: str) -> None:
    document = renderer(operation("GetCallerIdentity", "sts"))({"Arn": f"arn:{name}"}, request_id)
    root = ET.fromstring(document)
    assert [child.tag.rpartition("}")[2] for child in root[0]] == ["Arn"]
    assert len(root[0][0].text or "") == len(name) + 4


def test_renderer_is_cached() -> None:
    assert renderer(operation("GetUser")) is renderer(operation("GetUser"))
