"""The guides to gateways do what they say: their commands run as they are written.

Only ports are others, and nginx and iamd are started where the guide says so.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import iamd_command
from tests.servers import environment, free_ports

DOCS = Path(__file__).parent.parent.parent / "docs"
_STORE_OPTIONS = (
    *(f"{service}.port" for service in ("master", "volume", "filer")),
    *(f"{service}.port.grpc" for service in ("master", "volume", "filer", "s3")),
)
_NGINX = """
pid nginx.pid; error_log stderr; user root;
events {}
http { access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi; include s3-gateway.conf; }
"""
_WAIT = "wait_for() { for _ in $(seq 300); do curl -s -o /dev/null $1 && return; sleep 0.1; done; exit 9; }"
_BOB = """
aws iam create-access-key --user-name bob --output text \\
  --query 'AccessKey.[AccessKeyId,SecretAccessKey]' > bob.key
read AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY < bob.key
s3 cp s3://reports/2026/hello.txt -
s3 ls s3://reports || true
"""
_DENIED = "is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::reports because no"


def blocks(page: str, title: str, language: str = "sh") -> list[str]:
    """Return the shell commands, or other blocks, of a chapter of a page."""
    chapter = (DOCS / page).read_text().partition(f"# {title}\n")[2].partition("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```", chapter, re.DOTALL | re.MULTILINE)


def with_free_ports(script: str, ports: dict[str, int]) -> str:
    """Replace the ports of the guide, and set those of the store that the guide leaves alone."""
    for port, free in ports.items():
        script = re.sub(rf"\b{port}\b", str(free), script)
    store_ports = zip(_STORE_OPTIONS, free_ports(len(_STORE_OPTIONS)), strict=True)
    options = " ".join(f"-{name} {port}" for name, port in store_ports)
    quiet = "-s3.port.iceberg 0 -s3.port.lance 0 -master.telemetry=false"
    return script.replace("weed server", f"weed server {options} {quiet}")


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_s3_gateway(tmp_path: Path) -> None:
    store, setting, asker, config, usage = blocks("services.md", "An S3 gateway")
    ports = dict(zip(("8470", "8333", "8080"), free_ports(3), strict=True))
    account = iamd_command.run("init", "--admin", "alice", "--json", cwd=tmp_path)
    assert account.returncode == 0, account.stderr
    (tmp_path / "nginx.conf").write_text(_NGINX)
    script = "\n".join(
        [
            "set -eu; shopt -s expand_aliases",
            _WAIT,
            store,
            setting,
            "iamd serve > iamd.log 2>&1 &",
            "wait_for http://127.0.0.1:8470/readyz; wait_for http://127.0.0.1:8333/",
            asker,
            config,
            "nginx -p $PWD -c nginx.conf -g 'daemon off;' 2> nginx.log &",
            "wait_for http://127.0.0.1:8080/",
            usage,
            _BOB,
        ]
    )
    key = json.loads(account.stdout)
    output = run(
        with_free_ports(script, ports),
        tmp_path,
        AWS_ACCESS_KEY_ID=key["access_key_id"],
        AWS_SECRET_ACCESS_KEY=key["secret_access_key"],
        IAMD_PORT=str(ports["8470"]),
        AWS_ENDPOINT_URL_IAM=f"http://127.0.0.1:{ports['8470']}",
    )
    assert "\nhello\n" in output, output
    assert _DENIED in output
    assert (tmp_path / "gateway.key").read_text().startswith("iamd_")


_ORDERS = """
iam create-user --user-name bob
read ID SECRET <<< $(iam create-access-key --user-name bob --output text \\
  --query 'AccessKey.[AccessKeyId,SecretAccessKey]')
export AWS_ACCESS_KEY_ID=$ID AWS_SECRET_ACCESS_KEY=$SECRET
aws --endpoint-url http://127.0.0.1:4566 sqs send-message \\
  --queue-url http://127.0.0.1:4566/123456789012/orders --message-body x || true
