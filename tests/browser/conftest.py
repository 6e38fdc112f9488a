"""Chromium, and a server on which each test has its own account."""

import re
import subprocess
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from scripts import install_browser

from iamd.admin import account_creation
from iamd.admin.account_creation import AccountSpec
from iamd.core import clock
from iamd.store import attempt_counters
from tests import console_users, servers
from tests.browser import steps
from tests.browser.camera import Camera
from tests.servers import Account, Server, command, environment, free_port

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=install_browser.find_browser(),
            args=["--no-sandbox", "--force-prefers-reduced-motion"],
        )
        yield browser
        browser.close()


@dataclass(frozen=True)
class Iamd:
    """A test's account, without users and not set up, on the server that the tests share."""

    account: Account

    @classmethod
    def create_on(cls, server: Server) -> "Iamd":
        spec = AccountSpec(None, None, None, None)
        created = account_creation.create(server.store.database, server.store.vault, spec, clock.now())
        return cls(Account(created.account.account_id, "", "", server))

    @property
    def url(self) -> str:
        return self.account.server.url.replace("127.0.0.1", "localhost")

    @property
    def email(self) -> str:
        """Return the email address for its root user."""
        return f"founder-{self.account.account_id}@acme.example"

    @property
    def setup_link(self) -> str:
        """Return a link to set up the account, as the operator creates one."""
        return f"{self.url}{console_users.setup_path(self.account)}"


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return the server that the tests share."""
    with servers.serving_new_store(tmp_path_factory.mktemp("browser") / "data") as running:
        yield running


@pytest.fixture
def iamd(shared_server: Server) -> Iamd:
    """Return a new account; failed sign-in attempts of earlier tests are reset."""
    with shared_server.store.database.write() as tx:
        attempt_counters.reset(tx, attempt_counters.counter_key("address", "127.0.0.1"))
    return Iamd.create_on(shared_server)


class FirstStart:
    """`iamd serve` on an empty store."""

    def __init__(self, folder: Path, **env: str) -> None:
        port = free_port()
        self.url = f"http://localhost:{port}"
        self.folder = folder
        self.later_output = ""
        self._process = subprocess.Popen(
            command("serve", "--port", str(port)),
            cwd=folder,
            env=environment(**env),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.start_output = self._read_start_output()
        servers.wait_ready(servers.Server(self.url, None, self._process, ()))  # type: ignore[arg-type]

    def _read_start_output(self) -> str:
        assert self._process.stdout is not None
        output = ""
        for line in self._process.stdout:
            output += line
            if line.startswith("Press Ctrl+C"):
                break
        return output

    @property
    def setup_link(self) -> str:
        match = re.search(r"http://localhost:\d+/setup/\S+", self.start_output)
        assert match, self.start_output
        return match[0]

    def stop(self) -> str:
        """Stop the server; return its output since the start message."""
        if self._process.poll() is None:
            self._process.terminate()
            self.later_output = self._process.communicate(timeout=15)[0]
        return self.later_output


@pytest.fixture
def first_start(tmp_path: Path) -> Iterator[FirstStart]:
    running = FirstStart(tmp_path)
    yield running
    running.stop()


_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


def _failed(item: pytest.Item) -> bool:
    """Return whether a test failed, in which case its page is printed."""
    return item.stash.get(_FAILED, False)


@pytest.fixture
def base_url(iamd: Iamd) -> str:
    """Return the base URL of the test's page."""
    return iamd.url


@pytest.fixture
def page(chromium: Browser, base_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Return a page; the test fails on a script error or a violation of the Content Security Policy."""
    context = chromium.new_context(
        base_url=base_url,
        viewport=DESKTOP,  # type: ignore[arg-type]
        locale="en-US",
        reduced_motion="reduce",
    )
    errors: list[str] = []
    new_page = context.new_page()
    new_page.set_default_timeout(10_000)
    new_page.on("pageerror", lambda error: errors.append(str(error)))
    new_page.on(
        "console",
        lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield new_page
    if _failed(request.node):
        print(new_page.url, new_page.locator("body").aria_snapshot())
    context.close()
    assert errors == []


@pytest.fixture
def root(page: Page, iamd: Iamd) -> Page:
    """Return a page in which the root user is signed in, at a blank location."""
    steps.set_up_by_form(page.context, iamd.setup_link, iamd.email)
    page.goto("/healthz")
    return page


@pytest.fixture
def camera(tmp_path: Path, request: pytest.FixtureRequest) -> Camera:
    """Return the camera; with `--pictures` it writes into the given folder."""
    target = request.config.getoption("--pictures")
    folder = Path(str(target)) if target else tmp_path / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return Camera(folder)
