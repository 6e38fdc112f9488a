"""The chapter "A service in Python" of docs/own-services.md: its code runs as written, but for ports."""

import contextlib
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import servers
from tests.client.conftest import MAY_ASK
from tests.forward_auth.conftest import create_api_key
from tests.servers import Account, allow

GUIDE = Path(__file__).parent.parent.parent / "docs/own-services.md"
_IAMD, _FLASK = "http://127.0.0.1:8470", "http://localhost:5000"


def blocks(language: str) -> list[str]:
    """Return the code of the chapter in a language."""
    chapter = GUIDE.read_text().partition("## A service in Python\n")[2].partition("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```", chapter, re.DOTALL | re.MULTILINE)


class Guide(NamedTuple):
    """A folder with the code of the guide and the API keys of its services, and a user's access key."""

    folder: Path
    account: Account
    key: tuple[str, str]

    @contextlib.contextmanager
    def serving(self, *command: str) -> Iterator[int]:
        """Run a server in the folder, a Python module with its arguments; yield its port."""
        port = servers.free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "--port", str(port)],
            cwd=self.folder,
            env=servers.environment(PYTHONPATH=str(self.folder)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            servers.wait_for_port(port, process)
            yield port
        finally:
            process.terminate()
            process.communicate(timeout=15)


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guide]:
    folder = tmp_path_factory.mktemp("guide")
    (definition,) = blocks("yaml")
    (folder / "library.yaml").write_text(definition)
    services = str(folder / "library.yaml")
    with servers.serving_new_store(folder / "data", IAMD_SERVICES=services) as server:
        for name, code in zip(("flask_app", "asgi_app", "gateway"), blocks("python"), strict=True):
            (folder / f"{name}.py").write_text(code.replace(_IAMD, server.url))
        account = servers.create_account(server)
        for name in ("library", "gateway"):
            (folder / f"{name}.key").write_text(create_api_key(account, *MAY_ASK, name=name) + "\n")
        condition = {"StringEquals": {"agents:context/agent": "assistant"}}
        tool = allow("agents:call", resource="arn:aws:agents:*:*:tool/weather", Condition=condition)
        yield Guide(folder, account, account.key_of("bob", allow("library:GetBook"), tool))


def test_flask_application_of_the_guide(guide: Guide) -> None:
    (command,) = blocks("sh")
    with guide.serving("flask", "--app", "flask_app", "run") as port:
        output = subprocess.run(
            ["bash", "-c", command.replace(_FLASK, f"http://localhost:{port}").replace("curl ", "curl -s ")],
            env=servers.environment(AWS_ACCESS_KEY_ID=guide.key[0], AWS_SECRET_ACCESS_KEY=guide.key[1]),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    assert f'"reader":"arn:aws:iam::{guide.account.account_id}:user/bob"' in output.replace(" ", "")


def test_asgi_application_of_the_guide(guide: Guide) -> None:
    api_key = create_api_key(guide.account, allow("library:GetBook"), name="kay")
    with guide.serving("granian", "--interface", "asgi", "asgi_app:app") as port:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/books/17", headers={"Authorization": f"Bearer {api_key}"}
        )
        with urllib.request.urlopen(request, timeout=20) as response:
            assert response.read().decode().endswith(":user/kay")


def test_gateway_of_agents_of_the_guide(guide: Guide) -> None:
    script = (
        "from gateway import call_tool\n"
        "print(call_tool('bob', 'assistant', 'weather', {'city': 'Rome'}))\n"
        "print(call_tool('bob', 'other', 'weather', {'city': 'Rome'}))\n"
        "print(call_tool('bob', 'assistant', 'delete_files', {'path': '/'}))\n"
        "print(call_tool('bob', 'assistant', 'arn:aws:agents:::tool/weather', {}))\n"
    )
    output = subprocess.run(
        [sys.executable, "-c", script],
        cwd=guide.folder,
        env=servers.environment(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert output.splitlines() == [
        "It is sunny in Rome.",
        "bob may not use weather.",
        "bob may not use delete_files.",
        "There is no tool arn:aws:agents:::tool/weather.",
    ]
