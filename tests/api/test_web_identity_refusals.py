"""AssumeRoleWithWebIdentity refusals: invalid tokens, other credentials, unusable providers, audit events."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from iamd.store import audit
from tests import servers
from tests.api.federation import OPERATION, Federation
from tests.api.responses import Refused, refused, state
from tests.api.test_audit import eventually, everything
from tests.issuer import (
    CONFIGURATION,
    Page,
    claims_of,
    json_page,
    never_responds,
    page,
    public_jwk,
    segment,
    sign_token,
)
from tests.servers import Account, allow

KEY_NOT_FOUND = (
    "Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity documentation for requirements"
)
NOT_A_JWT = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
BAD_SIGNATURE = "The token's signature is not valid."


def invalid_token(message: str) -> Refused:
    """Return the InvalidIdentityToken error with this message."""
    return Refused("InvalidIdentityToken", 400, message)


# Invalid tokens: how errors are mapped to responses. tests/federation covers token validation itself.


def test_invalid_token_error_messages(federation: Federation) -> None:
    role, url = federation.create_role(), federation.issuer.url
    header, payload, signature = federation.issuer.token().split(".")
    unsigned = f"{segment({'alg': 'none'})}.{payload}."
    for token, message in {
        "not a JWT": NOT_A_JWT,
        unsigned: "The token's signature algorithm is not supported.",
        f"{header}.{segment(claims_of(url, sub='root'))}.{signature}": BAD_SIGNATURE,
        sign_token(claims_of(url), "rsa-other", headers={"kid": "rsa"}): BAD_SIGNATURE,
        sign_token(claims_of(url), headers={"kid": "unknown"}): KEY_NOT_FOUND,
        federation.issuer.token(aud="nobody"): "Incorrect token audience",
        federation.issuer.token(exp=None): "Missing a required claim: exp",
        federation.issuer.token(iss=None): "Missing a required claim: iss",
        federation.issuer.token(iss=f"{url}/"): f"No OpenIDConnect provider found in your account for {url}/",
        federation.issuer.token(iss="a\nb"): "The claim iss is not a valid issuer URL.",
        federation.issuer.token(nbf=int(time.time()) + 999): "The token is not valid yet.",
    }.items():
        assert federation.assume_role_error(role, token) == invalid_token(message)
    error = federation.assume_role_error(role, federation.issuer.token(exp=1_000_000_000))
    assert error[:2] == ("ExpiredTokenException", 400)
    assert error.message.endswith(" must be before the expiration date/time 1000000000")


@pytest.mark.parametrize("size", [19_000, 20_001])
def test_token_length_limit_is_20_000_characters(federation: Federation, size: int) -> None:
    token = "a." * (size // 2) + "a" * (size % 2)
    error = federation.assume_role_error(federation.create_role(), token)
    assert error.code == ("InvalidIdentityToken" if size <= 20_000 else "ValidationError")
    assert token not in error.message


@pytest.mark.parametrize(
    "payload", [b"[" * 14_000, b'{"a":' * 2800, b"9" * 14_000, b'{"iss":"\\ud800"}', b"\0"]
)
def test_malformed_or_deeply_nested_payload_is_an_invalid_token(
    federation: Federation, payload: bytes
) -> None:
    token = f"{segment({'alg': 'RS256', 'kid': 'rsa'})}.{segment(payload)}.{segment(b'x')}"
    assert federation.assume_role_error(federation.create_role(), token).code == "InvalidIdentityToken"


HOSTILE_ISSUERS = [
    "<b>&\"'</b>",
    "%0d%0a",
    "${jndi:ldap://x}",
    "'); DROP TABLE roles; --",
    "a" * 255,
    "../../etc",
]


@pytest.mark.parametrize("claimed_issuer", HOSTILE_ISSUERS)
def test_hostile_issuer_claim_is_only_echoed(federation: Federation, claimed_issuer: str) -> None:
    token = federation.issuer.token(iss=claimed_issuer)
    error = federation.assume_role_error(federation.create_role(), token)
    assert error in (
        invalid_token(f"No OpenIDConnect provider found in your account for {claimed_issuer}"),
        invalid_token("The claim iss is not a valid issuer URL."),
    )
    (record,) = eventually(federation.account, OPERATION)
    assert record["errorMessage"] == error.message


def test_provider_id_of_a_built_in_aws_provider_is_rejected(federation: Federation) -> None:
    error = federation.assume_role_error(federation.create_role(), ProviderId="graph.facebook.com")
    assert error[:2] == ("ValidationError", 400)


@pytest.mark.parametrize("parameter", ["RoleArn", "RoleSessionName", "WebIdentityToken"])
def test_empty_required_parameter_is_a_validation_error(federation: Federation, parameter: str) -> None:
    params = federation.request_params(federation.create_role())
    response = post(federation.account, {**params, parameter: ""})
    assert response.status_code == 400
    assert "<Code>ValidationError</Code>" in response.text


# Requests with other credentials.


def form_fields(params: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a form or query string of the Query API."""
    return {"Action": OPERATION, "Version": "2011-06-15", **params}


