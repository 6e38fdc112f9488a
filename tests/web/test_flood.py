"""Sign-in pages while a stranger's request runs and others wait: known devices do not wait for them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import Client

from iamd.app import App
from iamd.config import Settings
from iamd.core import execution_slots
from iamd.datastore import Store
from iamd.signin import device_cookies, identity
from tests import servers


@pytest.fixture
def app(store: Store, settings: Settings) -> Iterator[App]:
    """Return an application in this process, in which strangers give up at once instead of waiting."""
    app = App(settings, store.master_key)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execution_slots, "_MAX_STRANGER_WAIT_SECONDS", 0)
        yield app
    app.close()


@pytest.fixture
def device_cookie(app: App, store: Store) -> str:
    """Return a device cookie of a root user."""
    account = servers.create_account_in_store(store).account
    with store.database.read() as tx:
        root = identity.root_of_account(tx, account)
    services = app._web_app._services
    return device_cookies.issue(services.sealing_key, root, None, services.epoch())


def get(app: App, device_cookie: str = "") -> tuple[int, str]:
    """Return the status and text of the sign-in page for a browser with a device cookie."""
    browser = Client(app)
    browser.set_cookie("iamd-device", device_cookie)
    with ThreadPoolExecutor(1) as thread:
        response = thread.submit(browser.get, "/signin", base_url="http://localhost:8470").result(timeout=10)
    return response.status_code, response.text


def test_only_known_devices_are_served_while_a_stranger_is(app: App, device_cookie: str) -> None:
    with app._web_app._execution_slots.for_stranger(), app._web_app._execution_slots.released_briefly():
        assert get(app, device_cookie)[0] == 200
        for forged in ("", "x", device_cookie[:-8] + "AAAAAAA="):
            assert get(app, forged) == (503, "The server is busy. Try again in a moment.\n")
    assert get(app)[0] == 200
