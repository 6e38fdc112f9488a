"""Signatures of independent implementations: botocore's presigned URLs, curl, the AWS SDK for JavaScript."""

import json
import shutil
import subprocess
import urllib.error
import urllib.request

import pytest

from tests import javascript
from tests.api.responses import refused
from tests.servers import Account, environment

IDENTITY = "Action=GetCallerIdentity&Version=2011-06-15"


def test_presigned_url_of_botocore_succeeds(account: Account) -> None:
    url = account.sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    with urllib.request.urlopen(url) as response:
        assert f":{account.account_id}:user/admin".encode() in response.read()
    assert open_refused(url.replace("GetCallerIdentity", "GetSessionToken"))[0] == 403


def test_modified_presigned_url_is_refused(account: Account) -> None:
    url = account.sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    status, body = open_refused(url.replace("X-Amz-Expires=60", "X-Amz-Expires=61"))
    assert (status, b"SignatureDoesNotMatch" in body) == (403, True)


def open_refused(url: str) -> tuple[int, bytes]:
    """Open a URL that must be refused; return the status and the body."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url)
    with caught.value as error:
        return error.code, error.read()


def curl(account: Account, *arguments: str) -> str:
    process = subprocess.run(
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
    return process.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_signature_of_curl_is_accepted(account: Account) -> None:
    url = account.server.url
    assert ":user/admin" in curl(account, "--data", IDENTITY, f"{url}/")
    assert ":user/admin" in curl(account, f"{url}/?{IDENTITY}")
    wrong_key = account._replace(secret_access_key="x" * 40)
    assert "SignatureDoesNotMatch" in curl(wrong_key, "--data", IDENTITY, f"{url}/")


def test_aws_sdk_for_javascript(account: Account) -> None:
    env = environment(
        AWS_ACCESS_KEY_ID=account.access_key_id, AWS_SECRET_ACCESS_KEY=account.secret_access_key
    )
    output = javascript.run("visit.mjs", account.server.url, env=env)
    assert json.loads(output) == {
        "arn": f"arn:aws:iam::{account.account_id}:user/admin",
        "made": f"arn:aws:iam::{account.account_id}:user/js/zoe",
        "tag": "naïve +/=@ ok",
        "users": ["admin", "zoe"],
        "missing": {"name": "NoSuchEntityException", "status": 404},
        "invalid": "ValidationError",
        "refused": "SignatureDoesNotMatch",
    }


def test_signature_scoped_to_another_service_is_refused(account: Account) -> None:
    # Signed for STS, but an action of IAM.
    body = curl(
        account, "--data", "Action=CreateUser&Version=2010-05-08&UserName=eve", f"{account.server.url}/"
    )
    assert "SignatureDoesNotMatch" in body
    assert "Credential should be scoped to correct service: &apos;iam&apos;." in body
    assert refused(account.iam, "GetUser", UserName="eve").code == "NoSuchEntity"
