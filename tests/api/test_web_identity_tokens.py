"""GetWebIdentityToken through boto3: what tokens contain, for whom, for how long, and what is refused.

What is published about their issuer is tested in test_outbound_federation.py.
"""

import base64
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.config import Config

from iamd.core.records import SessionToken
from iamd.store import schema, signing_keys
from iamd.store.query import Write, bind, columns_equal
from tests import iamd_client, servers
from tests.api import sts_sessions
from tests.api.responses import allowed, refused
from tests.api.sts_sessions import Session, create_role, create_role_session, seal_session, user_of
from tests.api.test_session_audit import record_text
from tests.api.web_identity import AUDIENCE, enable, published_keys, request_token, token_of, verify
from tests.servers import Account, Server, allow, deny

TOKEN_ACTION, TAG_ACTION = "sts:GetWebIdentityToken", "sts:TagGetWebIdentityToken"
PARAMS: dict[str, Any] = {"Audience": [AUDIENCE], "SigningAlgorithm": "RS256"}
TAGS = [{"Key": "Job", "Value": "nightly"}, {"Key": "empty", "Value": ""}]
ESCALATION = (
    "SessionDurationEscalationException",
    403,
    "The requested token duration would extend the session beyond its original expiration time.",
)


def sts_of(account: Account, name: str, *statements: dict[str, Any]) -> Any:
    """Create a user with these permissions; return its STS client."""
    return account.client("sts", account.key_of(name, *statements))


# What a token contains.


@pytest.mark.both_databases
@pytest.mark.parametrize("algorithm", ["RS256", "ES384"])
def test_token_of_a_user(account: Account, algorithm: str) -> None:
    issuer, before = enable(account), int(time.time())
    sts = sts_of(account, "bob", allow(TOKEN_ACTION))
    response = sts.get_web_identity_token(Audience=[AUDIENCE], SigningAlgorithm=algorithm)
    token = verify(response["WebIdentityToken"], issuer)
    (key,) = [key for key in published_keys(issuer)["keys"] if key["alg"] == algorithm]
    assert token.header == {"alg": algorithm, "kid": key["kid"], "typ": "JWT"}
    arn = user_of(account, "bob").arn
    issued_at, expires_at = token.claims.pop("iat"), token.claims.pop("exp")
    assert len(token.claims.pop("jti")) == 36
    assert token.claims == {
        "iss": issuer,
        "sub": arn,
        "aud": AUDIENCE,
        "https://sts.amazonaws.com/": {
            "aws_account": account.account_id,
            "source_region": "us-east-1",
            "principal_id": arn,
        },
    }
    assert before <= issued_at <= time.time()
    assert expires_at == issued_at + 300
    assert response["Expiration"] == datetime.fromtimestamp(expires_at, UTC)


def test_tags_of_the_principal_and_of_the_request(account: Account) -> None:
    issuer = enable(account)
    sts = sts_of(account, "bob", allow(TOKEN_ACTION, TAG_ACTION))
    account.iam.tag_user(UserName="bob", Tags=[{"Key": "Team", "Value": "Größe 2"}])
    token = token_of(sts, issuer, Tags=TAGS)
    assert token.aws["principal_tags"] == {"Team": "Größe 2"}
    assert token.aws["request_tags"] == {"Job": "nightly", "empty": ""}


