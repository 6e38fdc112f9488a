"""Tokens that are not believed, providers that do not answer, and what strangers are told of either."""

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
from tests.api.answers import Refused, refused, state
from tests.api.federated import ASSUME, Scene
from tests.api.test_audit import eventually, everything
from tests.issuer import (
    CONFIGURATION,
    claims_of,
    json_page,
    never_responds,
    page,
    public_jwk,
    segment,
    sign_token,
)
from tests.servers import Account, allow

NO_KEY = (
    "Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity documentation for requirements"
)
NO_TOKEN = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
BAD_SIGNATURE = "The token's signature is not valid."


def invalid(message: str) -> Refused:
    return Refused("InvalidIdentityToken", 400, message)


# Tokens. The tests of iamd.federation have all that can be wrong with one; here is what becomes of it.


def test_what_is_wrong_with_a_token_is_said(scene: Scene) -> None:
    role, url = scene.role(), scene.issuer.url
    header, payload, signature = scene.issuer.token().split(".")
    nobody = f"{segment({'alg': 'none'})}.{payload}."
    for token, message in {
        "none at all": NO_TOKEN,
        nobody: "The token's signature algorithm is not supported.",
        f"{header}.{segment(claims_of(url, sub='root'))}.{signature}": BAD_SIGNATURE,
        sign_token(claims_of(url), "rsa-other", headers={"kid": "rsa"}): BAD_SIGNATURE,
        sign_token(claims_of(url), headers={"kid": "unknown"}): NO_KEY,
        scene.issuer.token(aud="nobody"): "Incorrect token audience",
        scene.issuer.token(exp=None): "Missing a required claim: exp",
        scene.issuer.token(iss=None): "Missing a required claim: iss",
        scene.issuer.token(iss=f"{url}/"): f"No OpenIDConnect provider found in your account for {url}/",
        scene.issuer.token(iss="a\nb"): "The claim iss is not a valid issuer URL.",
        scene.issuer.token(nbf=int(time.time()) + 999): "The token is not valid yet.",
    }.items():
        assert scene.refusal(role, token) == invalid(message)
    old = scene.refusal(role, scene.issuer.token(exp=1_000_000_000))
    assert old[:2] == ("ExpiredTokenException", 400)
    assert old.message.endswith(" must be before the expiration date/time 1000000000")


