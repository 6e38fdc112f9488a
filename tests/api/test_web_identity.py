"""Signing in with a token of an OpenID Connect provider, from one end to the other."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jwt import decode

from tests.api.answers import refused
from tests.api.federated import ASSUME, Scene
from tests.api.test_audit import event_of, eventually
from tests.issuer import CLIENT_ID, SUBJECT, authority, serving_mock_provider, sign_token, thumbprint
from tests.servers import Account, Server, allow, deny, document, environment, found

AWS = Path(sys.executable).with_name("aws")


# The reply, and what its credentials are.


def test_a_token_is_a_session_of_a_role(scene: Scene) -> None:
    role = scene.role()
    reply = scene.assume(role)
    account = scene.account.account_id
    role_id = scene.account.iam.get_role(RoleName="job")["Role"]["RoleId"]
    assert reply["AssumedRoleUser"] == {
        "AssumedRoleId": f"{role_id}:ci",
        "Arn": f"arn:aws:sts::{account}:assumed-role/job/ci",
    }
    assert reply["SubjectFromWebIdentityToken"] == SUBJECT
    assert reply["Provider"] == scene.issuer.url
    assert reply["Audience"] == CLIENT_ID
    assert "SourceIdentity" not in reply
    assert "PackedPolicySize" not in reply
    who = scene.client("sts", reply).get_caller_identity()
    assert who["Arn"] == reply["AssumedRoleUser"]["Arn"]
    assert who["UserId"] == f"{role_id}:ci"
    scene.client("iam", reply).create_user(UserName="by-ci")


def test_a_session_may_do_what_its_role_may_and_no_more(scene: Scene) -> None:
    role = scene.role()
    scene.account.iam.put_role_policy(
        RoleName="job", PolicyName="all", PolicyDocument=document(allow("iam:ListUsers"))
    )
    iam = scene.client("iam", scene.assume(role))
    iam.list_users()
    said = refused(iam, "ListGroups")
    assert said.code == "AccessDenied"
    assert f"arn:aws:sts::{scene.account.account_id}:assumed-role/job/ci is not authorized" in said.message


@pytest.mark.parametrize(("wanted", "seconds"), [(None, 3600), (900, 900), (7200, 7200)])
def test_a_session_lasts_as_long_as_it_is_asked_for(scene: Scene, wanted: int | None, seconds: int) -> None:
    role = scene.role(MaxSessionDuration=7200)
    more: dict[str, Any] = {} if wanted is None else {"DurationSeconds": wanted}
    ends = scene.assume(role, **more)["Credentials"]["Expiration"]
    assert abs((ends - datetime.now(UTC)).total_seconds() - seconds) < 10


def test_a_session_lasts_no_longer_than_its_role_lets_it(scene: Scene) -> None:
    said = scene.refusal(scene.role(), DurationSeconds=3601)
    assert said == (
        "ValidationError",
        400,
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )


def test_a_token_may_be_shorter_than_its_session(scene: Scene) -> None:
    token = scene.issuer.token(exp=int(time.time()) + 5)
    ends = scene.assume(scene.role(), token)["Credentials"]["Expiration"]
    assert (ends - datetime.now(UTC)).total_seconds() > 3000


def test_a_token_serves_until_it_ends(scene: Scene) -> None:
    token, role = scene.issuer.token(), scene.role()
    keys = {scene.assume(role, token)["Credentials"]["AccessKeyId"] for _ in range(3)}
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("key", "algorithm"), [("rsa", "RS512"), ("ES256", "ES256"), ("ES384", "ES384"), ("ES512", "ES512")]
)
def test_other_signatures_are_good_as_well(scene: Scene, key: str, algorithm: str) -> None:
    claims = decode(scene.issuer.token(), options={"verify_signature": False})
    assert scene.assume(scene.role(), sign_token(claims, key, algorithm))["Audience"] == CLIENT_ID


def test_session_policies_bound_a_session(scene: Scene) -> None:
    role = scene.role()
    inline = document(allow("iam:ListUsers", "iam:ListRoles"))
    managed = [{"arn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}]
    reply = scene.assume(role, Policy=inline)
    assert reply["PackedPolicySize"] > 0
    scene.client("iam", reply).list_users()
    assert refused(scene.client("iam", reply), "ListGroups").code == "AccessDenied"
    reading = scene.client("iam", scene.assume(role, PolicyArns=managed))
    reading.list_groups()
    said = refused(reading, "CreateUser", UserName="bob")
    assert said.message.endswith("because no session policy allows the iam:CreateUser action")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"Policy": "{"}, "MalformedPolicyDocument"),
        ({"Policy": document({**allow("s3:*"), "Principal": "*"})}, "MalformedPolicyDocument"),
        ({"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/NoSuchPolicy"}]}, "MalformedPolicyDocument"),
        ({"PolicyArns": [{"arn": f"arn:aws:iam::aws:policy/P{n}"} for n in range(11)]}, "ValidationError"),
    ],
)
def test_session_policies_are_checked(scene: Scene, more: dict[str, Any], code: str) -> None:
    assert scene.refusal(scene.role(), **more)[:2] == (code, 400)


# What is known of a session later.


def test_who_vouched_for_a_session_is_a_condition_of_its_policies(scene: Scene) -> None:
    role = scene.role()
    own = {"StringEquals": {"aws:FederatedProvider": scene.provider}}
    other = {"StringEquals": {"aws:FederatedProvider": f"{scene.provider}/other"}}
    granted = document(allow("iam:ListUsers", Condition=own), allow("iam:ListGroups", Condition=other))
    scene.account.iam.put_role_policy(RoleName="job", PolicyName="all", PolicyDocument=granted)
    iam = scene.client("iam", scene.assume(role))
    iam.list_users()
    assert refused(iam, "ListGroups").code == "AccessDenied"


def test_when_a_role_was_used_is_told(scene: Scene) -> None:
    role, iam = scene.role(), scene.account.iam
    assert "LastUsedDate" not in iam.get_role(RoleName="job")["Role"]["RoleLastUsed"]
    began = datetime.now(UTC).replace(microsecond=0)
    scene.client("iam", scene.assume(role)).list_users()
    deadline = time.monotonic() + 10
    used: dict[str, Any] = {}
    while not used and time.monotonic() < deadline:
        used = iam.get_role(RoleName="job")["Role"]["RoleLastUsed"]
    assert used["LastUsedDate"] >= began
    assert used["Region"] == "us-east-1"


def test_a_session_makes_another_for_an_hour(scene: Scene) -> None:
    reply = scene.assume(scene.role(MaxSessionDuration=43200), DurationSeconds=43200)
    trust = {"Effect": "Allow", "Principal": {"AWS": scene.account.account_id}, "Action": "sts:AssumeRole"}
    next_role = scene.role(trust, name="next", MaxSessionDuration=43200)
    sts = scene.client("sts", reply)
    wanted = {"RoleArn": next_role, "RoleSessionName": "chained"}
    said = refused(sts, "AssumeRole", **wanted, DurationSeconds=3601)
    assert said.code == "ValidationError"
    assert "1 hour session limit for roles assumed by role chaining" in said.message
    chained = sts.assume_role(**wanted, DurationSeconds=3600)
    assert chained["AssumedRoleUser"]["Arn"].endswith(":assumed-role/next/chained")
    scene.client("iam", chained).list_users()


def test_a_session_ends_with_its_role_and_not_with_its_provider(scene: Scene) -> None:
    role, iam = scene.role(), scene.account.iam
    session = scene.client("iam", scene.assume(role))
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=scene.provider)
    session.list_users()
    iam.delete_role_policy(RoleName="job", PolicyName="all")
    iam.delete_role(RoleName="job")
    assert refused(session, "ListUsers").code == "InvalidClientTokenId"


@pytest.mark.parametrize("operation", ["GetSessionToken", "GetFederationToken"])
def test_a_session_gets_no_credentials_of_users(scene: Scene, operation: str) -> None:
    sts = scene.client("sts", scene.assume(scene.role()))
    more = {"Name": "fed"} if operation == "GetFederationToken" else {}
    assert refused(sts, operation, **more).code == "AccessDenied"


# The audit.


def test_the_audit_tells_who_came_and_not_the_token(scene: Scene) -> None:
    token, role = scene.issuer.token(), scene.role()
    reply = scene.assume(role, token, DurationSeconds=900)
    assert eventually(scene.account, ASSUME)
    record = event_of(scene.account, ASSUME, reply)
    assert record["eventSource"] == "sts.amazonaws.com"
    assert record["userIdentity"] == {
        "type": "WebIdentityUser",
        "principalId": f"{scene.provider}:{CLIENT_ID}:{SUBJECT}",
        "userName": SUBJECT,
        "identityProvider": scene.provider,
    }
    shown = record["requestParameters"]
    assert shown.pop("webIdentityToken") == "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert shown == {"roleArn": role, "roleSessionName": "ci", "durationSeconds": 900}
    given = record["responseElements"]
    assert given["subjectFromWebIdentityToken"] == SUBJECT
    assert given["provider"] == scene.issuer.url
    assert given["audience"] == CLIENT_ID
    assert given["assumedRoleUser"]["arn"] == reply["AssumedRoleUser"]["Arn"]
    assert given["credentials"]["accessKeyId"] == reply["Credentials"]["AccessKeyId"]
    told = json.dumps(record)
    secrets = [token, *token.split("."), reply["Credentials"]["SecretAccessKey"]]
    assert not [secret for secret in (*secrets, reply["Credentials"]["SessionToken"]) if secret in told]


def test_the_audit_tells_of_a_session_who_vouched_for_it(scene: Scene) -> None:
    made = scene.client("iam", scene.assume(scene.role())).create_user(UserName="by-ci")
    record = event_of(scene.account, "CreateUser", made)
    assert record["userIdentity"]["type"] == "AssumedRole"
    context = record["userIdentity"]["sessionContext"]
    assert context["webIdFederationData"] == {"federatedProvider": scene.provider}


def test_a_refusal_is_recorded_where_the_role_should_be(scene: Scene) -> None:
    token = scene.issuer.token(aud="nobody")
    scene.refusal(scene.role(), token)
    (record,) = eventually(scene.account, ASSUME)
    assert record["errorCode"] == "InvalidIdentityToken"
    assert record["errorMessage"] == "Incorrect token audience"
    assert record["userIdentity"]["type"] == "WebIdentityUser"
    assert record["userIdentity"]["identityProvider"] == scene.issuer.url
    assert record["requestParameters"]["webIdentityToken"] == "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert token.split(".")[1] not in json.dumps(record)


# Others' programs.


@pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning")
@pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")
def test_the_tokens_of_a_provider_that_others_wrote(asking_server: Server, tmp_path: Path) -> None:
    account = found(asking_server)
    with serving_mock_provider(tmp_path) as sign_in:
        token = sign_in("mona")
        url = decode(token, options={"verify_signature": False})["iss"]
        made = account.iam.create_open_id_connect_provider(Url=url, ClientIDList=[CLIENT_ID])
        provider = made["OpenIDConnectProviderArn"]
        seen = account.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider)
        assert seen["ThumbprintList"] == [thumbprint(authority())]
        host = url.removeprefix("https://")
        trust = {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{host}:aud": CLIENT_ID, f"{host}:sub": "mona"}},
        }
        role = account.iam.create_role(RoleName="job", AssumeRolePolicyDocument=document(trust))["Role"][
            "Arn"
        ]
        wanted = {"RoleArn": role, "RoleSessionName": "mona"}
        reply = account.sts.assume_role_with_web_identity(**wanted, WebIdentityToken=token)
        assert reply["SubjectFromWebIdentityToken"] == "mona"
        assert reply["Provider"] == url
        said = refused(account.sts, ASSUME, **wanted, WebIdentityToken=sign_in("lisa"))
        assert said[:2] == ("AccessDenied", 403)


def cli(account: Account, folder: Path, *arguments: str, **more: str) -> Any:
    """Run the AWS CLI without any key, with a configuration of its own and more of an environment."""
    env = environment(
        AWS_CONFIG_FILE=str(folder / "config"),
        AWS_SHARED_CREDENTIALS_FILE=str(folder / "none"),
        AWS_ENDPOINT_URL_STS=account.server.url,
        AWS_ENDPOINT_URL_IAM=account.server.url,
        AWS_PAGER="",
        HOME=str(folder),
        **more,
    )
    done = subprocess.run([str(AWS), *arguments], env=env, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr


def test_a_profile_of_the_aws_cli_needs_no_key(scene: Scene, tmp_path: Path) -> None:
    role = scene.role()
    (tmp_path / "token").write_text(scene.issuer.token())
    (tmp_path / "config").write_text(
        f"[profile ci]\nregion = us-east-1\nrole_arn = {role}\nrole_session_name = pipeline\n"
        f"web_identity_token_file = {tmp_path / 'token'}\n"
    )
    who = cli(scene.account, tmp_path, "sts", "get-caller-identity", AWS_PROFILE="ci")
    assert who["Arn"] == f"arn:aws:sts::{scene.account.account_id}:assumed-role/job/pipeline"


def test_variables_of_the_environment_are_enough_for_the_aws_cli(scene: Scene, tmp_path: Path) -> None:
    """As docs/sign-in-without-secrets.md has it."""
    (tmp_path / "token").write_text(scene.issuer.token())
    env = {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ROLE_ARN": scene.role(),
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
    }
    listed = cli(scene.account, tmp_path, "iam", "list-users", **env)
    assert [user["UserName"] for user in listed["Users"]] == ["admin"]


def test_an_explicit_deny_of_the_role_binds_its_session(scene: Scene) -> None:
    role = scene.role()
    scene.account.iam.put_role_policy(
        RoleName="job", PolicyName="brake", PolicyDocument=document(deny("iam:*"))
    )
    assert refused(scene.client("iam", scene.assume(role)), "ListUsers").code == "AccessDenied"