def test_token_of_a_role_session_names_the_role(account: Account) -> None:
    issuer = enable(account)
    params = {
        "Path": "/jobs/",
        "Tags": [{"Key": "team", "Value": "of role"}, {"Key": "rank", "Value": "1"}],
    }
    trust = sts_sessions.trust_statement(
        {"AWS": account.account_id}, "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"
    )
    arn = create_role(account, "job", trust, **params)
    sts_sessions.put_role_policy(account, "job", allow(TOKEN_ACTION))
    session = sts_sessions.assume_role(
        account.sts, arn, SourceIdentity="alice", Tags=[{"Key": "Team", "Value": "of session"}]
    )
    token = token_of(session.client(account.server, "sts", "eu-west-1"), issuer)
    assert (token.claims["sub"], token.aws["principal_id"]) == (arn, arn)
    assert token.aws["principal_tags"] == {"Team": "of session", "rank": "1"}
    assert (token.aws["source_identity"], token.aws["source_region"]) == ("alice", "eu-west-1")
    expires_at = sts_sessions.unseal_token(account, session).expires_at
    assert token.aws["original_session_exp"] == f"{datetime.fromtimestamp(expires_at, UTC):%FT%TZ}"


def test_role_of_another_account_is_issued_by_that_account(account: Account, other_account: Account) -> None:
    issuer, other_issuer = enable(account), enable(other_account)
    trust = sts_sessions.trust_statement({"AWS": other_account.account_id})
    arn = create_role(account, "job", trust)
    sts_sessions.put_role_policy(account, "job", allow(TOKEN_ACTION))
    session = sts_sessions.assume_role(other_account.sts, arn)
    token = token_of(session.client(account.server, "sts"), issuer)
    assert (token.claims["iss"], token.claims["sub"]) == (issuer, arn)
    assert token.aws["aws_account"] == account.account_id
    assert issuer != other_issuer


def test_provider_of_a_federated_session(account: Account) -> None:
    issuer, provider = enable(account), f"arn:aws:iam::{account.account_id}:oidc-provider/idp.example.com"
    create_role_session(account, "job", allow(TOKEN_ACTION))
    role, now = sts_sessions.role_of(account, "job"), int(time.time())
    sealed = SessionToken(
        "role",
        account.account_id,
        role.role_id,
        "ci",
        "s" * 40,
        now,
        now + 3600,
        provider_arn=provider,
    )
    token = token_of(seal_session(account, sealed).client(account.server, "sts"), issuer)
    assert token.aws["federated_provider"] == provider


def test_boundary_and_session_policy_limit_tokens(account: Account) -> None:
    enable(account)
    arn = create_role(account, "job")
    sts_sessions.put_role_policy(account, "job", allow(TOKEN_ACTION))
    policy = servers.document(allow("s3:*"))
    limited = sts_sessions.assume_role(account.sts, arn, Policy=policy)
    assert not allowed(limited.client(account.server, "sts"), "GetWebIdentityToken", **PARAMS)
    bob = sts_of(account, "bob", allow(TOKEN_ACTION))
    account.iam.put_user_permissions_boundary(
        UserName="bob", PermissionsBoundary="arn:aws:iam::aws:policy/AmazonS3FullAccess"
    )
    assert not allowed(bob, "GetWebIdentityToken", **PARAMS)


def test_token_of_a_users_session(account: Account) -> None:
    issuer = enable(account)
    sts = sts_of(account, "bob", allow(TOKEN_ACTION))
    session = sts_sessions.credentials_of(sts.get_session_token())
    token = token_of(session.client(account.server, "sts"), issuer)
    assert token.claims["sub"] == user_of(account, "bob").arn
    assert token.aws.keys() == {"aws_account", "source_region", "principal_id", "original_session_exp"}


def test_token_of_the_root_user(account: Account, root_keys_server: Server) -> None:
    on_root_server = account._replace(server=root_keys_server)
    issuer = enable(on_root_server)
    root = sts_sessions.create_root_access_key(on_root_server)
    token = token_of(root.client(root_keys_server, "sts"), issuer)
    assert token.claims["sub"] == f"arn:aws:iam::{account.account_id}:root"


def test_federated_users_get_no_token(account: Account) -> None:
    enable(account)
    policy = servers.document(allow("*"))
    federated = sts_sessions.credentials_of(account.sts.get_federation_token(Name="fay", Policy=policy))
    error = refused(federated.client(account.server, "sts"), "GetWebIdentityToken", **PARAMS)
    assert error == ("AccessDenied", 403, "Cannot call GetWebIdentityToken with session credentials")


