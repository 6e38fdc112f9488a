"""A real Chromium, and a server of its own for each test."""

import re
import subprocess
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from scripts import install_browser

from tests import servers
from tests.browser import steps
from tests.browser.camera import Camera
from tests.servers import command, environment, free_port

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one process have all tests with a browser: two at once would only wait for each other."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=install_browser.find_browser(),
            args=["--no-sandbox", "--force-prefers-reduced-motion"],
        )
        yield browser
        browser.close()


class Iamd:
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
def iamd(tmp_path: Path) -> Iterator[Iamd]:
    running = Iamd(tmp_path)
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
def page(chromium: Browser, iamd: Iamd, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Return a page that fails the test when a script fails in it, or a policy of ours stops one."""
    context = chromium.new_context(
        base_url=iamd.url,
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
    """Return the page of a root user who is signed in and has confirmed who it is."""
    steps.set_up(page, iamd.setup_link)
    page.goto("/signin/confirm")
    steps.confirm_by_password(page, steps.FIRST_PASSWORD)
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    return page


@pytest.fixture
def camera(tmp_path: Path, request: pytest.FixtureRequest) -> Camera:
    """Return what takes the pictures of the documents: into them when asked to."""
    wanted = request.config.getoption("--pictures")
    folder = Path(str(wanted)) if wanted else tmp_path / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return Camera(folder)