def post(account: Account, params: dict[str, Any], **headers: str) -> requests.Response:
    """Send an unsigned request; underscores in header names stand for hyphens."""
    hyphenated = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(account.server.url, data=form_fields(params), headers=hyphenated, timeout=10)


def test_unsigned_post_and_get_requests_are_accepted(federation: Federation) -> None:
    params = federation.request_params(federation.create_role())
    assert post(federation.account, params).status_code == 200
    response = requests.get(federation.account.server.url, params=form_fields(params), timeout=10)
    assert response.status_code == 200


@pytest.mark.parametrize("secret", ["valid", "wrong"])
@pytest.mark.parametrize("signer", [SigV4Auth, SigV4QueryAuth])
def test_signature_is_ignored(federation: Federation, signer: Any, secret: str) -> None:
    key_id, valid_secret = federation.account.key_of("mallory", allow("*"))
    credentials = Credentials(key_id, valid_secret if secret == "valid" else "x" * 40, "a token")
    closed = federation.create_role(federation.conditional_trust("StringEquals", "sub", "nobody"))
    for role, expected_status in ((closed, 403), (federation.create_role(name="open"), 200)):
        fields = form_fields(federation.request_params(role))
        request = AWSRequest("POST", federation.account.server.url, data=fields)
        signer(credentials, "sts", "us-east-1").add_auth(request)
        prepared = request.prepare()
        response = requests.post(prepared.url, data=prepared.body, headers=dict(prepared.headers), timeout=10)
        assert response.status_code == expected_status
    records: list[dict[str, Any]] = []
    deadline = time.monotonic() + 10
    while len(records) < 2 and time.monotonic() < deadline:
        records = [record for record in everything(federation.account) if record["eventName"] == OPERATION]
    assert [record["userIdentity"]["type"] for record in records] == ["WebIdentityUser"] * 2


@pytest.mark.parametrize(
    "header",
    [
        {"Authorization": "AWS4-HMAC-SHA256 broken"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer x"},
        {"X_Amz_Security_Token": "x"},
        {"Cookie": "__Host-iamd=x; iamd=x"},
        {"X_Iamd_Console": "1", "Origin": "https://evil.example"},
    ],
)
def test_other_credentials_are_ignored(federation: Federation, header: dict[str, str]) -> None:
    params = federation.request_params(federation.create_role())
    assert post(federation.account, params, **header).status_code == 200


def test_token_does_not_authenticate_other_operations(federation: Federation) -> None:
    for action in ("AssumeRole", "GetCallerIdentity", "GetSessionToken", "ListUsers"):
        version = "2010-05-08" if action == "ListUsers" else "2011-06-15"
        params = federation.request_params(federation.create_role(name=action))
        response = post(federation.account, {**params, "Action": action, "Version": version})
        assert response.status_code == 403
        assert "<Code>MissingAuthenticationToken</Code>" in response.text


# Changed and unusable providers.


def test_token_of_a_deleted_provider_is_refused(federation: Federation) -> None:
    role = federation.create_role()
    federation.assume_role(role)
    federation.account.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=federation.provider_arn)
    error = federation.assume_role_error(role)
    assert error == invalid_token(
        f"No OpenIDConnect provider found in your account for {federation.issuer.url}"
    )


