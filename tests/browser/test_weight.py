"""Page weight: a first visit to the console transfers at most 650 KB, all from the server itself."""

from playwright.sync_api import Page, Response

from tests.browser import steps
from tests.browser.conftest import Iamd

MAX_BYTES = 650 * 1024


def test_dashboard_transfer_size_without_cache(page: Page, iamd: Iamd) -> None:
    steps.set_up_by_form(page.context, iamd.setup_link, iamd.email)
    sizes: dict[str, int] = {}

    def add_size(response: Response) -> None:
        assert response.url.startswith((iamd.url, "data:"))
        if response.url.startswith(iamd.url):
            sizes[response.url] = sizes.get(response.url, 0) + int(
                response.header_value("content-length") or 0
            )

    cold_context = page.context.browser.new_context(  # type: ignore[union-attr]
        base_url=iamd.url, storage_state=page.context.storage_state()
    )
    cold_page = cold_context.new_page()
    cold_page.on("response", add_size)
    cold_page.goto("/console/iam")
    cold_page.get_by_role("heading", name="IAM Dashboard").wait_for()
    cold_page.wait_for_load_state("networkidle")
    cold_context.close()
    assert 100 * 1024 < sum(sizes.values()) < MAX_BYTES
