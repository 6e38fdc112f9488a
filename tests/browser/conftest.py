"""A real Chromium, and a server on which each test has an account of its own."""

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
from iamd.app import open_store
from iamd.config import Settings
from iamd.core import clock
from iamd.store import attempt_counters
from tests import people, servers
from tests.browser import steps
from tests.browser.camera import Camera
from tests.servers import Account, Server, command, environment, free_port

WIDE = {"width": 1280, "height": 900}
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
    """An account of a test's own with nobody in it yet, on a server that other tests use as well."""

    account: Account

    @classmethod
    def on(cls, server: Server) -> "Iamd":
        nobody = AccountSpec(None, None, None, None)
        made = account_creation.create(server.store.database, server.store.vault, nobody, clock.now())
        return cls(Account(made.account.account_id, "", "", server))

    @property
    def url(self) -> str:
        return self.account.server.url.replace("127.0.0.1", "localhost")

    @property
    def email(self) -> str:
        """Return the email address that its root user has, or will have."""
        return f"founder-{self.account.account_id}@acme.example"

    @property
    def setup_link(self) -> str:
        """Return a link to set the account up, as the operator makes one."""
        return f"{self.url}{people.setup_path(self.account)}"


@pytest.fixture(scope="session")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return the server that the tests share."""
    data = tmp_path_factory.mktemp("browser") / "data"
    store = open_store(Settings(data=data))
    servers.make_account(store)
    with servers.serving(store, "--data", str(data)) as running:
        yield running
    store.database.close()


@pytest.fixture
def iamd(serving: Server) -> Iamd:
    """Return an account of the test's own; what other tests did wrong at signing in is forgotten."""
    with serving.store.database.write() as tx:
        attempt_counters.reset(tx, attempt_counters.counter_key("address", "127.0.0.1"))
    return Iamd.on(serving)


class FirstStart:
    """`iamd serve` on an empty store, as somebody starts it for the first time."""

    def __init__(self, folder: Path, **env: str) -> None:
        port = free_port()
        self.url = f"http://localhost:{port}"
        self.folder = folder
        self.rest = ""
        self._process = subprocess.Popen(
            command("serve", "--port", str(port)),
            cwd=folder,
            env=environment(**env),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = self._greeting()
        servers.wait_ready(servers.Server(self.url, None, self._process, ()))  # type: ignore[arg-type]

    def _greeting(self) -> str:
        assert self._process.stdout is not None
        said = ""
        for line in self._process.stdout:
            said += line
            if line.startswith("Press Ctrl+C"):
                break
        return said

    @property
    def setup_link(self) -> str:
        found = re.search(r"http://localhost:\d+/setup/\S+", self.said)
        assert found, self.said
        return found[0]

    def stop(self) -> str:
        """Stop, and return what the server said meanwhile."""
        if self._process.poll() is None:
            self._process.terminate()
            self.rest = self._process.communicate(timeout=15)[0]
        return self.rest


@pytest.fixture
def first_start(tmp_path: Path) -> Iterator[FirstStart]:
    running = FirstStart(tmp_path)
    yield running
    running.stop()


_OUTCOME = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_OUTCOME] = report.failed
    return report


def _failed(item: pytest.Item) -> bool:
    """Say whether a test failed, so that what its page showed can be told."""
    return item.stash.get(_OUTCOME, False)


@pytest.fixture
def base_url(iamd: Iamd) -> str:
    """Return where the test's page is at home."""
    return iamd.url


@pytest.fixture
def page(chromium: Browser, base_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Return a page that fails the test when a script fails in it, or a policy of ours stops one."""
    context = chromium.new_context(
        base_url=base_url,
        viewport=WIDE,  # type: ignore[arg-type]
        locale="en-US",
        reduced_motion="reduce",
    )
    wrong: list[str] = []
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on(
        "console",
        lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None,
    )
    yield opened
    if _failed(request.node):
        print(opened.url, opened.locator("body").aria_snapshot())
    context.close()
    assert wrong == []


@pytest.fixture
def root(page: Page, iamd: Iamd) -> Page:
    """Return the page of a root user who is signed in and has confirmed who it is; it shows nothing yet."""
    steps.set_up_at_once(page.context, iamd.setup_link, iamd.email)
    page.goto("/healthz")
    return page


@pytest.fixture
def camera(tmp_path: Path, request: pytest.FixtureRequest) -> Camera:
    """Return what takes the pictures of the documents: into them when asked to."""
    wanted = request.config.getoption("--pictures")
    folder = Path(str(wanted)) if wanted else tmp_path / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return Camera(folder)