def test_unsigned_requests_get_no_token(account: Account) -> None:
    enable(account)
    client = iamd_client.unsigned_client(account.server.url, "sts")
    assert refused(client, "GetWebIdentityToken", **PARAMS).code == "MissingAuthenticationToken"


@pytest.mark.parametrize(
    ("audiences", "claim"),
    [(["a"], "a"), (["a", "b"], ["a", "b"]), (["a", "a"], ["a", "a"]), (['"\\ü\u2028<'], '"\\ü\u2028<')],
)
def test_one_audience_is_text_and_several_are_a_list(
    account: Account, audiences: list[str], claim: Any
) -> None:
    issuer = enable(account)
    assert token_of(account.sts, issuer, Audience=audiences).claims["aud"] == claim


def test_every_token_has_its_own_id(account: Account) -> None:
    issuer = enable(account)
    ids = {token_of(account.sts, issuer).claims["jti"] for _ in range(3)}
    assert len(ids) == 3


# Limits.


@pytest.mark.parametrize(
    "params",
    [
        {"Audience": []},
        {"Audience": [""]},
        {"Audience": ["a" * 1001]},
        {"Audience": [str(number) for number in range(11)]},
        {"DurationSeconds": 59},
        {"DurationSeconds": 3601},
        *({"SigningAlgorithm": name} for name in ("HS256", "RS384", "ES256", "rs256", "none")),
        {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]},
        {"Tags": [{"Key": "aws:a", "Value": "1"}]},
        {"Tags": [{"Key": "", "Value": "1"}]},
        {"Tags": [{"Key": "<a>", "Value": "1"}]},
        {"Tags": [{"Key": str(number), "Value": ""} for number in range(51)]},
    ],
    ids=str,
)
def test_invalid_parameters(account: Account, params: dict[str, Any]) -> None:
    enable(account)
    sts = iamd_client.session().client(
        "sts",
        region_name="us-east-1",
        endpoint_url=account.server.url,
        aws_access_key_id=account.access_key_id,
        aws_secret_access_key=account.secret_access_key,
        config=Config(parameter_validation=False),  # the server's validation is meant
    )
    assert refused(sts, "GetWebIdentityToken", **{**PARAMS, **params})[:2] == ("ValidationError", 400)


@pytest.mark.parametrize("seconds", [60, 3600])
def test_duration(account: Account, seconds: int) -> None:
    claims = token_of(account.sts, enable(account), DurationSeconds=seconds).claims
    assert claims["exp"] - claims["iat"] == seconds


def test_a_token_does_not_outlive_the_session(account: Account) -> None:
    issuer = enable(account)
    create_role_session(account, "job", allow(TOKEN_ACTION))
    session, now = _session_of_job(account, seconds=600), int(time.time())
    sts = session.client(account.server, "sts")
    assert refused(sts, "GetWebIdentityToken", **PARAMS, DurationSeconds=660) == ESCALATION
    assert token_of(sts, issuer, DurationSeconds=540).claims["exp"] <= now + 600
    nearly_over = _session_of_job(account, seconds=30).client(account.server, "sts")
    assert refused(nearly_over, "GetWebIdentityToken", **PARAMS) == ESCALATION


def _session_of_job(account: Account, seconds: int) -> Session:
    """Return a session of the role `job` that lasts for some more seconds."""
    role, now = sts_sessions.role_of(account, "job"), int(time.time())
    token = SessionToken("role", account.account_id, role.role_id, "work", "s" * 40, now, now + seconds)
    return seal_session(account, token)


