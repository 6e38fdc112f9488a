"""A service of one's own behind real proxies: who may do what, and what the service is told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import servers
from tests.api.test_audit import eventually
from tests.forward_auth import proxies, recording_store
from tests.forward_auth.conftest import create_api_key
from tests.forward_auth.library import ASK, DEFINITION, HOST, Library, presigned, sha256, signed
from tests.forward_auth.proxy import Proxy, Response
from tests.forward_auth.s3_signing import Key, S3Request
from tests.http_server import raw
from tests.servers import Server, allow, document

# Each proxy is started once.
pytestmark = pytest.mark.xdist_group("proxied-service")


def test_service_is_told_who_the_caller_is(library: Library) -> None:
    iam = library.account.iam
    key = library.key("ann", "library:GetBook")
    iam.tag_user(UserName="ann", Tags=[{"Key": "Team", "Value": "a=b+ü"}, {"Key": "other", "Value": "x"}])
    user = iam.get_user(UserName="ann")["User"]
    forged = {"x_iamd_arn": "arn:aws:iam::1:root", "x_iamd_principal_tags": "team=x", "X-Iamd-Api-Key": "y"}
    assert library.send(signed(key), None, **forged)[0] == 200
    head = library.received()
    assert (head.method, head.target) == ("GET", "/books/17")
    assert head.headers["x-iamd-arn"] == user["Arn"]
    assert head.headers["x-iamd-account"] == library.account.account_id
    assert head.headers["x-iamd-user-id"] == user["UserId"]
    assert head.headers["x-iamd-principal-tags"] == "team=a%3Db%2B%C3%BC"
    assert head.headers["host"] == HOST
    assert "authorization" not in head.headers
    assert "x-iamd-api-key" not in head.headers
    assert library.send(presigned(key))[0] == 200
    assert library.received().headers["x-iamd-arn"] == user["Arn"]


def test_denial_tells_the_reason(library: Library) -> None:
    key = library.key("dan", "library:ListBooks")
    assert library.send(signed(key, target="/books"))[0] == 200
    library.received()
    status, body = library.send(signed(key))
    error = json.loads(body)
    assert (status, error["__type"]) == (403, "AccessDeniedException")
    resource = f"arn:aws:library::{library.account.account_id}:book/17"
    assert (
        f"user/dan is not authorized to perform: library:GetBook on resource: {resource}" in error["message"]
    )
    status, body = library.send(signed(key, "PATCH"))
    assert (status, json.loads(body)["message"]) == (
        403,
        "Access Denied: the service library has no route for PATCH /books/17",
    )
    assert library.backend.take() == []


def test_condition_key_of_the_query(library: Library) -> None:
    condition = {"StringEquals": {"library:Format": "pdf"}}
    key = Key(*library.account.key_of("con", allow("library:GetBook", Condition=condition)))
    assert library.send(signed(key, target="/books/1?format=pdf"))[0] == 200
    library.received()
    for target in ("/books/1?format=epub", "/books/1", "/books/1?Format=pdf", "/books/1?format=pdf&format=x"):
        assert library.send(signed(key, target=target))[0] in (400, 403)
    assert library.backend.take() == []


def test_api_key_in_place_of_a_signature(library: Library) -> None:
    api_key = create_api_key(library.account, allow("library:ListBooks"), name="kay")
    bearer = {"host": HOST, "authorization": f"Bearer {api_key}"}
    assert library.send(S3Request("GET", "/books", bearer))[0] == 200
    head = library.received()
    assert head.headers["x-iamd-arn"].endswith(":user/kay")
    assert api_key not in str(head)
    assert library.send(S3Request("GET", "/books/17", bearer))[0] == 403
    credential = library.account.iam.list_service_specific_credentials(UserName="kay")
    (found,) = credential["ServiceSpecificCredentials"]
    library.account.iam.delete_service_specific_credential(
        UserName="kay", ServiceSpecificCredentialId=found["ServiceSpecificCredentialId"]
    )
    assert library.send(S3Request("GET", "/books", bearer))[0] in (401, 403)
    assert library.backend.take() == []


def test_body_is_signed(library: Library) -> None:
    key, body = library.key("bea", "library:CreateBook"), b'{"title": "x"}'
    passes_body = library.proxy in ("envoy", "traefik")
    request = signed(key, "POST", "/books", body, content_type="application/json")
    assert library.send(request, body)[0] == (200 if passes_body else 403)
    assert len(library.backend.take()) == passes_body
    if passes_body:
        assert library.send(request, b'{"title": "y"}')[0] == 403
    declared = signed(key, "POST", "/books", body, x_amz_content_sha256=sha256(body), content_type="text/x")
    assert library.send(declared, body)[0] == 200
    assert library.received().headers["x-iamd-content-sha256"] == sha256(body)
    assert library.send(declared, b"other")[0] == (403 if passes_body else 200)
    unsigned = signed(key, "POST", "/books", body, x_amz_content_sha256="UNSIGNED-PAYLOAD")
    library.backend.take()
    assert library.send(unsigned, body, content_type="text/x")[0] == 403
    assert library.backend.take() == []


REFUSED: dict[str, Callable[[Key], S3Request]] = {
    "not signed": lambda _: S3Request("GET", "/books/17", {"host": HOST}),
    "unknown key": lambda _: signed(Key("AKIAAAAAAAAAAAAAAAAA", "x" * 40)),
    "other secret": lambda key: signed(key._replace(secret_access_key="x" * 40)),
    "other service": lambda key: signed(key, service="s3"),
    "other host": lambda key: signed(key).with_headers(host="localhost"),
    "host of nobody": lambda key: signed(key, host="other.example.com"),
    "other method": lambda key: signed(key)._replace(method="DELETE"),
    "other target": lambda key: signed(key)._replace(target="/books/18"),
    "other query": lambda key: presigned(key)._replace(target=presigned(key).target + "&format=pdf"),
    "old": lambda key: signed(key, at=datetime.now(UTC) - timedelta(minutes=16)),
    "dot segments": lambda key: signed(key, target="/books/17")._replace(target="/books/x/../17"),
    "double slash": lambda key: signed(key, target="/books/17")._replace(target="/books//17"),
    "encoded slash": lambda key: signed(key, target="/books/1%2F7"),
    "method in a header": lambda key: signed(key, x_http_method_override="DELETE"),
    "API key that is none": lambda _: S3Request("GET", "/books", {"host": HOST, "authorization": "Bearer x"}),
}


# It normalizes paths before it asks, and passes on what it has asked about.
REPAIRED_BY_TRAEFIK = ("dot segments", "double slash")


@pytest.mark.parametrize("name", REFUSED.keys())
def test_request_is_refused(library: Library, reader: Key, name: str) -> None:
    assert library.send(signed(reader))[0] == 200
    library.received()
    status, _ = library.send(REFUSED[name](reader))
    if library.proxy == "traefik" and name in REPAIRED_BY_TRAEFIK:
        assert (status, library.received().target) == (200, "/books/17")
        return
    assert 400 <= status < 500
    assert library.backend.take() == []


@pytest.mark.parametrize("name", ["x_forwarded_uri", "x-forwarded_uri", "x_forwarded-uri"])
def test_header_with_underscores_is_not_what_the_proxy_says(library: Library, name: str) -> None:
    """iamd's HTTP server cannot tell it from the proxy's header, so the proxy must not pass it on."""
    resource = f"arn:aws:library::{library.account.account_id}:book/17"
    api_key = create_api_key(library.account, allow("library:GetBook", resource=resource), name=name)
    bearer = {"host": HOST, "authorization": f"Bearer {api_key}"}
    assert library.send(S3Request("GET", "/books/17", bearer))[0] == 200
    library.received()
    forged = {**bearer, name: "/books/17"}
    assert library.send(S3Request("GET", "/books/18", forged))[0] == 403
    assert library.backend.take() == []


@pytest.mark.parametrize("name", ["X_Iamd_Arn", "X-Iamd_Arn", "x_iamd_principal-tags"])
def test_service_gets_no_other_spelling_of_what_it_is_told(library: Library, reader: Key, name: str) -> None:
    request = signed(reader)
    status, _ = library.send(request._replace(headers={**request.headers, name: "forged"}))
    assert status in (200, 400)
    assert "forged" not in str(library.backend.take())


def test_session_policies_count(library: Library) -> None:
    key = library.key("fed", "library:*", "sts:GetFederationToken")
    sts = library.account.client("sts", (key.access_key_id, key.secret_access_key))
    policy = document(allow("library:GetBook"))
    session = sts.get_federation_token(Name="ann", Policy=policy)["Credentials"]
    temporary = Key(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    assert library.send(signed(temporary))[0] == 200
    assert library.received().headers["x-iamd-arn"].endswith(":federated-user/ann")
    assert library.send(signed(temporary, target="/books"))[0] == 403
    assert library.backend.take() == []


@pytest.mark.parametrize("name", proxies.NAMES)
def test_service_is_closed_while_iamd_is_down(name: str, library_server: Server, tmp_path: Path) -> None:
    (tmp_path / "library.yaml").write_text(DEFINITION)
    dead = library_server._replace(url=f"http://127.0.0.1:{servers.free_port()}")
    with recording_store.running() as backend:
        options = ("--service", "library", "--backend", f"http://{backend.store.host}")
        with proxies.running(
            name, tmp_path, dead, "iamd_" + "x" * 40, *options, IAMD_SERVICES="library.yaml"
        ) as url:
            library = Library(url, name, servers.create_account(library_server), backend)
            assert library.send(S3Request("GET", "/books", {"host": HOST}))[0] in (500, 502, 503)
            assert backend.take() == []


# The question itself.


@pytest.fixture
def asker(library_server: Server) -> Proxy:
    account = servers.create_account(library_server)
    return Proxy(account, create_api_key(account, ASK))


def ask(asker: Proxy, path: str, request: S3Request, **headers: str) -> Response:
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    return asker.ask(path, {**asker.headers(request), **extra})


def test_service_that_is_not_defined(asker: Proxy) -> None:
    everything = create_api_key(asker.account, allow("iamd:*"), name="everything")
    asks_all = asker._replace(api_key=everything)
    assert ask(asks_all, "/forward-auth/library", signed(asker.key)).status == 200
    response = ask(asks_all, "/forward-auth/cinema", signed(asker.key))
    assert (response.status, json.loads(response.body)["__type"]) == (404, "NotFound")
    assert ask(asker, "/forward-auth/cinema", signed(asker.key)).status == 403
    assert ask(asker, "/auth-request/cinema", signed(asker.key)).status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/forward-auth/",
        "/forward-auth/library/",
        "/forward-auth/library/denial",
        "/forward-auth/Library",
        "/auth-request/library/x",
        "/auth-request/library/with-body",
        "/ext-authz/library",
        "/ext-authz/",
    ],
)
def test_nothing_is_asked_at_other_paths(asker: Proxy, path: str) -> None:
    assert ask(asker, path, signed(asker.key)).status == 404


@pytest.mark.parametrize(
    "path", ["/auth-request/library", "/forward-auth/library", "/ext-authz/library/books/17"]
)
def test_question_needs_a_valid_key_and_the_permission(asker: Proxy, path: str) -> None:
    assert ask(asker, path, signed(asker.key)).status == 200
    stranger = asker._replace(api_key="iamd_x")
    assert ask(stranger, path, signed(asker.key)).status in (401, 403)
    other = create_api_key(
        asker.account, allow("iamd:AuthorizeRequest", resource="arn:aws:iamd::*:service/s3"), name="other"
    )
    assert ask(asker._replace(api_key=other), path, signed(asker.key)).status == 403


def test_denial_is_never_an_allowance(asker: Proxy) -> None:
    response = ask(asker, "/auth-request/library/denial", signed(asker.key))
    assert (response.status, json.loads(response.body)["__type"]) == (429, "Throttling")
    assert "x-iamd-arn" not in response.headers


HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # of nothing


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 200),
        ("GET", {"x_original_content_length": "0"}, 200),
        ("GET", {"x_original_content_length": "1"}, 403),
        ("GET", {"x_original_transfer_encoding": "chunked"}, 403),
        ("POST", {}, 403),
        ("POST", {"x_original_content_length": "0"}, 200),
        ("POST", {"x_original_content_length": "00"}, 403),
    ],
)
def test_body_that_is_not_signed(asker: Proxy, method: str, headers: dict[str, str], status: int) -> None:
    request = signed(asker.key, method, "/books")
    assert ask(asker, "/forward-auth/library", request, **headers).status == status
    declared = signed(asker.key, method, "/books", x_amz_content_sha256=HASH)
    response = ask(asker, "/forward-auth/library", declared, **headers)
    assert (response.status, response.headers["x-iamd-content-sha256"]) == (200, HASH)


def test_header_that_a_route_looks_at_is_signed(asker: Proxy) -> None:
    path = "/forward-auth/library"
    request = signed(asker.key, target="/desks/1", x_desk="3")
    assert ask(asker, path, request).status == 200
    assert ask(asker, path, signed(asker.key, target="/desks/1")).status == 200
    response = ask(asker, path, signed(asker.key, target="/desks/1"), x_desk="3")
    assert (response.status, json.loads(response.body)["message"]) == (
        400,
        "The header x-desk must be signed.",
    )
    api_key = create_api_key(asker.account, allow("library:UseDesk"), name="kay")
    bearer = S3Request("GET", "/desks/1", {"host": HOST, "authorization": f"Bearer {api_key}"})
    assert ask(asker, path, bearer, x_desk="3").status == 200


def test_caller_of_another_account_is_denied(asker: Proxy) -> None:
    stranger = servers.create_account(asker.account.server)
    request = signed(Key(stranger.access_key_id, stranger.secret_access_key))
    assert ask(asker, "/forward-auth/library", request).status == 403


def test_decisions_are_recorded(asker: Proxy) -> None:
    bob = Key(*asker.account.key_of("bob", allow("library:GetBook")))
    for request in (signed(bob), signed(bob, target="/books"), signed(bob, target="/nothing")):
        ask(asker, "/forward-auth/library", request)
    (allowed,) = eventually(asker.account, "GetBook")
    assert "errorCode" not in allowed
    assert allowed["eventSource"] == "library.amazonaws.com"
    assert allowed["requestParameters"]["resource"].endswith(":book/17")
    (denied,) = eventually(asker.account, "ListBooks")
    assert denied["errorCode"] == "AccessDenied"
    (unmapped,) = eventually(asker.account, "UnmappedRequest")
    assert "no route for GET /nothing" in unmapped["errorMessage"]


def test_large_body_is_not_read_without_a_valid_key(asker: Proxy) -> None:
    stranger = asker._replace(api_key="iamd_x")
    for length, proxy, status in ((1_000_000, stranger, 401), (3_000_000, asker, 413)):
        headers = proxy.headers(signed(asker.key, "POST", "/books"))
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        content = f"POST /forward-auth/library HTTP/1.1\r\nHost: h\r\n{head}Content-Length: {length}\r\n\r\nx"
        assert raw.send(asker.account.server, content.encode()).status == status
