"""OIDC identity providers in the console: added, changed, trusted by a role, and deleted."""

import json
import re
from urllib.parse import unquote

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.steps import call, member

THUMBPRINT = "0123456789abcdef0123456789abcdef01234567"


def add_provider(page: Page, url: str, audience: str) -> str:
    """Create a provider with the API; return its ARN."""
    values = {"ClientIDList.member.1": audience, "ThumbprintList.member.1": THUMBPRINT}
    response = call(page, "CreateOpenIDConnectProvider", Url=url, **values)
    return member(response.text(), "OpenIDConnectProviderArn")


def test_add_provider(root: Page) -> None:
    root.goto("/console/iam/identity-providers")
    expect(root.get_by_text("No identity providers")).to_be_visible()
    steps.click_button(root, "Add provider")
    add = root.get_by_role("button", name="Add provider")
    root.get_by_label("Provider URL").fill("http://id.example.com/realm")
    root.get_by_label("Audience").fill("my-app")
    expect(add).to_be_disabled()
    root.get_by_label("Provider URL").fill("https://id.example.com/realm")
    root.get_by_label("Thumbprint – optional").fill("z" * 40)
    add.click()
    expect(root.get_by_text("A thumbprint must have 40 hexadecimal digits.")).to_be_visible()
    root.get_by_label("Thumbprint – optional").fill(THUMBPRINT)
    add.click()
    expect(root.get_by_text("Identity provider id.example.com/realm added.")).to_be_visible()
    expect(root.get_by_role("row", name="my-app")).to_be_visible()
    assert steps.violations(root) == []


def test_unreachable_provider_is_reported(root: Page) -> None:
    root.goto("/console/iam/identity-providers/create")
    root.get_by_label("Provider URL").fill("https://localhost:1")
    root.get_by_label("Audience").fill("my-app")
    root.get_by_role("button", name="Add provider").click()
    expect(root.get_by_text(re.compile("The provider's thumbprint cannot be retrieved"))).to_be_visible()


def test_change_audiences_thumbprints_and_tags_of_a_provider(root: Page) -> None:
    arn = add_provider(root, "https://id.example.com", "my-app")
    root.goto("/console/iam/identity-providers")
    root.get_by_role("link", name="id.example.com").click()
    dialog = root.get_by_role("dialog")
    root.get_by_role("button", name="Add audience").click()
    dialog.get_by_label("Audience").fill("other-app")
    dialog.get_by_role("button", name="Add audience").click()
    expect(root.get_by_text("Audience other-app added.")).to_be_visible()
    root.get_by_role("row", name="my-app").get_by_role("checkbox").check()
    root.get_by_role("button", name="Remove", exact=True).click()
    expect(root.get_by_role("row", name="my-app")).to_be_hidden()

    root.get_by_role("tab", name="Endpoint verification").click()
    root.get_by_role("button", name="Add thumbprint").click()
    dialog.get_by_label("Thumbprint").fill(THUMBPRINT[::-1])
    dialog.get_by_role("button", name="Add thumbprint").click()
    root.get_by_role("row", name=THUMBPRINT).get_by_role("checkbox").check()
    root.get_by_role("button", name="Remove", exact=True).click()
    expect(root.get_by_role("row", name=THUMBPRINT)).to_be_hidden()

    root.get_by_role("tab", name="Tags").click()
    root.get_by_role("button", name="Add new tag").click()
    root.get_by_role("textbox", name="Key").fill("team")
    root.get_by_role("button", name="Save changes").click()
    expect(root.get_by_text("Tags saved.")).to_be_visible()

    response = call(root, "GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn).text()
    assert re.findall(r"<member>([^<]*)</member>", response) == ["other-app", THUMBPRINT[::-1]]
    assert member(response, "Key") == "team"


def test_create_role_that_trusts_a_provider(root: Page) -> None:
    arn = add_provider(root, "https://id.example.com/realm", "my-app")
    root.goto("/console/iam/roles/create")
    root.get_by_text("Web identity", exact=True).click()
    root.get_by_role("button", name="Next", exact=True).click()
    root.get_by_role("button", name="Identity provider").click()
    root.get_by_role("option", name="id.example.com/realm").click()
    root.get_by_role("button", name="Audience").click()
    root.get_by_role("option", name="my-app").click()
    root.get_by_label("Subject – optional").fill("repo:acme/*")
    assert steps.violations(root) == []
    for _ in range(2):
        root.get_by_role("button", name="Next", exact=True).click()
    root.get_by_label("Role name").fill("deploy")
    root.get_by_role("button", name="Create role").click()
    expect(root.get_by_text("Role deploy created.")).to_be_visible()
    document = member(call(root, "GetRole", RoleName="deploy").text(), "AssumeRolePolicyDocument")
    (statement,) = json.loads(unquote(document))["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"Federated": arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {"id.example.com/realm:aud": "my-app"},
            "StringLike": {"id.example.com/realm:sub": "repo:acme/*"},
        },
    }
    root.get_by_role("link", name="Roles", exact=True).first.click()
    row = root.get_by_role("row", name=re.compile("deploy"))
    expect(row).to_contain_text("Identity Provider: id.example.com/realm")


def test_delete_provider(root: Page) -> None:
    arn = add_provider(root, "https://id.example.com/realm", "my-app")
    root.goto("/console/iam/identity-providers")
    root.get_by_role("row", name=re.compile("id.example.com")).get_by_role("checkbox").check()
    root.get_by_role("button", name="Delete", exact=True).click()
    dialog = root.get_by_role("dialog")
    dialog.get_by_label(re.compile("To confirm this deletion")).fill("id.example.com/realm")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(root.get_by_text("No identity providers")).to_be_visible()
    assert call(root, "GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn).status == 404