@pytest.mark.parametrize("algorithm", ["RS256", "ES384"])
def test_claims_have_at_most_14984_bytes(account: Account, algorithm: str) -> None:
    enable(account)
    tags = [{"Key": f"{number:02}" + "k" * 98, "Value": "v" * 100} for number in range(24)]
    params: dict[str, Any] = {"SigningAlgorithm": algorithm, "Tags": tags}
    audiences = ["a" * 1000] * 8 + ["ü" * 500]
    size = payload_size(request_token(account.sts, Audience=[*audiences, "b"], **params))
    longest = "b" * (14_984 - size + 1)
    token = request_token(account.sts, Audience=[*audiences, longest], **params)
    assert payload_size(token) == 14_984
    error = refused(account.sts, "GetWebIdentityToken", Audience=[*audiences, f"{longest}b"], **params)
    assert error[:2] == ("JWTPayloadSizeExceededException", 400)


def payload_size(token: str) -> int:
    payload = token.split(".")[1]
    return len(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


# Permissions.


def test_permission_is_needed(account: Account) -> None:
    enable(account)
    bob = sts_of(account, "bob", allow("sts:Get*Info", "iam:*"))
    error = refused(bob, "GetWebIdentityToken", **PARAMS)
    assert error[:2] == ("AccessDenied", 403)
    assert error.message == (
        f"User: {user_of(account, 'bob').arn} is not authorized to perform: {TOKEN_ACTION} on resource: "
        f"arn:aws:sts::{account.account_id}:self because no identity-based policy allows the "
        f"{TOKEN_ACTION} action"
    )


def test_whether_the_feature_is_enabled_is_not_told_without_permission(account: Account) -> None:
    bob = sts_of(account, "bob", allow("iam:ListUsers"))
    assert not allowed(bob, "GetWebIdentityToken", **PARAMS)


def test_exact_resource_suffices(account: Account) -> None:
    enable(account)
    self_arn = f"arn:aws:sts::{account.account_id}:self"
    bob = sts_of(account, "bob", allow(TOKEN_ACTION, TAG_ACTION, resource=self_arn))
    assert allowed(bob, "GetWebIdentityToken", **PARAMS, Tags=TAGS)
    eve = sts_of(account, "eve", allow(TOKEN_ACTION, resource="arn:aws:sts::*:other"))
    assert not allowed(eve, "GetWebIdentityToken", **PARAMS)


def test_tags_need_a_permission_of_their_own(account: Account) -> None:
    enable(account)
    bob = sts_of(account, "bob", allow(TOKEN_ACTION))
    assert allowed(bob, "GetWebIdentityToken", **PARAMS)
    error = refused(bob, "GetWebIdentityToken", **PARAMS, Tags=TAGS)
    assert TAG_ACTION in error.message


CONDITIONS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"ForAllValues:StringEquals": {"sts:IdentityTokenAudience": AUDIENCE}}, {}, True),
    ({"ForAllValues:StringEquals": {"sts:IdentityTokenAudience": AUDIENCE}}, {"Audience": ["b"]}, False),
    (
        {"ForAllValues:StringEquals": {"sts:IdentityTokenAudience": AUDIENCE}},
        {"Audience": [AUDIENCE, "b"]},
        False,
    ),
    (
        {"ForAnyValue:StringLike": {"sts:IdentityTokenAudience": "https://*"}},
        {"Audience": ["b", AUDIENCE]},
        True,
    ),
    ({"StringEquals": {"sts:SigningAlgorithm": "RS256"}}, {}, True),
    ({"StringEquals": {"sts:SigningAlgorithm": "ES384"}}, {}, False),
    ({"NumericLessThanEquals": {"sts:DurationSeconds": "300"}}, {}, True),
    ({"NumericLessThanEquals": {"sts:DurationSeconds": "299"}}, {}, False),
    ({"NumericLessThanEquals": {"sts:DurationSeconds": "300"}}, {"DurationSeconds": 301}, False),
    ({"StringEquals": {"aws:RequestTag/job": "nightly"}}, {"Tags": TAGS}, True),
    ({"StringEquals": {"aws:RequestTag/job": "weekly"}}, {"Tags": TAGS}, False),
    ({"ForAllValues:StringEquals": {"aws:TagKeys": ["Job"]}}, {"Tags": TAGS}, False),
    ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, {}, True),
]


