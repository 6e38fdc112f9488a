"""Size limits: oversized or deeply nested input is refused quickly and with a small response."""

import json

import pytest

from iamd.wire.endpoint import MAX_BODY_BYTES
from tests.http_server import raw
from tests.http_server.raw import Response
from tests.servers import Account, allow, document

LIST = "Action=ListUsers&Version=2010-05-08"
TAG = "Action=TagUser&Version=2010-05-08&UserName=admin"
POLICY = "Action=CreatePolicy&Version=2010-05-08&PolicyName=bomb&PolicyDocument="


def send_invalid(account: Account, body: str) -> Response:
    response = raw.send_request(account, raw.post(account, body))
    assert len(response.body) < len(body) + 2_000
    return response


def test_body_of_one_megabyte_is_accepted(account: Account) -> None:
    padded = f"{LIST}&Pad=".ljust(MAX_BODY_BYTES, "a")
    assert raw.send_request(account, raw.post(account, padded)).status == 200


@pytest.mark.parametrize("length", [MAX_BODY_BYTES + 1, 10**9, 10**15])
def test_larger_body_is_refused_before_it_is_received(account: Account, length: int) -> None:
    """The response comes after the head and ten bytes, which is all that the client sends."""
    with raw.connect(account.server) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n0123456789" % length)
        response = raw.receive(connection)
    assert (response.status, response.code) == (413, "RequestEntityTooLarge")


def test_head_of_12_kilobytes_is_accepted(account: Account) -> None:
    assert raw.send_request(account, raw.post(account, LIST), f"X-Pad: {'a' * 12_000}").status == 200


@pytest.mark.parametrize(
    "lines", [["X-Pad: " + "a" * 16_384], ["X-Pad: a"] * 2_000, [f"X-{n}: a" for n in range(200)]]
)
def test_larger_head_closes_the_connection(account: Account, lines: list[str]) -> None:
    response = raw.send_request(account, raw.post(account, LIST), *lines)
    assert (response.status, response.closes) == (431, True)


def test_long_query_closes_the_connection(account: Account) -> None:
    response = raw.send(account.server, b"GET /?" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n")
    assert (response.status, response.closes) == (431, True)


def test_at_most_1000_parameters(account: Account) -> None:
    padding = "".join(f"&P{number}=" for number in range(998))
    assert raw.send_request(account, raw.post(account, LIST + padding)).status == 200
    assert send_invalid(account, f"{LIST}{padding}&one=more").code == "MalformedQueryString"
    assert send_invalid(account, LIST + "&a" * 300_000).code == "MalformedQueryString"
    assert send_invalid(account, f"{LIST}&{'n' * 257}=").code == "MalformedQueryString"


@pytest.mark.parametrize(
    "index", ["0", "01", "-1", "+1", "1001", "9999999999", "9" * 200, "1e3", "", " 1", "１", "x"]
)
def test_list_index_must_be_from_1_to_1000(account: Account, index: str) -> None:
    response = send_invalid(account, f"{TAG}&Tags.member.{index}.Key=a&Tags.member.{index}.Value=b")
    assert (response.status, response.code) == (400, "MalformedInput")
    valid = f"{TAG}&Tags.member.1000.Key=a&Tags.member.1000.Value=b"
    assert raw.send_request(account, raw.post(account, valid)).status == 200


@pytest.mark.parametrize(
    "name",
    ["Tags.member.1" + ".a" * 40, "Tags.", "Tags..", "Tags.member", "Tags.entry.1.Key", "UserName.member.1"],
)
def test_parameter_that_does_not_fit_the_input_shape_is_malformed(account: Account, name: str) -> None:
    body = TAG.replace("&UserName=admin", "") if name.startswith("UserName") else TAG
    response = send_invalid(account, f"{body}&{name}=x&Tags.member.2.Key=k&Tags.member.2.Value=v")
    assert (response.status, response.code) == (400, "MalformedInput")


BOMBS = {
    "deep lists": "[" * 100_000,
    "deep and balanced": "[" * 50_000 + "]" * 50_000,
    "deep objects": '{"a":' * 20_000,
    "many digits": '{"Version":' + "9" * 100_000 + "}",
    "many keys": json.dumps({f"k{number}": 0 for number in range(9_000)}),
    "many statements": document(*[allow("iam:Get*")] * 1_500),
    "many wildcards": document(allow("iam:GetUser", resource="*a" * 50_000)),
    "not json": "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>",
    "white space": " " * 131_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_policy_document_bomb_is_refused(account: Account, bomb: str) -> None:
    response = send_invalid(account, POLICY + _escape(bomb))
    assert response.code in ("MalformedPolicyDocument", "LimitExceeded")


def test_oversized_policy_is_not_echoed(account: Account) -> None:
    response = send_invalid(account, f"{POLICY}{'a' * 1_000_000}")
    assert (response.status, response.code) == (400, "ValidationError")
    assert len(response.body) < 3_000


def test_white_space_does_not_count_towards_the_policy_size(account: Account) -> None:
    padded = document(allow("iam:GetUser")).replace(" ", " " * 5_000)
    assert len(padded) > 6_144
    assert raw.send_request(account, raw.post(account, POLICY + _escape(padded))).status == 200


def test_many_wildcards_are_matched_quickly(account: Account) -> None:
    """As many wildcards as a policy can hold, against a long name: a backtracking matcher never finishes."""
    wildcards = allow("iam:GetUser", resource="arn:aws:iam::*:user/" + "*a" * 800 + "b")
    bob = account.user("bob", wildcards, allow("iam:ListUsers", resource="*"))
    name = "a" * 64
    account.iam.create_user(UserName=name, Path="/" + "a/" * 250)
    with pytest.raises(bob.exceptions.ClientError, match="AccessDenied"):
        bob.get_user(UserName=name)
    assert len(bob.list_users()["Users"]) == 3


def test_validation_errors_are_counted_and_the_message_is_limited(account: Account) -> None:
    tags = "".join(f"&Tags.member.{n}.Key=&Tags.member.{n}.Value={'v' * 300}" for n in range(1, 50))
    response = send_invalid(account, TAG + tags)
    assert (response.status, response.code) == (400, "ValidationError")
    assert response.message.startswith("98 validation errors detected: ")


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("&", "%26").replace("+", "%2B")