def test_removed_client_id_is_no_longer_a_valid_audience(federation: Federation) -> None:
    role = federation.create_role()
    federation.assume_role(role)
    federation.account.iam.remove_client_id_from_open_id_connect_provider(
        OpenIDConnectProviderArn=federation.provider_arn, ClientID="sts.amazonaws.com"
    )
    assert federation.assume_role_error(role) == invalid_token("Incorrect token audience")


def test_certificate_must_match_a_thumbprint_of_the_provider(federation: Federation) -> None:
    role = federation.create_role()
    federation.account.iam.update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=federation.provider_arn, ThumbprintList=["a" * 40]
    )
    assert federation.assume_role_error(role) == invalid_token(
        "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"
    )


def test_jwks_is_fetched_once_for_many_tokens(own_federation: Federation) -> None:
    role = own_federation.create_role()
    for number in range(5):
        own_federation.assume_role(role, own_federation.issuer.token(sub=f"user-{number}"))
        error = own_federation.assume_role_error(role, own_federation.issuer.token(aud="x"))
        assert error.code == "InvalidIdentityToken"
    for number in range(5):
        forged = sign_token(claims_of(own_federation.issuer.url), headers={"kid": f"unknown-{number}"})
        assert own_federation.assume_role_error(role, forged) == invalid_token(KEY_NOT_FOUND)
    assert own_federation.issuer.site.requested_paths == [CONFIGURATION, "/keys"]


@pytest.mark.parametrize(
    ("path", "provider_page", "reason"),
    [
        (CONFIGURATION, page(b"", "302 Found", ["Location: /keys"]), "127.0.0.1 answered with status 302"),
        (
            CONFIGURATION,
            json_page({"issuer": "https://evil.example"}),
            "{HOST} publishes the configuration of another issuer",
        ),
        (CONFIGURATION, json_page([]), "the provider's response is not a JSON object"),
        ("/keys", page(b"<html>"), "the provider's response is not JSON"),
        ("/keys", json_page({}), "{HOST} publishes no keys"),
        ("/keys", page(b" " * 5_000_000), "127.0.0.1 answered with more than 262144 bytes"),
    ],
    ids=["redirect", "another issuer", "JSON array", "HTML", "no keys", "too large"],
)
def test_unusable_provider_response_is_an_idp_communication_error(
    own_federation: Federation, path: str, provider_page: Page, reason: str
) -> None:
    own_federation.issuer.site.pages[path] = provider_page
    reason = reason.replace("{HOST}", own_federation.issuer.host)
    message = f"The request to the identity provider failed: {reason}."
    error = own_federation.assume_role_error(own_federation.create_role())
    assert error == Refused("IDPCommunicationError", 400, message)


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "10.0.0.1", "[::1]", "[::ffff:10.0.0.1]", "0.0.0.0", "2130706434"]
)
def test_jwks_uri_in_a_private_network_is_not_fetched(own_federation: Federation, host: str) -> None:
    own_federation.issuer.configure(jwks_uri=f"https://{host}/latest/meta-data/")
    assert own_federation.assume_role_error(own_federation.create_role()) == Refused(
        "IDPCommunicationError",
        400,
        "The request to the identity provider failed: "
        f"{host.strip('[]')} does not resolve to a public address.",
    )


def test_provider_on_loopback_is_not_fetched_by_default(account: Account, federation: Federation) -> None:
    """The account is on a server without IAMD_OIDC_PRIVATE_NETWORKS."""
    response = account.iam.create_open_id_connect_provider(
        Url=federation.issuer.url, ThumbprintList=["a" * 40]
    )
    default_federation = federation._replace(
        account=account, provider_arn=response["OpenIDConnectProviderArn"]
    )
    before = list(federation.issuer.site.requested_paths)
    assert default_federation.assume_role_error(default_federation.create_role()) == Refused(
        "IDPCommunicationError",
        400,
        "The request to the identity provider failed: 127.0.0.1 does not resolve to a public address.",
    )
    assert federation.issuer.site.requested_paths == before


