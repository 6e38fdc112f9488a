"""The console's page of services: API keys of those who ask, and what was decided."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.api.test_service_decisions import add, event
from tests.browser import steps
from tests.browser.conftest import DESKTOP, PHONE, Iamd
from tests.browser.steps import call, member
from tests.servers import allow, document
from tests.service_decisions import eventually_listed_in_process

SERVICES = "/console/iam/services"
ASK = document(allow("iamd:EvaluateAccess", "iamd:ExplainAccess", resource="arn:aws:iamd::*:service/authzen"))
LEND = document(allow("library:lend", resource="arn:aws:library:*:*:book/*"))


def create_user(page: Page, name: str, policy: str) -> None:
    call(page, "CreateUser", UserName=name)
    call(page, "PutUserPolicy", UserName=name, PolicyName="test", PolicyDocument=policy)


def create_key(page: Page, user_name: str) -> str:
    """Create an API key with the API; return it."""
    response = call(page, "CreateServiceSpecificCredential", UserName=user_name, ServiceName="iamd")
    return member(response.text(), "ServiceCredentialSecret")


def ask(page: Page, api_key: str, *actions: str, resource_type: str = "library:book") -> None:
    """Ask whether bob may do some actions."""
    request = {
        "subject": {"type": "user", "id": "bob"},
        "resource": {"type": resource_type, "id": "17"},
        "evaluations": [{"action": {"name": action}} for action in actions],
    }
    headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
    response = page.request.post("/access/v1/evaluations", headers=headers, data=json.dumps(request))
    assert response.ok, response.text()


@pytest.fixture
def asking(root: Page, iamd: Iamd) -> Page:
    """Return the page of services of an account where a library has asked about bob."""
    create_user(root, "library", ASK)
    create_user(root, "bob", LEND)
    api_key = create_key(root, "library")
    ask(root, api_key, "lend", "burn")
    ask(root, api_key, "read", resource_type="record")
    eventually_listed_in_process(iamd.account, 3)
    root.goto(SERVICES)
    return root


def violations_everywhere(page: Page) -> list[str]:
    """Return axe's violations in both colour schemes and sizes, and overflows of the window."""
    found: list[str] = []
    for scheme, size in (("light", DESKTOP), ("dark", DESKTOP), ("dark", PHONE), ("light", PHONE)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        steps.wait_until_drawn(page)
        found += steps.violations(page)
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [f"{overflow} pixels wider than the window"] if overflow > 0 else []
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    return found


def decisions(page: Page) -> Any:
    return page.get_by_role("table", name="Decisions")


def test_create_an_api_key_and_ask_with_it(root: Page, iamd: Iamd) -> None:
    create_user(root, "library", ASK)
    create_user(root, "bob", LEND)
    root.goto(SERVICES)
    expect(root.get_by_text("No API keys")).to_be_visible()
    expect(root.get_by_text("No decisions")).to_be_visible()
    expect(root.get_by_text("iamd gateway config nginx")).to_be_visible()
    expect(root.get_by_text(f"{iamd.url}/access/v1/evaluation")).to_be_visible()
    assert violations_everywhere(root) == []

    root.get_by_role("link", name="Create API key", exact=True).click()
    create = root.get_by_role("button", name="Create API key")
    expect(create).to_be_disabled()
    root.get_by_role("button", name="User Choose a user").click()
    root.get_by_role("option", name="library").click()
    root.get_by_role("button", name=re.compile("^Expires")).click()
    root.get_by_role("option", name="In 90 days").click()
    assert violations_everywhere(root) == []
    create.click()
    expect(root.get_by_role("heading", name="Retrieve API key")).to_be_visible()
    expect(root.get_by_role("button", name="Copy API key", exact=True)).to_be_visible()
    assert "iamd_" not in root.locator("main").inner_text()
    root.get_by_role("button", name="Show API key").click()
    (api_key,) = re.findall(r"iamd_[A-Za-z0-9_-]{43}", root.locator("main").inner_text())
    assert violations_everywhere(root) == []
    root.get_by_role("button", name="Done").click()

    row = root.get_by_role("table", name="API keys").get_by_role("row", name=re.compile("library"))
    expect(row).to_contain_text("Active")
    expect(row.get_by_role("link", name="library")).to_have_attribute(
        "href", "/console/iam/users/details/library"
    )
    assert api_key not in root.content()
    ask(root, api_key, "lend")
    eventually_listed_in_process(iamd.account, 1)
    root.get_by_role("button", name="Refresh decisions").click()
    expect(decisions(root).get_by_role("row", name=re.compile("library:lend"))).to_contain_text("Allowed")
    ask(root, api_key, "burn", "burn")
    eventually_listed_in_process(iamd.account, 2)
    root.get_by_role("button", name="Refresh decisions").click()
    expect(decisions(root).get_by_role("row", name=re.compile("library:burn"))).to_contain_text(
        "Denied, 2 times"
    )


def test_decisions_have_reasons_and_are_filtered(asking: Page, iamd: Iamd) -> None:
    table = decisions(asking)
    denied = table.get_by_role("row", name=re.compile("library:burn"))
    expect(denied).to_contain_text("Denied")
    account_id = iamd.account.account_id
    expect(denied).to_contain_text(
        f"User: arn:aws:iam::{account_id}:user/bob is not authorized to perform: library:burn on resource: "
        f"arn:aws:library::{account_id}:book/17 because no identity-based policy allows the library:burn "
        "action"
    )
    expect(denied.get_by_role("link", name="user/bob")).to_be_visible()
    expect(denied).to_contain_text("asked by user/library")
    headers = table.get_by_role("columnheader").all_inner_texts()
    assert headers == ["Time", "Outcome", "Caller", "Action", "Resource"]
    asking.set_viewport_size(PHONE)  # type: ignore[arg-type]
    box = denied.get_by_text("User: arn:aws:iam").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] < PHONE["width"]
    asking.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    assert violations_everywhere(asking) == []

    service = asking.get_by_label("Service", exact=True)
    service.fill("library")
    service.press("Enter")
    expect(table.get_by_role("row")).to_have_count(3)  # with the header
    expect(service).to_be_focused()
    asking.get_by_role("button", name=re.compile("^Outcome")).click()
    asking.get_by_role("option", name="Allowed").click()
    expect(table.get_by_role("row")).to_have_count(2)
    expect(table).to_contain_text("library:lend")
    assert asking.url.endswith("?service=library&outcome=Allowed")
    asking.reload()
    expect(table.get_by_role("row")).to_have_count(2)
    service.fill("nothing")
    service.press("Enter")
    expect(asking.get_by_text("No decisions match the filter")).to_be_visible()


