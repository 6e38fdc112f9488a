"""Outbound web identity federation: enabling and disabling it, and what verifiers of tokens can read."""

import re
import socket
import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from joserfc.errors import JoseError

from tests import servers
from tests.api import web_identity
from tests.api.responses import call, refused, state
from tests.api.test_audit import event_of
from tests.api.web_identity import enable, published_keys, request_token, token_of, verify
from tests.servers import Account, Server, allow

ENABLED = (
    "FeatureEnabled",
    409,
    "Outbound web identity federation is already enabled for this account.",
)
DISABLED = ("FeatureDisabled", 404, "Outbound web identity federation is disabled for this account.")
NO_TOKENS = (
    "OutboundWebIdentityFederationDisabledException",
    403,
    "The outbound web identity federation feature is not enabled for this account.",
)
TOKEN_PARAMS: dict[str, Any] = {"Audience": [web_identity.AUDIENCE], "SigningAlgorithm": "RS256"}
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "k"}


def path_of(issuer: str, document: str) -> str:
    return f"{urlsplit(issuer).path}/.well-known/{document}"


@pytest.mark.both_databases
def test_lifecycle(account: Account) -> None:
    iam, sts = account.iam, account.sts
    assert refused(sts, "GetWebIdentityToken", **TOKEN_PARAMS) == NO_TOKENS
    issuer = enable(account)
    info = iam.get_outbound_web_identity_federation_info()
    assert (info["IssuerIdentifier"], info["JwtVendingEnabled"]) == (issuer, True)
    assert refused(iam, "EnableOutboundWebIdentityFederation") == ENABLED
    keys = published_keys(issuer)
    token = request_token(sts)

    iam.disable_outbound_web_identity_federation()
    assert refused(sts, "GetWebIdentityToken", **TOKEN_PARAMS) == NO_TOKENS
    for operation in ("DisableOutboundWebIdentityFederation", "GetOutboundWebIdentityFederationInfo"):
        assert refused(iam, operation) == DISABLED
    verify(token, issuer)  # disabling does not affect tokens that were issued before

    assert (enable(account), published_keys(issuer)) == (issuer, keys)
    token_of(sts, issuer)


def test_disabling_stops_other_nodes_at_once(account: Account, second_server: Server) -> None:
    enable(account)
    other_node = account._replace(server=second_server).sts
    request_token(other_node)
    account.iam.disable_outbound_web_identity_federation()
    assert refused(other_node, "GetWebIdentityToken", **TOKEN_PARAMS) == NO_TOKENS


def test_issuer_is_a_random_id_of_the_account(account: Account, other_account: Account) -> None:
    issuers = enable(account), enable(other_account)
    port = urlsplit(account.server.url).port
    for issuer in issuers:
        assert re.fullmatch(rf"http://localhost:{port}/issuer/[0-9a-f-]{{36}}", issuer)
        assert uuid.UUID(issuer.rpartition("/")[2]).version == 4
    assert issuers[0] != issuers[1]


def test_configuration(account: Account) -> None:
    issuer = enable(account)
    assert web_identity.configuration(issuer) == {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES384"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "jti", "https://sts.amazonaws.com/"],
    }


def test_keys_are_public_ones_of_both_algorithms(account: Account) -> None:
    keys = published_keys(enable(account))["keys"]
    assert {(key["kty"], key["alg"], key["use"]) for key in keys} == {
        ("RSA", "RS256", "sig"),
        ("EC", "ES384", "sig"),
    }
    assert len({key["kid"] for key in keys}) == 2
    assert not [key for key in keys if key.keys() & PRIVATE_MEMBERS]


@pytest.mark.parametrize("document", ["openid-configuration", "jwks.json"])
def test_documents_are_for_everybody_and_may_be_cached(account: Account, document: str) -> None:
    url = account.server.url + path_of(enable(account), document)
    response = requests.get(url, timeout=10)
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "public, max-age=900"
    assert account.account_id not in response.text
    head = requests.head(url, timeout=10)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == response.headers["Content-Length"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_refused(account: Account, method: str) -> None:
    url = account.server.url + path_of(enable(account), "jwks.json")
    response = requests.request(method, url, timeout=10)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path",
    [
        "{0}",
        "{0}/",
        "{0}/.well-known/jwks.json/",
        "{0}/.well-known/other",
        "{0}%00/.well-known/jwks.json",
        "{0}%0A/.well-known/jwks.json",
        "{0}/../{1}/.well-known/jwks.json",
        "/issuer/{1}/.well-known/jwks.json",
        "/issuer//.well-known/jwks.json",
        "/issuer/%27%20or%201=1--/.well-known/jwks.json",
        "/issuer/{2}/.well-known/jwks.json",
        "{3}/.well-known/jwks.json",
    ],
)
@pytest.mark.both_databases
def test_what_is_not_published_is_not_found(account: Account, path: str) -> None:
    issuer_path = urlsplit(enable(account)).path
    unknown, upper = uuid.uuid4(), issuer_path.upper().replace("/ISSUER/", "/issuer/")
    target = path.format(issuer_path, unknown, account.account_id, upper)
    status, body = raw_get(account.server, target)
    assert (status, body) == (404, b"Not found.\n")


def raw_get(server: Server, target: str) -> tuple[int, bytes]:
    """Send a GET for a target as it is; return status and body."""
    parts = urlsplit(server.url)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=10) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        response = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = response.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def test_the_host_header_does_not_choose_the_issuer(account: Account) -> None:
    issuer = enable(account)
    url = account.server.url + path_of(issuer, "openid-configuration")
    response = requests.get(url, headers={"Host": "evil.example.com"}, timeout=10)
    assert response.json()["issuer"] == issuer
    direct = account.sts  # it asks 127.0.0.1, and the issuer is at localhost
    assert token_of(direct, issuer).claims["iss"] == issuer


def test_public_url_of_the_settings_is_the_issuer(account: Account, server: Server) -> None:
    issuer_id = enable(account).rpartition("/")[2]
    url = "https://iam.example.com/"
    with servers.serving(server.store, *server.arguments, IAMD_PUBLIC_URL=url) as public:
        info = account._replace(server=public).iam.get_outbound_web_identity_federation_info()
    assert info["IssuerIdentifier"] == f"{url}issuer/{issuer_id}"


def test_keys_of_another_account_verify_nothing(account: Account, other_account: Account) -> None:
    token = request_token(account.sts) if enable(account) else ""
    with pytest.raises((JoseError, ValueError)):
        verify(token, enable(other_account))


@pytest.mark.parametrize(
    "operation", ["EnableOutboundWebIdentityFederation", "DisableOutboundWebIdentityFederation"]
)
def test_changes_are_recorded(account: Account, operation: str) -> None:
    if operation.startswith("Disable"):
        enable(account)
    record = event_of(account, operation, call(account.iam, operation))
    assert (record["eventSource"], record["readOnly"]) == ("iam.amazonaws.com", False)


def test_enabling_without_permission_creates_no_keys(account: Account) -> None:
    caller = account.user("bob", allow("iam:Get*"))
    before = state(account)
    assert refused(caller, "EnableOutboundWebIdentityFederation")[:2] == ("AccessDenied", 403)
    assert state(account) == before
