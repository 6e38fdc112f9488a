"""AssumeRoleWithWebIdentity with valid tokens: response, session, audit events, AWS CLI."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jwt import decode

from tests.api.federation import OPERATION, Federation
from tests.api.responses import refused
from tests.api.test_audit import event_of, eventually
from tests.issuer import CLIENT_ID, SUBJECT, authority, serving_mock_provider, sign_token, thumbprint
from tests.servers import Account, Server, allow, create_account, deny, document, environment

AWS = Path(sys.executable).with_name("aws")


# Response and session.


def test_assume_role_with_web_identity_response_and_session_identity(federation: Federation) -> None:
    role = federation.create_role()
    response = federation.assume_role(role)
    account_id = federation.account.account_id
    role_id = federation.account.iam.get_role(RoleName="job")["Role"]["RoleId"]
    assert response["AssumedRoleUser"] == {
        "AssumedRoleId": f"{role_id}:ci",
        "Arn": f"arn:aws:sts::{account_id}:assumed-role/job/ci",
    }
    assert response["SubjectFromWebIdentityToken"] == SUBJECT
    assert response["Provider"] == federation.issuer.url
    assert response["Audience"] == CLIENT_ID
    assert "SourceIdentity" not in response
    assert "PackedPolicySize" not in response
    identity = federation.session_client("sts", response).get_caller_identity()
    assert identity["Arn"] == response["AssumedRoleUser"]["Arn"]
    assert identity["UserId"] == f"{role_id}:ci"
    federation.session_client("iam", response).create_user(UserName="created-by-ci")


def test_session_has_exactly_the_permissions_of_its_role(federation: Federation) -> None:
    role = federation.create_role()
    federation.account.iam.put_role_policy(
        RoleName="job", PolicyName="all", PolicyDocument=document(allow("iam:ListUsers"))
    )
    iam = federation.session_client("iam", federation.assume_role(role))
    iam.list_users()
    error = refused(iam, "ListGroups")
    assert error.code == "AccessDenied"
    session_arn = f"arn:aws:sts::{federation.account.account_id}:assumed-role/job/ci"
    assert f"{session_arn} is not authorized" in error.message


@pytest.mark.parametrize(("duration", "expected_seconds"), [(None, 3600), (900, 900), (7200, 7200)])
def test_session_duration_is_one_hour_by_default_or_duration_seconds(
    federation: Federation, duration: int | None, expected_seconds: int
) -> None:
    role = federation.create_role(MaxSessionDuration=7200)
    params: dict[str, Any] = {} if duration is None else {"DurationSeconds": duration}
    expiration = federation.assume_role(role, **params)["Credentials"]["Expiration"]
    assert abs((expiration - datetime.now(UTC)).total_seconds() - expected_seconds) < 10


def test_duration_is_limited_by_max_session_duration(federation: Federation) -> None:
    error = federation.assume_role_error(federation.create_role(), DurationSeconds=3601)
    assert error == (
        "ValidationError",
        400,
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )


def test_session_may_outlive_its_token(federation: Federation) -> None:
    token = federation.issuer.token(exp=int(time.time()) + 5)
    expiration = federation.assume_role(federation.create_role(), token)["Credentials"]["Expiration"]
    assert (expiration - datetime.now(UTC)).total_seconds() > 3000


def test_token_can_be_used_more_than_once(federation: Federation) -> None:
    token, role = federation.issuer.token(), federation.create_role()
    access_key_ids = {federation.assume_role(role, token)["Credentials"]["AccessKeyId"] for _ in range(3)}
    assert len(access_key_ids) == 3


@pytest.mark.parametrize(
    ("key", "algorithm"), [("rsa", "RS512"), ("ES256", "ES256"), ("ES384", "ES384"), ("ES512", "ES512")]
)
def test_other_signature_algorithms_are_accepted(federation: Federation, key: str, algorithm: str) -> None:
    claims = decode(federation.issuer.token(), options={"verify_signature": False})
    token = sign_token(claims, key, algorithm)
    assert federation.assume_role(federation.create_role(), token)["Audience"] == CLIENT_ID


def test_session_policies_limit_a_session(federation: Federation) -> None:
    role = federation.create_role()
    inline = document(allow("iam:ListUsers", "iam:ListRoles"))
    managed = [{"arn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}]
    response = federation.assume_role(role, Policy=inline)
    assert response["PackedPolicySize"] > 0
    federation.session_client("iam", response).list_users()
    assert refused(federation.session_client("iam", response), "ListGroups").code == "AccessDenied"
    reader = federation.session_client("iam", federation.assume_role(role, PolicyArns=managed))
    reader.list_groups()
    error = refused(reader, "CreateUser", UserName="bob")
    assert error.message.endswith("because no session policy allows the iam:CreateUser action")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Policy": "{"}, "MalformedPolicyDocument"),
        ({"Policy": document({**allow("s3:*"), "Principal": "*"})}, "MalformedPolicyDocument"),
        ({"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/NoSuchPolicy"}]}, "MalformedPolicyDocument"),
        ({"PolicyArns": [{"arn": f"arn:aws:iam::aws:policy/P{n}"} for n in range(11)]}, "ValidationError"),
    ],
)
def test_invalid_session_policies_are_rejected(
    federation: Federation, params: dict[str, Any], code: str
) -> None:
    assert federation.assume_role_error(federation.create_role(), **params)[:2] == (code, 400)


# Condition keys, role last used, role chaining, end of the session.


def test_federated_provider_condition_key_of_a_session(federation: Federation) -> None:
    role = federation.create_role()
    own_provider = {"StringEquals": {"aws:FederatedProvider": federation.provider_arn}}
    other_provider = {"StringEquals": {"aws:FederatedProvider": f"{federation.provider_arn}/other"}}
    policy = document(
        allow("iam:ListUsers", Condition=own_provider), allow("iam:ListGroups", Condition=other_provider)
    )
    federation.account.iam.put_role_policy(RoleName="job", PolicyName="all", PolicyDocument=policy)
    iam = federation.session_client("iam", federation.assume_role(role))
    iam.list_users()
    assert refused(iam, "ListGroups").code == "AccessDenied"


def test_role_last_used_is_updated_by_a_session(federation: Federation) -> None:
    role, iam = federation.create_role(), federation.account.iam
    assert "LastUsedDate" not in iam.get_role(RoleName="job")["Role"]["RoleLastUsed"]
    start = datetime.now(UTC).replace(microsecond=0)
    federation.session_client("iam", federation.assume_role(role)).list_users()
    deadline = time.monotonic() + 10
    last_used: dict[str, Any] = {}
    while not last_used and time.monotonic() < deadline:
        last_used = iam.get_role(RoleName="job")["Role"]["RoleLastUsed"]
    assert last_used["LastUsedDate"] >= start
    assert last_used["Region"] == "us-east-1"


def test_role_chaining_is_limited_to_one_hour(federation: Federation) -> None:
    response = federation.assume_role(federation.create_role(MaxSessionDuration=43200), DurationSeconds=43200)
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": federation.account.account_id},
        "Action": "sts:AssumeRole",
    }
    next_role = federation.create_role(trust, name="next", MaxSessionDuration=43200)
    sts = federation.session_client("sts", response)
    params = {"RoleArn": next_role, "RoleSessionName": "chained"}
    error = refused(sts, "AssumeRole", **params, DurationSeconds=3601)
    assert error.code == "ValidationError"
    assert "1 hour session limit for roles assumed by role chaining" in error.message
    chained = sts.assume_role(**params, DurationSeconds=3600)
    assert chained["AssumedRoleUser"]["Arn"].endswith(":assumed-role/next/chained")
    federation.session_client("iam", chained).list_users()


def test_session_is_invalidated_with_its_role_but_not_with_its_provider(federation: Federation) -> None:
    role, iam = federation.create_role(), federation.account.iam
    session = federation.session_client("iam", federation.assume_role(role))
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=federation.provider_arn)
    session.list_users()
    iam.delete_role_policy(RoleName="job", PolicyName="all")
    iam.delete_role(RoleName="job")
    assert refused(session, "ListUsers").code == "InvalidClientTokenId"


@pytest.mark.parametrize("operation", ["GetSessionToken", "GetFederationToken"])
def test_session_cannot_call_get_session_token_or_get_federation_token(
    federation: Federation, operation: str
) -> None:
    sts = federation.session_client("sts", federation.assume_role(federation.create_role()))
    params = {"Name": "fed"} if operation == "GetFederationToken" else {}
    assert refused(sts, operation, **params).code == "AccessDenied"


# Audit events.


def test_audit_event_has_the_identity_but_no_token_or_secret(federation: Federation) -> None:
    token, role = federation.issuer.token(), federation.create_role()
    response = federation.assume_role(role, token, DurationSeconds=900)
    assert eventually(federation.account, OPERATION)
    record = event_of(federation.account, OPERATION, response)
    assert record["eventSource"] == "sts.amazonaws.com"
    assert record["userIdentity"] == {
        "type": "WebIdentityUser",
        "principalId": f"{federation.provider_arn}:{CLIENT_ID}:{SUBJECT}",
        "userName": SUBJECT,
        "identityProvider": federation.provider_arn,
    }
    request = record["requestParameters"]
    assert request.pop("webIdentityToken") == "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert request == {"roleArn": role, "roleSessionName": "ci", "durationSeconds": 900}
    elements = record["responseElements"]
    assert elements["subjectFromWebIdentityToken"] == SUBJECT
    assert elements["provider"] == federation.issuer.url
    assert elements["audience"] == CLIENT_ID
    assert elements["assumedRoleUser"]["arn"] == response["AssumedRoleUser"]["Arn"]
    assert elements["credentials"]["accessKeyId"] == response["Credentials"]["AccessKeyId"]
    text = json.dumps(record)
    credentials = response["Credentials"]
    secrets = [token, *token.split("."), credentials["SecretAccessKey"], credentials["SessionToken"]]
    assert not [secret for secret in secrets if secret in text]


def test_audit_event_of_a_session_names_the_federated_provider(federation: Federation) -> None:
    iam = federation.session_client("iam", federation.assume_role(federation.create_role()))
    response = iam.create_user(UserName="created-by-ci")
    record = event_of(federation.account, "CreateUser", response)
    assert record["userIdentity"]["type"] == "AssumedRole"
    context = record["userIdentity"]["sessionContext"]
    assert context["webIdFederationData"] == {"federatedProvider": federation.provider_arn}


def test_refused_request_is_recorded_in_the_account_of_the_role(federation: Federation) -> None:
    token = federation.issuer.token(aud="nobody")
    federation.assume_role_error(federation.create_role(), token)
    (record,) = eventually(federation.account, OPERATION)
    assert record["errorCode"] == "InvalidIdentityToken"
    assert record["errorMessage"] == "Incorrect token audience"
    assert record["userIdentity"]["type"] == "WebIdentityUser"
    assert record["userIdentity"]["identityProvider"] == federation.issuer.url
    assert record["requestParameters"]["webIdentityToken"] == "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert token.split(".")[1] not in json.dumps(record)


# Third-party provider and AWS CLI.


@pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning")
@pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")
def test_tokens_of_a_third_party_provider(loopback_server: Server, tmp_path: Path) -> None:
    account = create_account(loopback_server)
    with serving_mock_provider(tmp_path) as sign_in:
        token = sign_in("mona")
        url = decode(token, options={"verify_signature": False})["iss"]
        response = account.iam.create_open_id_connect_provider(Url=url, ClientIDList=[CLIENT_ID])
        provider_arn = response["OpenIDConnectProviderArn"]
        provider = account.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider_arn)
        assert provider["ThumbprintList"] == [thumbprint(authority())]
        host = url.removeprefix("https://")
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": provider_arn},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{host}:aud": CLIENT_ID, f"{host}:sub": "mona"}},
        }
        role = account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=document(statement))
        params = {"RoleArn": role["Role"]["Arn"], "RoleSessionName": "mona"}
        response = account.sts.assume_role_with_web_identity(**params, WebIdentityToken=token)
        assert response["SubjectFromWebIdentityToken"] == "mona"
        assert response["Provider"] == url
        error = refused(account.sts, OPERATION, **params, WebIdentityToken=sign_in("lisa"))
        assert error[:2] == ("AccessDenied", 403)


def run_aws_cli(account: Account, folder: Path, *arguments: str, **variables: str) -> Any:
    """Run the AWS CLI with a folder as home and no access key; return its JSON, or stderr on error."""
    env = environment(
        AWS_CONFIG_FILE=str(folder / "config"),
        AWS_SHARED_CREDENTIALS_FILE=str(folder / "no-credentials"),
        AWS_ENDPOINT_URL_STS=account.server.url,
        AWS_ENDPOINT_URL_IAM=account.server.url,
        AWS_PAGER="",
        HOME=str(folder),
        **variables,
    )
    process = subprocess.run([str(AWS), *arguments], env=env, capture_output=True, text=True, check=False)
    return json.loads(process.stdout) if process.returncode == 0 else process.stderr


def test_aws_cli_profile_with_web_identity_token_file(federation: Federation, tmp_path: Path) -> None:
    role = federation.create_role()
    (tmp_path / "token").write_text(federation.issuer.token())
    (tmp_path / "config").write_text(
        f"[profile ci]\nregion = us-east-1\nrole_arn = {role}\nrole_session_name = pipeline\n"
        f"web_identity_token_file = {tmp_path / 'token'}\n"
    )
    identity = run_aws_cli(federation.account, tmp_path, "sts", "get-caller-identity", AWS_PROFILE="ci")
    assert identity["Arn"] == f"arn:aws:sts::{federation.account.account_id}:assumed-role/job/pipeline"


def test_aws_cli_with_web_identity_environment_variables(federation: Federation, tmp_path: Path) -> None:
    """These are the variables in docs/sign-in-without-secrets.md."""
    (tmp_path / "token").write_text(federation.issuer.token())
    variables = {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ROLE_ARN": federation.create_role(),
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
    }
    response = run_aws_cli(federation.account, tmp_path, "iam", "list-users", **variables)
    assert [user["UserName"] for user in response["Users"]] == ["admin"]


def test_explicit_deny_of_the_role_applies_to_its_session(federation: Federation) -> None:
    role = federation.create_role()
    federation.account.iam.put_role_policy(
        RoleName="job", PolicyName="deny", PolicyDocument=document(deny("iam:*"))
    )
    session = federation.session_client("iam", federation.assume_role(role))
    assert refused(session, "ListUsers").code == "AccessDenied"
