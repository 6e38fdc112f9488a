"""Bombs: what is large, deep or far out is refused at once, and the answer is small."""

import json

import pytest

from iamd.wire.endpoint import MAX_BODY_BYTES
from tests.door import raw
from tests.door.raw import Answer
from tests.servers import Account, allow, document

LIST = "Action=ListUsers&Version=2010-05-08"
TAG = "Action=TagUser&Version=2010-05-08&UserName=admin"
POLICY = "Action=CreatePolicy&Version=2010-05-08&PolicyName=bomb&PolicyDocument="


def refused(visitor: Account, body: str) -> Answer:
    answer = raw.ask(visitor, raw.post(visitor, body))
    assert len(answer.body) < len(body) + 2_000
    return answer


def test_a_body_may_have_a_megabyte(visitor: Account) -> None:
    padded = f"{LIST}&Pad=".ljust(MAX_BODY_BYTES, "a")
    assert raw.ask(visitor, raw.post(visitor, padded)).status == 200


@pytest.mark.parametrize("length", [MAX_BODY_BYTES + 1, 10**9, 10**15])
def test_a_larger_body_is_not_waited_for(visitor: Account, length: int) -> None:
    """The answer comes when the head and ten bytes are there; that is all that was sent."""
    with raw.connect(visitor.server) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n0123456789" % length)
        answer = raw.receive(connection)
    assert (answer.status, answer.code) == (413, "RequestEntityTooLarge")


def test_a_head_may_have_some_kilobytes(visitor: Account) -> None:
    assert raw.ask(visitor, raw.post(visitor, LIST), f"X-Pad: {'a' * 12_000}").status == 200


@pytest.mark.parametrize(
    "lines", [["X-Pad: " + "a" * 16_384], ["X-Pad: a"] * 2_000, [f"X-{n}: a" for n in range(200)]]
)
def test_a_larger_head_ends_the_connection(visitor: Account, lines: list[str]) -> None:
    answer = raw.ask(visitor, raw.post(visitor, LIST), *lines)
    assert (answer.status, answer.closes) == (431, True)


def test_a_long_query_ends_the_connection(visitor: Account) -> None:
    answer = raw.send(visitor.server, b"GET /?" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n")
    assert (answer.status, answer.closes) == (431, True)


def test_a_thousand_parameters(visitor: Account) -> None:
    padding = "".join(f"&P{number}=" for number in range(998))
    assert raw.ask(visitor, raw.post(visitor, LIST + padding)).status == 200
    assert refused(visitor, f"{LIST}{padding}&one=more").code == "MalformedQueryString"
    assert refused(visitor, LIST + "&a" * 300_000).code == "MalformedQueryString"
    assert refused(visitor, f"{LIST}&{'n' * 257}=").code == "MalformedQueryString"


@pytest.mark.parametrize(
    "index", ["0", "01", "-1", "+1", "1001", "9999999999", "9" * 200, "1e3", "", " 1", "１", "x"]
)
def test_a_list_is_not_as_long_as_its_last_number(visitor: Account, index: str) -> None:
    answer = refused(visitor, f"{TAG}&Tags.member.{index}.Key=a&Tags.member.{index}.Value=b")
    assert (answer.status, answer.code) == (400, "MalformedInput")
    right = f"{TAG}&Tags.member.1000.Key=a&Tags.member.1000.Value=b"
    assert raw.ask(visitor, raw.post(visitor, right)).status == 200


@pytest.mark.parametrize(
    "name",
    ["Tags.member.1" + ".a" * 40, "Tags.", "Tags..", "Tags.member", "Tags.entry.1.Key", "UserName.member.1"],
)
def test_a_structure_where_none_is(visitor: Account, name: str) -> None:
    body = TAG.replace("&UserName=admin", "") if name.startswith("UserName") else TAG
    answer = refused(visitor, f"{body}&{name}=x&Tags.member.2.Key=k&Tags.member.2.Value=v")
    assert (answer.status, answer.code) == (400, "MalformedInput")


BOMBS = {
    "deep lists": "[" * 100_000,
    "deep and whole": "[" * 50_000 + "]" * 50_000,
    "deep objects": '{"a":' * 20_000,
    "many digits": '{"Version":' + "9" * 100_000 + "}",
    "many keys": json.dumps({f"k{number}": 0 for number in range(9_000)}),
    "many statements": document(*[allow("iam:Get*")] * 1_500),
    "many stars": document(allow("iam:GetUser", resource="*a" * 50_000)),
    "not json": "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>",
    "white space": " " * 131_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_policy_that_is_a_bomb(visitor: Account, bomb: str) -> None:
    answer = refused(visitor, POLICY + _encoded(bomb))
    assert answer.code in ("MalformedPolicyDocument", "LimitExceeded")


def test_a_policy_of_a_megabyte_is_not_said_back(visitor: Account) -> None:
    answer = refused(visitor, f"{POLICY}{'a' * 1_000_000}")
    assert (answer.status, answer.code) == (400, "ValidationError")
    assert len(answer.body) < 3_000


def test_white_space_does_not_count(visitor: Account) -> None:
    spacious = document(allow("iam:GetUser")).replace(" ", " " * 5_000)
    assert len(spacious) > 6_144
    assert raw.ask(visitor, raw.post(visitor, POLICY + _encoded(spacious))).status == 200


def test_stars_are_matched_in_no_time(visitor: Account) -> None:
    """As many stars as a policy holds, against a long name: a matcher that backtracks is never done."""
    stars = allow("iam:GetUser", resource="arn:aws:iam::*:user/" + "*a" * 800 + "b")
    bob = visitor.user("bob", stars, allow("iam:ListUsers", resource="*"))
    name = "a" * 64
    visitor.iam.create_user(UserName=name, Path="/" + "a/" * 250)
    with pytest.raises(bob.exceptions.ClientError, match="AccessDenied"):
        bob.get_user(UserName=name)
    assert len(bob.list_users()["Users"]) == 3


def test_many_complaints_are_counted_and_some_are_told(visitor: Account) -> None:
    tags = "".join(f"&Tags.member.{n}.Key=&Tags.member.{n}.Value={'v' * 300}" for n in range(1, 50))
    answer = refused(visitor, TAG + tags)
    assert (answer.status, answer.code) == (400, "ValidationError")
    assert answer.message.startswith("98 validation errors detected: ")


def _encoded(text: str) -> str:
    return text.replace("%", "%25").replace("&", "%26").replace("+", "%2B")