@pytest.mark.parametrize(("condition", "params", "expected"), CONDITIONS, ids=str)
def test_conditions(
    account: Account, condition: dict[str, Any], params: dict[str, Any], expected: bool
) -> None:
    enable(account)
    call_params = {**PARAMS, **params}
    bob = sts_of(account, "bob", allow(TOKEN_ACTION, TAG_ACTION, Condition=condition))
    assert allowed(bob, "GetWebIdentityToken", **call_params) is expected
    eve = sts_of(account, "eve", allow("sts:*"), deny(TOKEN_ACTION, Condition=condition))
    assert allowed(eve, "GetWebIdentityToken", **call_params) is not expected


# Secrets.


def test_audit_event_does_not_contain_the_token(account: Account) -> None:
    enable(account)
    token = request_token(account.sts, Tags=TAGS)
    text = record_text(account, "GetWebIdentityToken")
    record = json.loads(text)
    assert record["requestParameters"]["audience"] == [AUDIENCE]
    assert record["responseElements"].keys() == {"webIdentityToken", "expiration"}
    assert token not in text
    assert token.rpartition(".")[2] not in text


def test_sealed_keys_are_bound_to_their_rows(account: Account, other_account: Account) -> None:
    issuer = enable(account)
    enable(other_account)
    keys, foreign = _sealed_keys(account), _sealed_keys(other_account)
    for stolen in (foreign["ES384"], keys["RS256"], bytes([*keys["ES384"][:-1], keys["ES384"][-1] ^ 1])):
        _replace_private_key(account, "ES384", stolen)
        error = refused(account.sts, "GetWebIdentityToken", **{**PARAMS, "SigningAlgorithm": "ES384"})
        assert error == ("InternalFailure", 500, error.message)
        assert "key" not in error.message
    _replace_private_key(account, "ES384", keys["ES384"])
    token_of(account.sts, issuer)


def _sealed_keys(account: Account) -> dict[str, bytes]:
    with account.server.store.database.read() as tx:
        return {key.algorithm: key.private_key for key in signing_keys.list_all(tx, account.account_id)}


_SET_PRIVATE_KEY = Write(
    schema.signing_keys.update()
    .where(columns_equal(schema.signing_keys, "account_id", "algorithm"))
    .values(private_key=bind("sealed"))
)


def _replace_private_key(account: Account, algorithm: str, sealed: bytes) -> None:
    with account.server.store.database.write() as tx:
        _SET_PRIVATE_KEY.execute(tx, account_id=account.account_id, algorithm=algorithm, sealed=sealed)


def test_tokens_do_not_come_back_as_another_identity(account: Account) -> None:
    # AWS: they "cannot be used for OpenID Connect (OIDC) federation into AWS".
    url = "https://iam.example.com"
    server = account.server
    with servers.serving(server.store, *server.arguments, IAMD_PUBLIC_URL=url) as public:
        on_public = account._replace(server=public)
        issuer = enable(on_public)
        provider = on_public.iam.create_open_id_connect_provider(
            Url=issuer, ClientIDList=[AUDIENCE], ThumbprintList=["a" * 40]
        )["OpenIDConnectProviderArn"]
        trust = sts_sessions.trust_statement({"Federated": provider}, "sts:AssumeRoleWithWebIdentity")
        error = refused(
            iamd_client.unsigned_client(public.url, "sts"),
            "AssumeRoleWithWebIdentity",
            RoleArn=create_role(on_public, "job", trust),
            RoleSessionName="work",
            WebIdentityToken=request_token(on_public.sts),
        )
    assert error == (
        "InvalidIdentityToken",
        400,
        "Tokens of GetWebIdentityToken are not accepted for federation.",
    )
