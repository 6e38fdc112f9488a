"""Users and user groups in the console: membership, permissions boundary, and bulk deletion."""

import re

from playwright.sync_api import Page, expect

from tests.browser.steps import call


def test_add_user_to_group_and_remove_it_on_the_group_page(root: Page) -> None:
    call(root, "CreateUser", UserName="alice")
    call(root, "CreateGroup", GroupName="team")
    root.goto("/console/iam/users/details/alice?section=groups")
    root.get_by_role("button", name="Add user to groups").click()
    dialog = root.get_by_role("dialog")
    dialog.get_by_role("row", name=re.compile("team")).get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Add user to groups").click()
    expect(root.get_by_text("alice added to 1 user group.")).to_be_visible()
    root.get_by_role("link", name="team").click()
    root.get_by_role("row", name=re.compile("alice")).get_by_role("checkbox").check()
    root.get_by_role("button", name="Remove", exact=True).click()
    expect(root.get_by_text("1 user removed from team.")).to_be_visible()
    expect(root.get_by_text("No users in this group")).to_be_visible()
    assert "team" not in call(root, "ListGroupsForUser", UserName="alice").text()


def test_set_permissions_boundary_and_delete_users(root: Page) -> None:
    call(root, "CreateUser", UserName="alice")
    call(root, "CreateUser", UserName="bob")
    call(root, "CreateServiceSpecificCredential", UserName="bob", ServiceName="iamd")
    root.goto("/console/iam/users/details/alice")
    root.get_by_role("button", name="Set permissions boundary").click()
    dialog = root.get_by_role("dialog")
    dialog.get_by_placeholder("Search policies").fill("PowerUserAccess")
    dialog.get_by_role("radio", name="Choose PowerUserAccess", exact=True).check()
    dialog.get_by_role("button", name="Set boundary").click()
    expect(root.get_by_role("heading", name="Permissions boundary (set)")).to_be_visible()
    assert "policy/PowerUserAccess" in call(root, "GetUser", UserName="alice").text()

    root.get_by_role("link", name="Users", exact=True).first.click()
    root.get_by_role("checkbox", name="Choose all users on this page").check()
    root.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog.get_by_role("listitem")).to_have_text(["alice", "bob"])
    dialog.get_by_label('To confirm this deletion, type "confirm".').fill("confirm")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(root.get_by_text("2 users deleted.")).to_be_visible()
    expect(root.get_by_text("No users", exact=True)).to_be_visible()