"""
_BACKEND = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{self.path} for {self.headers['X-Iamd-Arn']}\\n".encode())
http.server.HTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
"""
_READER = """
import sys
import urllib.request
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.session import Session
request = AWSRequest("GET", "http://127.0.0.1:8090" + sys.argv[1], {"Host": "localhost"})
SigV4Auth(Session().get_credentials(), "library", "us-east-1").add_auth(request)
sent = urllib.request.Request(request.url, headers=dict(request.headers))
print(urllib.request.urlopen(sent).read().decode())
"""


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_service_of_your_own(tmp_path: Path) -> None:
    check, setting, asker = blocks("own-services.md", "A service of your own")
    ports = dict(zip(("8470", "8000", "8090"), free_ports(3), strict=True))
    account = iamd_command.run("init", "--admin", "alice", "--json", cwd=tmp_path)
    (tmp_path / "library.yaml").write_text(blocks("own-services.md", "A service of your own", "yaml")[0])
    (tmp_path / "nginx.conf").write_text(_NGINX.replace("s3-gateway.conf", "library.conf"))
    (tmp_path / "backend.py").write_text(with_free_ports(_BACKEND, ports))
    (tmp_path / "reader.py").write_text(with_free_ports(_READER, ports))
    script = "\n".join(
        [
            "set -eu",
            _WAIT,
            check,
            setting,
            "iamd serve > iamd.log 2>&1 &",
            "python backend.py 2> backend.log &",
            "wait_for http://127.0.0.1:8470/readyz; wait_for http://127.0.0.1:8000/",
            asker,
            "nginx -p $PWD -c nginx.conf -g 'daemon off;' 2> nginx.log &",
            "wait_for http://127.0.0.1:8090/",
            "python reader.py /books/17?format=pdf",
        ]
    )
    key = json.loads(account.stdout)
    output = run(
        with_free_ports(script, ports),
        tmp_path,
        AWS_ACCESS_KEY_ID=key["access_key_id"],
        AWS_SECRET_ACCESS_KEY=key["secret_access_key"],
        IAMD_PORT=str(ports["8470"]),
        AWS_ENDPOINT_URL_IAM=f"http://127.0.0.1:{ports['8470']}",
    )
    assert "library:GetBook on arn:aws:library::111122223333:book/17 library:format=pdf" in output
    assert f"/books/17?format=pdf for arn:aws:iam::{key['account_id']}:user/alice" in output


@pytest.mark.integrations
def test_emulator(tmp_path: Path) -> None:
    (guide,) = blocks("emulators.md", "An emulator with real IAM")
    first, _, script = guide.partition("\n")
    assert first.startswith("iamd init --admin alice --account-id 123456789012 ")
    account = iamd_command.run(*first.partition("#")[0].split()[1:], "--json", cwd=tmp_path)
    assert account.returncode == 0, account.stderr
    key = json.loads(account.stdout)
    for name, port in (("iamd serve", 8470), ("moto_server", 5000), ("envoy -c", 4566)):
        pattern = rf"^({re.escape(name)} .*&|{re.escape(name)} &)$"
        script, count = re.subn(
            pattern, rf"\1\nwait_for http://127.0.0.1:{port}/", script, flags=re.MULTILINE
        )
        assert count == 1, name
    ports = dict(zip(("8470", "5000", "4566"), free_ports(3), strict=True))
    output = run(
        with_free_ports(f"set -eu\n{_WAIT}\n{script}{_ORDERS}", ports),
        tmp_path,
        AWS_ACCESS_KEY_ID=key["access_key_id"],
        AWS_SECRET_ACCESS_KEY=key["secret_access_key"],
        IAMD_PORT=str(ports["8470"]),
    )
    assert '"QueueUrl": ' in output
    assert "orders because no identity-based policy allows the sqs:SendMessage action" in output


def run(script: str, folder: Path, **env: str) -> str:
    """Run a script; return its output, and end whatever it started."""
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(
            ["bash", "-c", script],
            cwd=folder,
            env=environment(
                PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                AWS_DEFAULT_REGION="us-east-1",
                **env,
            ),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            status = process.wait(timeout=120)
        finally:
            with contextlib.suppress(ProcessLookupError):  # nothing of it runs any more
                os.killpg(process.pid, signal.SIGKILL)
    text = (folder / "output").read_text()
    assert status == 0, text
    return text
