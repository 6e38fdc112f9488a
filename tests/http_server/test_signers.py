"""Signers that share no code with ours: botocore's presigned form, curl, the SDK for JavaScript."""

import json
import shutil
import subprocess
import urllib.error
import urllib.request

import pytest

from tests import javascript
from tests.api.answers import refused
from tests.servers import Account, environment

IDENTITY = "Action=GetCallerIdentity&Version=2011-06-15"


def test_a_presigned_url_is_answered(visitor: Account) -> None:
    url = visitor.sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    with urllib.request.urlopen(url) as answer:
        assert f":{visitor.account_id}:user/admin".encode() in answer.read()
    assert opened(url.replace("GetCallerIdentity", "GetSessionToken"))[0] == 403


def test_a_presigned_url_that_was_touched_is_refused(visitor: Account) -> None:
    url = visitor.sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    status, body = opened(url.replace("X-Amz-Expires=60", "X-Amz-Expires=61"))
    assert (status, b"SignatureDoesNotMatch" in body) == (403, True)


def opened(url: str) -> tuple[int, bytes]:
    """Open a URL that is refused."""
    with pytest.raises(urllib.error.HTTPError) as said:
        urllib.request.urlopen(url)
    with said.value as error:
        return error.code, error.read()


def curl(account: Account, *arguments: str) -> str:
    done = subprocess.run(
        [
            "curl",
            "--silent",
            "--aws-sigv4",
            "aws:amz:us-east-1:sts",
            "--user",
            f"{account.access_key_id}:{account.secret_access_key}",
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )
    return done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
def test_curl_signs_what_we_verify(visitor: Account) -> None:
    url = visitor.server.url
    assert ":user/admin" in curl(visitor, "--data", IDENTITY, f"{url}/")
    assert ":user/admin" in curl(visitor, f"{url}/?{IDENTITY}")
    stranger = visitor._replace(secret_access_key="x" * 40)
    assert "SignatureDoesNotMatch" in curl(stranger, "--data", IDENTITY, f"{url}/")


def test_the_sdk_for_javascript(visitor: Account) -> None:
    env = environment(
        AWS_ACCESS_KEY_ID=visitor.access_key_id, AWS_SECRET_ACCESS_KEY=visitor.secret_access_key
    )
    said = javascript.run("visit.mjs", visitor.server.url, env=env)
    assert json.loads(said) == {
        "arn": f"arn:aws:iam::{visitor.account_id}:user/admin",
        "made": f"arn:aws:iam::{visitor.account_id}:user/js/zoe",
        "tag": "naïve +/=@ ok",
        "users": ["admin", "zoe"],
        "missing": {"name": "NoSuchEntityException", "status": 404},
        "invalid": "ValidationError",
        "refused": "SignatureDoesNotMatch",
    }


def test_the_scope_must_name_the_service_that_is_called(visitor: Account) -> None:
    # Signed for STS, asking IAM to make a user.
    said = curl(
        visitor, "--data", "Action=CreateUser&Version=2010-05-08&UserName=eve", f"{visitor.server.url}/"
    )
    assert "SignatureDoesNotMatch" in said
    assert "Credential should be scoped to correct service: &apos;iam&apos;." in said
    assert refused(visitor.iam, "GetUser", UserName="eve").code == "NoSuchEntity"
