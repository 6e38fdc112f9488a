"""rclone, s3cmd, restic and the AWS CLI use a gateway with TLS. Skipped where they are not installed."""

import os
import shutil
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests import aws_cli, iamd_command
from tests.forward_auth import proxies
from tests.forward_auth.conftest import Gateway, create_api_key
from tests.forward_auth.seaweedfs import ObjectStore
from tests.servers import Account, allow, environment, free_port

pytestmark = pytest.mark.integrations

FILES = {"a.txt": 100, "large.bin": 12 * 1024 * 1024, "sub dir/ü file+1.txt": 10}


@pytest.fixture
def tls_gateway(s3_account: Account, object_store: ObjectStore, tmp_path: Path) -> Iterator[Gateway]:
    """Return a gateway with a certificate for localhost, whose authority is in `ca.pem`."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    certificate.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    api_key = create_api_key(s3_account, allow("iamd:AuthorizeRequest"))
    port = free_port()
    result = iamd_command.run(
        *("gateway", "config", "nginx", "--listen", f"127.0.0.1:{port}", "--iamd", s3_account.server.url),
        *("--tls-cert", "cert.pem", "--tls-key", "key.pem"),
        cwd=tmp_path,
        IAMD_S3_STORE=object_store.url,
        IAMD_API_KEY=api_key,
    )
    assert result.returncode == 0, result.stderr
    with proxies.started("nginx", tmp_path, result.stdout, port):
        yield Gateway(f"https://localhost:{port}", s3_account, object_store, api_key)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a folder with files."""
    folder = tmp_path / "source"
    for name, size in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(os.urandom(size))
    return folder


def run(folder: Path, *command: str, **env: str) -> str:
    """Run a client; return its output."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    inherited = {name: value for name, value in environment(**env).items() if name != "AWS_CA_BUNDLE"}
    result = subprocess.run(
        command, cwd=folder, env=inherited, capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_rclone(tls_gateway: Gateway, source: Path, tmp_path: Path) -> None:
    account = tls_gateway.account
    remote = f"gw:rclone-{account.account_id}"
    env = {
        "RCLONE_CONFIG": str(tmp_path / "rclone.conf"),
        "RCLONE_CONFIG_GW_TYPE": "s3",
        "RCLONE_CONFIG_GW_PROVIDER": "Other",
        "RCLONE_CONFIG_GW_ENDPOINT": tls_gateway.url,
        "RCLONE_CONFIG_GW_ACCESS_KEY_ID": account.access_key_id,
        "RCLONE_CONFIG_GW_SECRET_ACCESS_KEY": account.secret_access_key,
        "RCLONE_CA_CERT": str(tmp_path / "ca.pem"),
        "RCLONE_RETRIES": "1",
    }
    for command in (
        ["mkdir", remote],
        ["sync", str(source), remote],
        ["check", str(source), remote],
        ["sync", remote, "back"],
        ["purge", remote],
    ):
        run(tmp_path, "rclone", *command, **env)
    assert contents(tmp_path / "back") == contents(source)
    assert "rclone-" not in run(tmp_path, "rclone", "lsd", "gw:", **env)


def test_s3cmd(tls_gateway: Gateway, source: Path, tmp_path: Path) -> None:
    account, host = tls_gateway.account, tls_gateway.url.removeprefix("https://")
    bucket = f"s3://s3cmd-{account.account_id}"
    options = [
        f"--access_key={account.access_key_id}",
        f"--secret_key={account.secret_access_key}",
        *(f"--host={host}", f"--host-bucket={host}", "--ca-certs=ca.pem", "--config=/dev/null"),
    ]
    for command in (
        ["mb", bucket],
        ["put", "--recursive", f"{source}/", f"{bucket}/x/"],
        ["get", "--recursive", f"{bucket}/x/", "back/"],
        ["cp", f"{bucket}/x/a.txt", f"{bucket}/copy"],
        ["del", "--recursive", "--force", bucket],
        ["rb", bucket],
    ):
        (tmp_path / "back").mkdir(exist_ok=True)
        run(tmp_path, "s3cmd", *options, *command)
    assert contents(tmp_path / "back") == contents(source)


def test_restic(tls_gateway: Gateway, source: Path, tmp_path: Path) -> None:
    account = tls_gateway.account
    env = {
        "AWS_ACCESS_KEY_ID": account.access_key_id,
        "AWS_SECRET_ACCESS_KEY": account.secret_access_key,
        "RESTIC_REPOSITORY": f"s3:{tls_gateway.url}/restic-{account.account_id}",
        "RESTIC_PASSWORD": "x",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    for command in (
        ["init"],
        ["backup", "source"],
        ["check"],
        ["restore", "latest", "--target", "back"],
        ["forget", "--prune", "--keep-last", "1"],
    ):
        run(tmp_path, "restic", "--cacert", "ca.pem", *command, **env)
    assert contents(tmp_path / "back" / "source") == contents(source)


def test_aws_cli(tls_gateway: Gateway, source: Path, tmp_path: Path) -> None:
    account, bucket = tls_gateway.account, f"s3://awscli-{tls_gateway.account.account_id}"
    config = tmp_path / "config"  # version 1 of the CLI presigns by Signature Version 2 without it
    config.write_text("[default]\ns3 =\n    signature_version = s3v4\n")
    env = environment(
        AWS_CONFIG_FILE=str(config),
        AWS_ACCESS_KEY_ID=account.access_key_id,
        AWS_SECRET_ACCESS_KEY=account.secret_access_key,
        AWS_DEFAULT_REGION="us-east-1",
        AWS_ENDPOINT_URL_S3=tls_gateway.url,
        AWS_CA_BUNDLE=str(tmp_path / "ca.pem"),
    )
    for arguments in (
        ["mb", bucket],
        ["cp", "--quiet", str(source / "large.bin"), f"{bucket}/x/large.bin"],
        ["cp", "--quiet", f"{bucket}/x/large.bin", f"{bucket}/copy of/ü large.bin"],
        ["cp", "--quiet", "--recursive", f"{bucket}/copy of/", str(tmp_path / "back")],
        ["sync", "--quiet", "--delete", str(source), f"{bucket}/x"],
        ["sync", "--quiet", f"{bucket}/x", str(tmp_path / "synced")],
    ):
        aws_cli.run_text(env, "s3", *arguments)
    assert contents(tmp_path / "back") == {"ü large.bin": (source / "large.bin").read_bytes()}
    assert contents(tmp_path / "synced") == contents(source)
    url = aws_cli.run_text(env, "s3", "presign", f"{bucket}/x/a.txt").strip()
    context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    with urllib.request.urlopen(url, context=context, timeout=20) as response:
        assert response.read() == (source / "a.txt").read_bytes()
    aws_cli.run_text(env, "s3", "rb", "--force", bucket)
