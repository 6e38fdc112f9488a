"""What a first visit to the console costs: 650 KB at most, packed, and nothing from elsewhere."""

from playwright.sync_api import Page, Response

from tests.browser import steps
from tests.browser.conftest import Iamd

MOST = 650 * 1024


def test_a_cold_dashboard_is_light(page: Page, iamd: Iamd) -> None:
    steps.set_up_at_once(page.context, iamd.setup_link, iamd.email)
    sizes: dict[str, int] = {}

    def weigh(answer: Response) -> None:
        assert answer.url.startswith((iamd.url, "data:"))
        if answer.url.startswith(iamd.url):
            sizes[answer.url] = sizes.get(answer.url, 0) + int(answer.header_value("content-length") or 0)

    cold = page.context.browser.new_context(  # type: ignore[union-attr]
        base_url=iamd.url, storage_state=page.context.storage_state()
    )
    visitor = cold.new_page()
    visitor.on("response", weigh)
    visitor.goto("/console/iam")
    visitor.get_by_role("heading", name="IAM Dashboard").wait_for()
    visitor.wait_for_load_state("networkidle")
    cold.close()
    assert 100 * 1024 < sum(sizes.values()) < MOST
