"""docker-registry keeps its images behind a gateway. Skipped where it is not installed."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.forward_auth.conftest import REGION, Gateway
from tests.servers import allow

pytestmark = pytest.mark.integrations

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"
CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"


@contextlib.contextmanager
def running_registry(folder: Path, gateway: Gateway, bucket: str, key: tuple[str, str]) -> Iterator[str]:
    """Run a registry whose driver uses a bucket with an access key; yield its URL."""
    command = shutil.which("docker-registry") or pytest.skip("docker-registry is not installed")
    port = servers.free_port()
    driver = {
        "region": REGION,
        "regionendpoint": gateway.url,
        "bucket": bucket,
        "accesskey": key[0],
        "secretkey": key[1],
        "secure": False,
        "rootdirectory": "/images",
    }
    config = {
        "version": "0.1",
        "storage": {"s3": driver, "delete": {"enabled": True}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    (folder / "registry.yml").write_text(json.dumps(config))
    with (folder / "registry.log").open("w") as log:
        process = subprocess.Popen(
            [command, "serve", "registry.yml"],
            cwd=folder,
            env=servers.environment(),
            stdout=log,
            stderr=log,
            text=True,
        )
    try:
        servers.wait_for_port(port, process)
        yield f"http://127.0.0.1:{port}/v2"
    finally:
        process.terminate()
        process.wait(20)


def call(method: str, url: str, body: bytes = b"", content_type: str = "") -> tuple[int, Any, bytes]:
    """Send a request to the registry; return status, headers and body."""
    headers = {"Content-Type": content_type or "application/octet-stream", "Accept": MANIFEST_TYPE}
    request = urllib.request.Request(url, body if method in ("PUT", "POST") else None, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def push_blob(repository: str, content: bytes) -> int:
    """Upload a blob; return the last status."""
    status, headers, _ = call("POST", f"{repository}/blobs/uploads/")
    if status != 202:
        return status
    location = headers["Location"]
    separator = "&" if "?" in location else "?"
    return call("PUT", f"{location}{separator}digest={digest(content)}", content)[0]


def manifest(config: bytes, layer: bytes) -> bytes:
    def entry(media_type: str, content: bytes) -> dict[str, Any]:
        return {"mediaType": media_type, "size": len(content), "digest": digest(content)}

    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": entry(CONFIG_TYPE, config),
            "layers": [entry(LAYER_TYPE, layer)],
        }
    ).encode()


def test_image_is_pushed_and_pulled(gateway: Gateway, tmp_path: Path) -> None:
    account, bucket = gateway.account, f"registry-{gateway.account.account_id}"
    gateway.s3().create_bucket(Bucket=bucket)
    # What the registry's documentation lists for its driver, and tags, since it copies objects.
    key = account.key_of(
        "registry",
        allow(
            *("s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"),
            resource=f"arn:aws:s3:::{bucket}",
        ),
        allow(
            *("s3:PutObject", "s3:GetObject", "s3:DeleteObject"),
            *("s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"),
            *("s3:GetObjectTagging", "s3:PutObjectTagging"),
            resource=f"arn:aws:s3:::{bucket}/images/*",
        ),
    )
    config, layer = b"{}", os.urandom(6 * 1024 * 1024)
    with running_registry(tmp_path, gateway, bucket, key) as url:
        repository = f"{url}/app"
        assert [push_blob(repository, blob) for blob in (config, layer)] == [201, 201]
        document = manifest(config, layer)
        assert call("PUT", f"{repository}/manifests/1.0", document, MANIFEST_TYPE)[0] == 201
        assert call("GET", f"{repository}/manifests/1.0")[::2] == (200, document)
        assert json.loads(call("GET", f"{repository}/tags/list")[2])["tags"] == ["1.0"]
        pulled = call("GET", f"{repository}/blobs/{digest(layer)}")
        assert (pulled[0], pulled[2] == layer) == (200, True)
        account.iam.delete_user_policy(UserName="registry", PolicyName="test")
        assert call("GET", f"{repository}/blobs/{digest(layer)}")[0] >= 400
        assert push_blob(repository, b"other") >= 400
