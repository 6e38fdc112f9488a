"""Applications behind the middleware, on real servers: who may do what, and what they are told."""

import json

from tests.client.conftest import Library, bearer, content
from tests.forward_auth.conftest import create_api_key
from tests.forward_auth.library import HOST, presigned, sha256, signed
from tests.forward_auth.s3_signing import Key
from tests.servers import allow


def test_application_is_told_who_the_caller_is(library: Library) -> None:
    iam, key = library.service.account.iam, library.service.key("ann", "library:GetBook")
    iam.tag_user(UserName="ann", Tags=[{"Key": "Team", "Value": "a=b+ü"}, {"Key": "other", "Value": "x"}])
    user = iam.get_user(UserName="ann")["User"]
    got = content(library.send(signed(key, target="/books/17?format=pdf&x=%2F")))
    assert got["caller"] == {
        "arn": user["Arn"],
        "account_id": library.service.account.account_id,
        "user_id": user["UserId"],
        "principal_tags": {"team": "a=b+ü"},
    }
    assert (got["method"], got["path"], got["query"]) == ("GET", "/books/17", "format=pdf&x=%2F")
    assert content(library.send(presigned(key)))["caller"]["arn"] == user["Arn"]


def test_application_gets_neither_credentials_nor_headers_of_proxies(library: Library) -> None:
    session = library.service.account.sts.get_session_token()["Credentials"]
    key = Key(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    forged = {
        "X-Iamd-Arn": "arn:aws:iam::1:root",
        "X-Iamd-Api-Key": "iamd_x",
        "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-Prefix": "/x",
        "Forwarded": "for=192.0.2.1",
        "X-Real-IP": "192.0.2.1",
        "Accept": "text/x",
    }
    request = signed(key)
    got = content(library.send(request._replace(headers={**request.headers, **forged})))
    assert got["headers"]["accept"] == "text/x"
    assert got["headers"]["host"] == HOST
    for name in ("authorization", "x-amz-security-token", *forged):
        assert name == "Accept" or name.lower() not in got["headers"]


def test_denial_tells_the_reason(library: Library) -> None:
    key, account_id = library.service.key("dan", "library:ListBooks"), library.service.account.account_id
    assert library.send(signed(key, target="/books")).status == 200
    response = library.send(signed(key))
    error = json.loads(response.body)
    assert (response.status, response.headers["content-type"]) == (403, "application/json")
    assert error["__type"] == "AccessDeniedException"
    resource = f"arn:aws:library::{account_id}:book/17"
    assert f"is not authorized to perform: library:GetBook on resource: {resource}" in error["message"]
    assert response.headers["cache-control"] == "no-store"
    response = library.send(signed(key, "HEAD"))
    assert (response.status, response.body) == (403, b"")


def test_revoked_key_is_dead_at_the_next_request(library: Library) -> None:
    iam, key = library.service.account.iam, library.service.key("rex", "library:GetBook")
    assert library.send(signed(key)).status == 200
    iam.update_access_key(UserName="rex", AccessKeyId=key.access_key_id, Status="Inactive")
    assert library.send(signed(key)).status == 403


def test_api_key_in_place_of_a_signature(library: Library) -> None:
    iam = library.service.account.iam
    api_key = create_api_key(library.service.account, allow("library:ListBooks"), name="kay")
    got = content(library.send_lines("GET /books HTTP/1.1", *bearer(api_key)))
    assert got["caller"]["arn"].endswith(":user/kay")
    assert api_key not in str(got)
    assert library.send_lines("GET /books/17 HTTP/1.1", *bearer(api_key)).status == 403
    (found,) = iam.list_service_specific_credentials(UserName="kay")["ServiceSpecificCredentials"]
    iam.delete_service_specific_credential(
        UserName="kay", ServiceSpecificCredentialId=found["ServiceSpecificCredentialId"]
    )
    assert library.send_lines("GET /books HTTP/1.1", *bearer(api_key)).status == 403


def test_body_is_signed_and_passed_on(library: Library) -> None:
    key, body = library.service.key("bea", "library:CreateBook"), bytes(range(256)) * 300
    request = signed(key, "POST", "/books", body, content_type="application/json")
    got = content(library.send(request, body))
    assert got["body"].encode("latin-1") == body
    assert got["headers"]["content-length"] == str(len(body))
    assert got["headers"]["content-type"] == "application/json"
    assert library.send(request, body + b"x").status == 403
    declared = signed(key, "POST", "/books", body, x_amz_content_sha256=sha256(body))
    assert content(library.send(declared, body))["headers"]["x-amz-content-sha256"] == sha256(body)
    assert library.send(declared, b"other").status == 403
    unsigned = signed(key, "POST", "/books", body, x_amz_content_sha256="UNSIGNED-PAYLOAD")
    assert library.send(unsigned, body).status == 403


def test_body_in_chunks(library: Library) -> None:
    key = library.service.key("cho", "library:CreateBook")
    request = signed(key, "POST", "/books", b"abcdef")
    lines = [f"{name}: {value}" for name, value in request.headers.items()]
    head = ("POST /books HTTP/1.1", *lines, "Transfer-Encoding: chunked")
    got = content(library.send_lines(*head, body=b"2\r\nab\r\n4\r\ncdef\r\n0\r\n\r\n"))
    assert got["body"] == "abcdef"
    assert got["headers"]["content-length"] == "6"
    assert "transfer-encoding" not in got["headers"]
    assert library.send_lines(*head, body=b"2\r\nab\r\n4\r\ncdeX\r\n0\r\n\r\n").status == 403


def test_body_that_is_too_large(library: Library) -> None:
    key, limit = library.service.key("lea", "library:CreateBook"), 1024 * 1024
    body = b"x" * limit
    assert len(content(library.send(signed(key, "POST", "/books", body), body))["body"]) == limit
    larger = signed(key, "POST", "/books", body + b"x")
    lines = [f"{name}: {value}" for name, value in larger.headers.items()]
    response = library.send_lines("POST /books HTTP/1.1", *lines, f"Content-Length: {limit + 1}")
    assert (response.status, json.loads(response.body)["__type"]) == (413, "RequestEntityTooLarge")
    chunked = (f"{limit + 1:x}\r\n".encode(), body, b"x\r\n0\r\n\r\n")
    response = library.send_lines(
        "POST /books HTTP/1.1", *lines, "Transfer-Encoding: chunked", body=b"".join(chunked)
    )
    assert response.status == 413