@pytest.mark.parametrize("size", [19_000, 20_001])
def test_a_token_is_as_long_as_aws_lets_it_be(scene: Scene, size: int) -> None:
    token = "a." * (size // 2) + "a" * (size % 2)
    said = scene.refusal(scene.role(), token)
    assert said.code == ("InvalidIdentityToken" if size <= 20_000 else "ValidationError")
    assert token not in said.message


@pytest.mark.parametrize("bomb", [b"[" * 14_000, b'{"a":' * 2800, b"9" * 14_000, b'{"iss":"\\ud800"}', b"\0"])
def test_bombs_in_a_token_hurt_nobody(scene: Scene, bomb: bytes) -> None:
    token = f"{segment({'alg': 'RS256', 'kid': 'rsa'})}.{segment(bomb)}.{segment(b'x')}"
    assert scene.refusal(scene.role(), token).code == "InvalidIdentityToken"


HOSTILE = ["<b>&\"'</b>", "%0d%0a", "${jndi:ldap://x}", "'); DROP TABLE roles; --", "a" * 255, "../../etc"]


@pytest.mark.parametrize("claimed", HOSTILE)
def test_whom_a_token_claims_to_be_from_is_only_repeated(scene: Scene, claimed: str) -> None:
    said = scene.refusal(scene.role(), scene.issuer.token(iss=claimed))
    assert said in (
        invalid(f"No OpenIDConnect provider found in your account for {claimed}"),
        invalid("The claim iss is not a valid issuer URL."),
    )
    (record,) = eventually(scene.account, ASSUME)
    assert record["errorMessage"] == said.message


def test_a_provider_of_the_kind_that_aws_has_built_in_is_not_known(scene: Scene) -> None:
    said = scene.refusal(scene.role(), ProviderId="graph.facebook.com")
    assert said[:2] == ("ValidationError", 400)


@pytest.mark.parametrize("missing", ["RoleArn", "RoleSessionName", "WebIdentityToken"])
def test_what_a_request_must_have(scene: Scene, missing: str) -> None:
    answer = post(scene.account, {**scene.request(scene.role()), missing: ""})
    assert answer.status_code == 400
    assert "<Code>ValidationError</Code>" in answer.text


# Credentials that come along.


def form(params: dict[str, Any]) -> dict[str, Any]:
    return {"Action": ASSUME, "Version": "2011-06-15", **params}


def post(account: Account, params: dict[str, Any], **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(account.server.url, data=form(params), headers=named, timeout=10)


def test_a_request_needs_no_signature_and_may_be_a_get(scene: Scene) -> None:
    params = scene.request(scene.role())
    assert post(scene.account, params).status_code == 200
    assert requests.get(scene.account.server.url, params=form(params), timeout=10).status_code == 200


@pytest.mark.parametrize("secret", ["its own", "a wrong one"])
@pytest.mark.parametrize("method", [SigV4Auth, SigV4QueryAuth])
def test_a_signature_changes_nothing(scene: Scene, method: Any, secret: str) -> None:
    key_id, own = scene.account.key_of("mallory", allow("*"))
    credentials = Credentials(key_id, own if secret == "its own" else "x" * 40, "a token")
    closed = scene.role(scene.when("StringEquals", "sub", "nobody"))
    for role, expected in ((closed, 403), (scene.role(name="open"), 200)):
        request = AWSRequest("POST", scene.account.server.url, data=form(scene.request(role)))
        method(credentials, "sts", "us-east-1").add_auth(request)
        ready = request.prepare()
        answer = requests.post(ready.url, data=ready.body, headers=dict(ready.headers), timeout=10)
        assert answer.status_code == expected
    records = [record for record in everything(scene.account) if record["eventName"] == ASSUME]
    assert {record["userIdentity"]["type"] for record in records} <= {"WebIdentityUser"}


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
def test_other_credentials_are_not_looked_at(scene: Scene, header: dict[str, str]) -> None:
    assert post(scene.account, scene.request(scene.role()), **header).status_code == 200


def test_a_token_is_no_signature_for_anything_else(scene: Scene) -> None:
    for action in ("AssumeRole", "GetCallerIdentity", "GetSessionToken", "ListUsers"):
        version = "2010-05-08" if action == "ListUsers" else "2011-06-15"
        params = {**scene.request(scene.role(name=action)), "Action": action, "Version": version}
        answer = post(scene.account, params)
        assert answer.status_code == 403
        assert "<Code>MissingAuthenticationToken</Code>" in answer.text


# Providers.


def test_a_provider_that_is_deleted_vouches_for_nobody(scene: Scene) -> None:
    role = scene.role()
    scene.assume(role)
    scene.account.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=scene.provider)
    said = scene.refusal(role)
    assert said == invalid(f"No OpenIDConnect provider found in your account for {scene.issuer.url}")


def test_a_client_id_that_is_removed_is_no_audience(scene: Scene) -> None:
    role = scene.role()
    scene.assume(role)
    iam, named = scene.account.iam, {"OpenIDConnectProviderArn": scene.provider}
    iam.remove_client_id_from_open_id_connect_provider(**named, ClientID="sts.amazonaws.com")
    assert scene.refusal(role) == invalid("Incorrect token audience")


def test_a_thumbprint_of_another_server_is_not_this_one(scene: Scene) -> None:
    role = scene.role()
    scene.account.iam.update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=scene.provider, ThumbprintList=["a" * 40]
    )
    assert scene.refusal(role) == invalid(
        "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"
    )


def test_many_tokens_are_one_fetch(own_scene: Scene) -> None:
    role = own_scene.role()
    for number in range(5):
        own_scene.assume(role, own_scene.issuer.token(sub=f"person-{number}"))
        assert own_scene.refusal(role, own_scene.issuer.token(aud="x")).code == "InvalidIdentityToken"
    for number in range(5):
        forged = sign_token(claims_of(own_scene.issuer.url), headers={"kid": f"unknown-{number}"})
        assert own_scene.refusal(role, forged) == invalid(NO_KEY)
    assert own_scene.issuer.site.requested_paths == [CONFIGURATION, "/keys"]


