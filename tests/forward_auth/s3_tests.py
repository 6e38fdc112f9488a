"""Run Ceph's s3-tests against a gateway: nginx, iamd and SeaweedFS.

    python -m tests.forward_auth.s3_tests CHECKOUT [--named-principal] [--direct] [arguments of pytest]

CHECKOUT is a clone of github.com/ceph/s3-tests whose requirements are installed in CHECKOUT/.venv. The tests
run in a copy of it. They send IAM and STS calls to the S3 endpoint, so an nginx in front tells them apart;
their ARNs without an account, which only Ceph takes, get one. With --named-principal, bucket policies that
grant everybody something (`"Principal": "*"`) grant it to the tests' second user. With --direct, everything
goes to SeaweedFS, with its own credentials: what fails there too is not the gateway's doing.
"""

import argparse
import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests import servers
from tests.forward_auth import proxies, seaweedfs
from tests.forward_auth.conftest import create_api_key, root_key
from tests.forward_auth.seaweedfs import ObjectStore
from tests.servers import Account, Server, allow

_ACCOUNT_ID, _OTHER_ACCOUNT_ID = "111111111111", "222222222222"
_MAIN, _ALT = "main-user", "alt-user"
_GATEWAY_SECTIONS = ("s3 main", "s3 alt", "s3 tenant", "iam", "iam root", "iam alt root")
# A POST on / is never S3's.
_FRONT = """
server {{
  listen 127.0.0.1:{port}; client_max_body_size 0; proxy_request_buffering off;
  proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header Connection "";
  location = / {{
    error_page 418 = @api;
    if ($request_method = POST) {{ return 418; }}
    proxy_pass {gateway};
  }}
  location / {{ proxy_pass {gateway}; }}
  location @api {{ proxy_pass {server}; }}
}}
"""


class TestUser(NamedTuple):
    """A user of the tests: `user_id` is what they put into ARNs."""

    key: tuple[str, str]
    user_id: str


def main() -> int:
    """Run the tests; return pytest's exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.forward_auth.s3_tests")
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--named-principal", action="store_true")
    parser.add_argument("--direct", action="store_true")
    options, pytest_arguments = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        store = stack.enter_context(seaweedfs.running(_subfolder(folder, "store")))
        if options.direct:
            url, users = f"http://{store.host}", _store_users()
        else:
            url, users = stack.enter_context(_gateway(folder, store))
        suite = _copy_suite(options.checkout, folder / "suite", named_principal=options.named_principal)
        (folder / "s3tests.conf").write_text(_configuration(url, users))
        return subprocess.run(
            [str(options.checkout.absolute() / ".venv/bin/python"), "-m", "pytest", *pytest_arguments],
            cwd=suite,
            env=servers.environment(S3TEST_CONF=str(folder / "s3tests.conf"), PYTHONPATH=str(suite)),
            check=False,
        ).returncode


def _subfolder(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


@contextlib.contextmanager
def _gateway(folder: Path, store: ObjectStore) -> Iterator[tuple[str, dict[str, TestUser]]]:
    """Run iamd and nginx in front of a store; yield the URL for everything, and the users by section."""
    settings = {
        "IAMD_S3_STORE": store.url,
        "IAMD_S3_ACCOUNTS": _ACCOUNT_ID,
        "IAMD_ROOT_ACCESS_KEYS": "true",
    }
    with servers.serving_new_store(folder / "iamd", **settings) as server:
        account = servers.create_account(server, _ACCOUNT_ID)
        other_account = servers.create_account(server, _OTHER_ACCOUNT_ID)
        with _running_nginx(_subfolder(folder, "nginx"), server, store, account) as url:
            yield url, _gateway_users(account, other_account)


@contextlib.contextmanager
def _running_nginx(folder: Path, server: Server, store: ObjectStore, account: Account) -> Iterator[str]:
    gateway_port, port = servers.free_ports(2)
    config = proxies.configuration(
        "nginx",
        folder,
        create_api_key(account, allow("iamd:AuthorizeRequest")),
        *("--listen", f"127.0.0.1:{gateway_port}", "--iamd", server.url),
        IAMD_S3_STORE=store.url,
    )
    front = _FRONT.format(port=port, gateway=f"http://127.0.0.1:{gateway_port}", server=server.url)
    with proxies.started("nginx", folder, config + front, port) as url:
        yield url


def _gateway_users(account: Account, other_account: Account) -> dict[str, TestUser]:
    """Return the users by section; the second of the tests may do nothing but list and create buckets."""
    main_user = TestUser(account.key_of(_MAIN, allow("*")), _MAIN)
    alt_user = TestUser(account.key_of(_ALT, allow("s3:ListAllMyBuckets", "s3:CreateBucket")), _ALT)
    users = (main_user, alt_user, alt_user, main_user, _root(account), _root(other_account))
    return dict(zip(_GATEWAY_SECTIONS, users, strict=True))


def _root(account: Account) -> TestUser:
    return TestUser(root_key(account), account.account_id)


def _store_users() -> dict[str, TestUser]:
    return dict.fromkeys(_GATEWAY_SECTIONS, TestUser((seaweedfs.ACCESS_KEY, seaweedfs.SECRET_KEY), "iamd"))


def _configuration(url: str, users: dict[str, TestUser]) -> str:
    host, _, port = url.removeprefix("http://").partition(":")
    sections = "".join(
        f"[{section}]\ndisplay_name = {user.user_id}\nuser_id = {user.user_id}\n"
        f"email = {user.user_id}@example.com\ntenant = none\napi_name = us-east-1\n"
        f"access_key = {user.key[0]}\nsecret_key = {user.key[1]}\n"
        for section, user in users.items()
    )
    return f"[DEFAULT]\nhost = {host}\nport = {port}\nis_secure = False\n{sections}"


def _copy_suite(checkout: Path, target: Path, *, named_principal: bool) -> Path:
    """Copy the tests, with ARNs that have an account."""
    target.mkdir()
    shutil.copytree(checkout / "s3tests", target / "s3tests")
    shutil.copy(checkout / "pytest.ini", target)
    for file in (target / "s3tests" / "functional").glob("*.py"):
        text = re.sub(r"arn:aws:(iam|sts):::", rf"arn:aws:\1::{_ACCOUNT_ID}:", file.read_text())
        text = re.sub(r"(region_name'?(?:=|, ))''", r"\1'us-east-1'", text)
        file.write_text(_with_named_principal(text) if named_principal else text)
    return target


def _with_named_principal(text: str) -> str:
    """Name the second user in statements that allow everybody something, also where a class writes them."""
    alt = f'{{"AWS": "arn:aws:iam::{_ACCOUNT_ID}:user/{_ALT}"}}'
    text = re.sub(r'("Effect": "Allow",\s*"Principal": )(?:\{"AWS": "\*"\}|"\*")', rf"\1{alt}", text)
    for_everybody = 'self.effect == "Allow" and self.principal == {"AWS": "*"}'
    written = '"Principal" : self.principal'
    return text.replace(written, f'"Principal": {alt} if {for_everybody} else self.principal')


if __name__ == "__main__":
    sys.exit(main())