def test_other_requests_are_served_while_a_provider_does_not_respond(own_federation: Federation) -> None:
    site, account = own_federation.issuer.site, own_federation.account
    role = own_federation.create_role()
    site.pages[CONFIGURATION] = never_responds
    with ThreadPoolExecutor(4) as threads:
        futures = [threads.submit(own_federation.assume_role_error, role) for _ in range(4)]
        deadline = time.monotonic() + 10
        while not site.requested_paths and time.monotonic() < deadline:
            pass
        start = time.monotonic()
        account.sts.get_caller_identity()
        account.iam.create_user(UserName="bob")
        account.iam.list_users()
        elapsed_seconds = time.monotonic() - start
        pending = [future for future in futures if not future.done()]
        site.closing.set()  # the provider closes the connection
        assert {future.result(20).code for future in futures} == {"IDPCommunicationError"}
    assert pending == futures
    assert elapsed_seconds < 3
    assert len(site.requested_paths) == 1


def test_thumbprint_update_discards_cached_keys(own_federation: Federation) -> None:
    role, issuer = own_federation.create_role(), own_federation.issuer
    own_federation.assume_role(role)
    issuer.publish(public_jwk("rsa-other"))
    token = sign_token(claims_of(issuer.url), "rsa-other")
    assert own_federation.assume_role_error(role, token) == invalid_token(KEY_NOT_FOUND)
    own_federation.account.iam.update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=own_federation.provider_arn, ThumbprintList=[issuer.thumbprint, "a" * 40]
    )
    own_federation.assume_role(role, token)
    assert own_federation.assume_role_error(role) == invalid_token(KEY_NOT_FOUND)


# State and audit events after refusals.


def test_refusal_does_not_change_the_account(federation: Federation) -> None:
    role = federation.create_role(federation.conditional_trust("StringEquals", "sub", "nobody"))
    before = state(federation.account)
    federation.assume_role_error(role)
    federation.assume_role_error(role, "not a JWT")
    federation.assume_role_error(role, federation.issuer.token(aud="nobody"))
    assert state(federation.account) == before


def test_refusals_of_strangers_fill_two_small_records(federation: Federation) -> None:
    server, account = federation.account.server, federation.account
    role = federation.create_role()
    arns = [{"arn": f"arn:aws:iam::{account.account_id}:policy/{'x' * 1_900}"}] * 10
    with servers.serving(server.store, *server.arguments) as second_server:
        stranger = federation._replace(account=account._replace(server=second_server))
        for number in range(30):
            token = federation.issuer.token(iss=f"https://stranger-{number}.example")
            stranger.assume_role_error(role, token, PolicyArns=arns)
    records = [record for record in everything(account) if record["eventName"] == OPERATION]
    counts = [record.get("additionalEventData", {}).get("count", 1) for record in records]
    assert sorted(counts) == [1, 29]
    assert all(len(json.dumps(record)) < 4096 for record in records)
    assert all(record["requestParameters"]["omitted"] for record in records)
    assert all(record["requestParameters"]["roleArn"] == role for record in records)


def test_refusal_for_a_missing_account_is_recorded_without_an_account(federation: Federation) -> None:
    server, account = federation.account.server, federation.account
    issuer = f"https://stranger-{time.time_ns()}.example"
    with servers.serving(server.store, *server.arguments) as second_server:
        stranger = federation._replace(account=account._replace(server=second_server))
        stranger.assume_role_error("arn:aws:iam::999999999999:role/job", federation.issuer.token(iss=issuer))
    with server.store.database.read() as tx:
        records = "".join(event.record for event in audit.list_recent(tx, audit.NO_ACCOUNT_ID, 100))
    assert issuer in records
    assert not [record for record in everything(federation.account) if issuer in json.dumps(record)]
    assert refused(federation.account.iam, "GetRole", RoleName="job").code == "NoSuchEntity"