@pytest.mark.parametrize(
    ("where", "said", "reason"),
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
    ids=["redirect", "another issuer", "a list", "a page", "no keys", "too large"],
)
def test_a_provider_of_no_use_is_said_to_be_so(own_scene: Scene, where: str, said: Any, reason: str) -> None:
    own_scene.issuer.site.pages[where] = said
    sentence = (
        f"The request to the identity provider failed: {reason.replace('{HOST}', own_scene.issuer.host)}."
    )
    assert own_scene.refusal(own_scene.role()) == Refused("IDPCommunicationError", 400, sentence)


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "10.0.0.1", "[::1]", "[::ffff:10.0.0.1]", "0.0.0.0", "2130706434"]
)
def test_keys_are_not_fetched_from_this_servers_own_network(own_scene: Scene, host: str) -> None:
    own_scene.issuer.configure(jwks_uri=f"https://{host}/latest/meta-data/")
    assert own_scene.refusal(own_scene.role()) == Refused(
        "IDPCommunicationError",
        400,
        "The request to the identity provider failed: "
        f"{host.strip('[]')} does not resolve to a public address.",
    )


def test_by_default_this_machine_is_not_asked(account: Account, scene: Scene) -> None:
    """The same provider, on the server that names no private network."""
    there = scene._replace(account=account)
    iam = account.iam
    made = iam.create_open_id_connect_provider(Url=scene.issuer.url, ThumbprintList=["a" * 40])
    theirs = scene._replace(account=account, provider=made["OpenIDConnectProviderArn"])
    before = list(scene.issuer.site.requested_paths)
    assert there.refusal(theirs.role()) == Refused(
        "IDPCommunicationError",
        400,
        "The request to the identity provider failed: 127.0.0.1 does not resolve to a public address.",
    )
    assert scene.issuer.site.requested_paths == before


def test_others_are_served_while_a_provider_hangs(own_scene: Scene) -> None:
    site, account = own_scene.issuer.site, own_scene.account
    role = own_scene.role()
    site.pages[CONFIGURATION] = never_responds
    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(own_scene.refusal, role) for _ in range(4)]
        deadline = time.monotonic() + 10
        while not site.requested_paths and time.monotonic() < deadline:
            pass
        began = time.monotonic()
        account.sts.get_caller_identity()
        account.iam.create_user(UserName="meanwhile")
        account.iam.list_users()
        took = time.monotonic() - began
        still = [one for one in waiting if not one.done()]
        site.closing.set()  # it hangs up
        assert {one.result(20).code for one in waiting} == {"IDPCommunicationError"}
    assert still == waiting
    assert took < 3
    assert len(site.requested_paths) == 1


def test_other_thumbprints_have_the_keys_fetched_anew(own_scene: Scene) -> None:
    role, issuer = own_scene.role(), own_scene.issuer
    own_scene.assume(role)
    issuer.publish(public_jwk("rsa-other"))
    rotated = sign_token(claims_of(issuer.url), "rsa-other")
    assert own_scene.refusal(role, rotated) == invalid(NO_KEY)
    own_scene.account.iam.update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=own_scene.provider, ThumbprintList=[issuer.thumbprint, "a" * 40]
    )
    own_scene.assume(role, rotated)
    assert own_scene.refusal(role) == invalid(NO_KEY)


# What refusals leave behind.


def test_a_refusal_changes_nothing(scene: Scene) -> None:
    role = scene.role(scene.when("StringEquals", "sub", "nobody"))
    before = state(scene.account)
    scene.refusal(role)
    scene.refusal(role, "no token")
    scene.refusal(role, scene.issuer.token(aud="nobody"))
    assert state(scene.account) == before


def test_refusals_of_strangers_are_few_events_whatever_they_say(scene: Scene) -> None:
    role = scene.role()
    for number in range(30):
        scene.refusal(role, scene.issuer.token(iss=f"https://stranger-{number}.example"))
    deadline, counted = time.monotonic() + 10, 0
    told: list[dict[str, Any]] = []
    while counted < 30 and time.monotonic() < deadline:
        told = [record for record in everything(scene.account) if record["eventName"] == ASSUME]
        counted = sum(record.get("additionalEventData", {}).get("count", 1) for record in told)
    assert counted == 30
    assert len(told) <= 30


def test_refusals_of_an_account_that_is_not_there_are_nobodys(scene: Scene) -> None:
    issuer = f"https://stranger-{time.time_ns()}.example"
    scene.refusal("arn:aws:iam::999999999999:role/job", scene.issuer.token(iss=issuer))
    deadline, told = time.monotonic() + 10, ""
    while issuer not in told and time.monotonic() < deadline:
        with scene.account.server.store.database.read() as tx:
            told = "".join(event.record for event in audit.list_recent(tx, audit.NO_ACCOUNT_ID, 100))
    assert issuer in told
    assert not [record for record in everything(scene.account) if issuer in json.dumps(record)]
    assert refused(scene.account.iam, "GetRole", RoleName="job").code == "NoSuchEntity"
