"""s3fs mounts a bucket behind a gateway. Skipped where it is not installed or FUSE is missing."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.forward_auth.conftest import REGION, Gateway
from tests.servers import allow

pytestmark = pytest.mark.integrations

REFUSED = r"denied|permitted|Input/output"


@contextlib.contextmanager
def mounted(folder: Path, gateway: Gateway, bucket: str, key: tuple[str, str]) -> Iterator[Path]:
    """Mount a bucket with an access key; yield the folder with its objects."""
    command, unmount = shutil.which("s3fs"), shutil.which("fusermount")
    if command is None or unmount is None or not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.skip("s3fs is not installed, or there is no FUSE")
    point, keys = folder / "mount", folder / "keys"
    point.mkdir()
    keys.touch(mode=0o600)
    keys.write_text(":".join(key))
    options = [f"url={gateway.url}", f"endpoint={REGION}", f"passwd_file={keys}", "use_path_request_style"]
    options += ["stat_cache_expire=0", "retries=1", "enable_noobj_cache"]
    subprocess.run(
        [command, bucket, str(point), *(f"-o{option}" for option in options)],
        env=servers.environment(),
        check=True,
        timeout=60,
    )
    try:
        yield point
    finally:
        subprocess.run([unmount, "-u", "-z", str(point)], check=True, timeout=60)


def test_files(gateway: Gateway, tmp_path: Path) -> None:
    bucket, account = f"mount-{gateway.account.account_id}", gateway.account
    gateway.s3().create_bucket(Bucket=bucket)
    content = os.urandom(12 * 1024 * 1024)
    with mounted(tmp_path, gateway, bucket, (account.access_key_id, account.secret_access_key)) as mount:
        (mount / "dir").mkdir()
        (mount / "dir" / "a b.txt").write_bytes(b"text")
        (mount / "large.bin").write_bytes(content)
        (mount / "dir" / "a b.txt").rename(mount / "dir" / "c.txt")
        assert (mount / "dir" / "c.txt").read_bytes() == b"text"
        assert (mount / "large.bin").read_bytes() == content
        assert sorted(path.name for path in mount.iterdir()) == ["dir", "large.bin"]
        (mount / "large.bin").unlink()
    assert [item["Key"] for item in gateway.direct.list_objects_v2(Bucket=bucket)["Contents"]] == [
        "dir/",
        "dir/c.txt",
    ]


def test_user_who_may_read_cannot_write(gateway: Gateway, tmp_path: Path) -> None:
    bucket, account = f"read-{gateway.account.account_id}", gateway.account
    admin = gateway.s3()
    admin.create_bucket(Bucket=bucket)
    admin.put_object(Bucket=bucket, Key="a.txt", Body=b"text")
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    bob = account.key_of("bob", allow("s3:GetObject", "s3:ListBucket", resource=resources))
    with mounted(tmp_path, gateway, bucket, bob) as mount:
        assert (mount / "a.txt").read_bytes() == b"text"
        with pytest.raises(OSError, match=REFUSED):
            (mount / "a.txt").write_bytes(b"other")
        with pytest.raises(OSError, match=REFUSED):
            (mount / "b.txt").write_bytes(b"new")
        with pytest.raises(OSError, match=REFUSED):
            (mount / "a.txt").unlink()
    assert admin.get_object(Bucket=bucket, Key="a.txt")["Body"].read() == b"text"
    assert [item["Key"] for item in admin.list_objects_v2(Bucket=bucket)["Contents"]] == ["a.txt"]