def test_older_decisions_are_loaded(root: Page, iamd: Iamd) -> None:
    add(iamd.account, *(event(iamd.account, number) for number in range(51)))
    root.goto(SERVICES)
    rows = decisions(root).get_by_role("row", name=re.compile("s3:GetObject"))
    expect(rows).to_have_count(50)
    expect(root.get_by_role("heading", name="Decisions (50+)")).to_be_visible()
    load = root.get_by_role("button", name="Load older decisions")
    load.click()
    expect(rows).to_have_count(51)
    expect(load).to_be_hidden()


def test_deactivate_and_delete_an_api_key(asking: Page) -> None:
    row = asking.get_by_role("table", name="API keys").get_by_role("row", name=re.compile("library"))
    for action, status in (("Deactivate", "Inactive"), ("Activate", "Active")):
        row.get_by_role("radio").check()
        asking.get_by_role("button", name="API key actions").click()
        asking.get_by_role("menuitem", name=action).click()
        expect(row.get_by_text(status, exact=True)).to_be_visible()
    row.get_by_role("radio").check()
    asking.get_by_role("button", name="API key actions").click()
    asking.get_by_role("menuitem", name="Delete").click()
    dialog = asking.get_by_role("dialog")
    key_id = re.findall(r"ACCA\w+", dialog.inner_text())[0]
    dialog.get_by_label(re.compile("To confirm this deletion")).fill(key_id)
    assert steps.violations(asking) == []
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(asking.get_by_text("No API keys")).to_be_visible()
    assert key_id not in call(asking, "ListServiceSpecificCredentials", AllUsers="true").text()


def test_without_permissions(root: Page, iamd: Iamd) -> None:
    call(root, "CreateUser", UserName="eve")
    call(root, "CreateLoginProfile", UserName="eve", Password="Copper-Lantern-41-Moss")
    root.context.clear_cookies()
    root.goto(f"/signin/{iamd.account.account_id}?next={SERVICES}")
    root.get_by_label("IAM username").fill("eve")
    root.get_by_label("Password", exact=True).fill("Copper-Lantern-41-Moss")
    root.get_by_role("button", name="Sign in").click()
    for action in ("iam:ListServiceSpecificCredentials", "iamd:ListServiceDecisions"):
        expect(root.get_by_text(f"is not authorized to perform: {action}")).to_be_visible()
    assert violations_everywhere(root) == []
