"""Roles in the console: creation wizard, trust policy, permissions, session revocation, deletion."""

import json
import re
from typing import Any
from urllib.parse import unquote

import boto3
import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import Locator, Page, expect

from tests.browser import steps
from tests.browser.conftest import PHONE, Iamd
from tests.browser.steps import call, member

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"


def get_trust_statement(page: Page, role: str) -> Any:
    """Return the statement of a role's trust policy from the API."""
    document = member(call(page, "GetRole", RoleName=role).text(), "AssumeRolePolicyDocument")
    (statement,) = json.loads(unquote(document))["Statement"]
    return statement


def create_role(page: Page, name: str, principal: dict[str, str]) -> None:
    """Create a role with the API."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert call(page, "CreateRole", RoleName=name, AssumeRolePolicyDocument=document).ok


def create_user(page: Page, name: str) -> tuple[str, dict[str, str]]:
    """Create a user with the API; return its ARN and its access key as boto3 arguments."""
    arn = member(call(page, "CreateUser", UserName=name).text(), "Arn")
    key = call(page, "CreateAccessKey", UserName=name).text()
    return arn, {
        "aws_access_key_id": member(key, "AccessKeyId"),
        "aws_secret_access_key": member(key, "SecretAccessKey"),
    }


def client(iamd: Iamd, service: str, key: dict[str, str]) -> Any:
    return boto3.client(service, region_name="us-east-1", endpoint_url=iamd.url, **key)


def assume(iamd: Iamd, role_arn: str, key: dict[str, str]) -> dict[str, str]:
    """Assume a role; return its credentials as boto3 arguments."""
    credentials = client(iamd, "sts", key).assume_role(RoleArn=role_arn, RoleSessionName="work")[
        "Credentials"
    ]
    return {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"],
    }


def choose_policy(parent: Page | Locator, name: str) -> None:
    parent.get_by_placeholder("Search policies").first.fill(name)
    parent.get_by_role("row", name=re.compile(f"{name} ")).get_by_role("checkbox").check()


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def test_create_role_for_an_account_with_mfa_and_external_id(root: Page) -> None:
    root.goto("/console/iam")
    root.get_by_role("link", name="Roles", exact=True).click()
    steps.click_button(root, "Create role")
    root.get_by_label("Require external ID").check()
    root.get_by_role("button", name="Next", exact=True).click()
    expect(root.get_by_text("Enter a valid external ID.")).to_be_visible()
    root.get_by_label("External ID", exact=True).fill("acme-42")
    root.get_by_label("Require MFA").check()
    assert steps.violations(root) == []
    root.get_by_role("button", name="Next", exact=True).click()
    choose_policy(root, "IAMReadOnlyAccess")
    assert steps.violations(root) == []
    root.get_by_role("button", name="Next", exact=True).click()
    expect(root.get_by_role("region", name="Trust policy")).to_contain_text("aws:MultiFactorAuthPresent")
    root.get_by_role("button", name="Create role").click()
    expect(root.get_by_text("Enter a valid role name.")).to_be_visible()
    assert steps.violations(root) == []
    root.get_by_label("Role name").fill("auditor")
    root.get_by_label("Description").fill("Looks, and changes nothing.")
    root.get_by_role("button", name="Create role").click()
    expect(root.get_by_text("Role auditor created.")).to_be_visible()

    account = member(call(root, "GetRole", RoleName="auditor").text(), "Arn").split(":")[4]
    assert get_trust_statement(root, "auditor") == {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"sts:ExternalId": "acme-42"},
            "Bool": {"aws:MultiFactorAuthPresent": "true"},
        },
    }
    assert READ_ONLY in call(root, "ListAttachedRolePolicies", RoleName="auditor").text()
    root.get_by_role("link", name="Roles", exact=True).first.click()
    row = root.get_by_role("row", name=re.compile("auditor"))
    expect(row).to_contain_text(f"Account: {account}")


def test_error_of_the_server_can_be_corrected_in_the_wizard(root: Page) -> None:
    root.goto("/console/iam/roles/create")
    root.get_by_text("Another AWS account", exact=True).click()
    root.get_by_label("Account ID", exact=True).fill("4444-5555-6666")
    for _ in range(2):
        root.get_by_role("button", name="Next", exact=True).click()
    root.get_by_label("Role name").fill("partner")
    root.get_by_role("button", name="Create role").click()
    expect(root.get_by_text("Invalid principal in policy")).to_be_visible()
    root.get_by_role("button", name="Edit step 1: select trusted entities").click()
    root.get_by_text(re.compile("^This account")).click()
    for _ in range(2):
        root.get_by_role("button", name="Next", exact=True).click()
    root.get_by_role("button", name="Create role").click()
    expect(root.get_by_text("Role partner created.")).to_be_visible()


def test_role_for_ec2_is_created_and_deleted_with_its_instance_profile(root: Page) -> None:
    root.goto("/console/iam/roles/create")
    root.get_by_text("AWS service", exact=True).click()
    root.get_by_label("Service principal").fill("ec2.amazonaws.com")
    for _ in range(2):
        root.get_by_role("button", name="Next", exact=True).click()
    root.get_by_label("Role name").fill("machine")
    root.get_by_role("button", name="Create role").click()
    expect(root.get_by_text(re.compile(":instance-profile/machine"))).to_be_visible()
    assert get_trust_statement(root, "machine")["Principal"] == {"Service": "ec2.amazonaws.com"}

    root.get_by_role("link", name="Roles", exact=True).first.click()
    row = root.get_by_role("row", name=re.compile("machine"))
    expect(row).to_contain_text("AWS Service: ec2")
    row.get_by_role("checkbox").check()
    root.get_by_role("button", name="Delete", exact=True).click()
    dialog = root.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    dialog.get_by_label(re.compile("To confirm this deletion")).fill("machine")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(root.get_by_text("Role machine deleted.")).to_be_visible()
    expect(root.get_by_text("No roles")).to_be_visible()
    assert "machine" not in call(root, "ListInstanceProfiles").text()


def test_create_role_with_custom_trust_policy_and_permissions_boundary(root: Page) -> None:
    root.goto("/console/iam/roles/create")
    root.get_by_text("Custom trust policy", exact=True).first.click()
    editor = root.get_by_label("Trust policy (JSON)")
    template = editor.input_value()
    editor.fill(template[:-1])
    expect(root.get_by_text(re.compile("Enter valid JSON"))).to_be_visible()
    editor.fill(template.replace('"Principal": {}', '"Principal": {"Service": "lambda.amazonaws.com"}'))
    root.get_by_role("button", name="Next", exact=True).click()
    root.get_by_text(re.compile("Use a permissions boundary")).click()
    root.get_by_role("button", name="Next", exact=True).click()
    expect(root.get_by_text("Choose a policy to set as the permissions boundary.")).to_be_visible()
    root.get_by_placeholder("Search policies").last.fill("PowerUserAccess")
    root.get_by_role("radio", name="Choose PowerUserAccess", exact=True).check()
    root.get_by_role("button", name="Next", exact=True).click()
    root.get_by_label("Role name").fill("worker")
    root.get_by_label("Maximum session duration").click()
    root.get_by_role("option", name="Custom duration").click()
    root.get_by_label("Custom duration in seconds").fill("5400")
    root.get_by_role("button", name="Create role").click()
    expect(root.get_by_text("1 hour and 30 minutes")).to_be_visible()
    response = call(root, "GetRole", RoleName="worker").text()
    assert member(response, "PermissionsBoundaryArn") == "arn:aws:iam::aws:policy/PowerUserAccess"
    assert member(response, "MaxSessionDuration") == "5400"
    assert get_trust_statement(root, "worker")["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_edit_trust_policy_and_show_the_error_of_the_server(root: Page) -> None:
    arn, _ = create_user(root, "alice")
    create_role(root, "deploy", {"Service": "ec2.amazonaws.com"})
    root.goto("/console/iam/roles/details/deploy?section=trust_relationships")
    steps.click_button(root, "Edit trust policy")
    editor = root.get_by_label("Trust policy (JSON)")
    original = editor.input_value()
    template = original.replace('"Service": "ec2.amazonaws.com"', '"AWS": "{}"')
    editor.fill(template.replace("{}", arn.replace("alice", "nobody")))
    root.get_by_role("button", name="Update policy").click()
    expect(
        root.get_by_text(re.compile(r'Invalid principal in policy: "AWS":".*:user/nobody"'))
    ).to_be_visible()
    editor.fill(template.replace("{}", arn))
    root.get_by_role("button", name="Update policy").click()
    expect(root.get_by_text("Trust policy updated.")).to_be_visible()
    expect(root.get_by_text(f"User: alice ({arn.split(':')[4]})")).to_be_visible()
    expect(root.get_by_role("region", name="Trust policy")).to_contain_text(arn)
    assert get_trust_statement(root, "deploy")["Principal"] == {"AWS": arn}


def test_change_permissions_boundary_summary_and_tags_of_a_role(root: Page) -> None:
    create_role(root, "deploy", {"Service": "ec2.amazonaws.com"})
    root.goto("/console/iam/roles")
    root.get_by_role("link", name="deploy").click()
    root.get_by_role("button", name="Add permissions").click()
    root.get_by_role("menuitem", name="Attach policies").click()
    dialog = root.get_by_role("dialog")
    choose_policy(dialog, "IAMReadOnlyAccess")
    dialog.get_by_role("button", name="Attach policies").click()
    expect(root.get_by_text("1 policy attached to deploy.")).to_be_visible()

    root.get_by_role("button", name="Add permissions").click()
    root.get_by_role("menuitem", name="Create inline policy").click()
    dialog.get_by_label("Policy name").fill("buckets")
    editor = dialog.get_by_label("Policy document (JSON)")
    editor.fill(editor.input_value().replace('"Action": []', '"Action": ["s3:ListAllMyBuckets"]'))
    dialog.get_by_role("button", name="Create policy").click()
    expect(root.get_by_text("Policy buckets saved.")).to_be_visible()
    assert "buckets" in call(root, "ListRolePolicies", RoleName="deploy").text()

    root.get_by_role("button", name="Set permissions boundary").click()
    dialog.get_by_placeholder("Search policies").fill("PowerUserAccess")
    dialog.get_by_role("radio", name="Choose PowerUserAccess", exact=True).check()
    dialog.get_by_role("button", name="Set boundary").click()
    expect(root.get_by_role("heading", name="Permissions boundary (set)")).to_be_visible()
    root.get_by_role("button", name="Remove boundary").click()
    dialog.get_by_role("button", name="Remove boundary").click()
    expect(root.get_by_role("heading", name="Permissions boundary (not set)")).to_be_visible()

    root.get_by_role("row", name=re.compile("buckets")).get_by_role("checkbox").check()
    root.get_by_role("button", name="Remove", exact=True).click()
    expect(root.get_by_text("1 policy removed.")).to_be_visible()

    root.get_by_role("button", name="Edit summary").click()
    dialog.get_by_label("Description").fill("Puts things in place.")
    assert steps.violations(root) == []
    dialog.get_by_label("Maximum session duration").click()
    root.get_by_role("option", name="4 hours").click()
    dialog.get_by_role("button", name="Save changes").click()
    expect(root.get_by_text("Puts things in place.")).to_be_visible()
    expect(root.get_by_text("4 hours", exact=True)).to_be_visible()

    open_tab(root, "Tags")
    root.get_by_role("button", name="Add new tag").click()
    root.get_by_role("textbox", name="Key").fill("team")
    root.get_by_role("textbox", name="Value – optional").fill("blue")
    root.get_by_role("button", name="Save changes").click()
    expect(root.get_by_text("Tags saved.")).to_be_visible()
    assert member(call(root, "ListRoleTags", RoleName="deploy").text(), "Value") == "blue"


def test_revoked_sessions_are_refused(root: Page, iamd: Iamd) -> None:
    arn, key = create_user(root, "alice")
    create_role(root, "auditor", {"AWS": arn})
    assert call(root, "AttachRolePolicy", RoleName="auditor", PolicyArn=READ_ONLY).ok
    session = assume(iamd, arn.replace(":user/alice", ":role/auditor"), key)
    iam = client(iamd, "iam", session)
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["alice"]

    root.goto("/console/iam/roles/details/auditor")
    expect(root.get_by_text("today", exact=True)).to_be_visible()
    open_tab(root, "Revoke sessions")
    root.get_by_role("button", name="Revoke active sessions").click()
    dialog = root.get_by_role("dialog")
    revoke = dialog.get_by_role("button", name="Revoke active sessions")
    expect(revoke).to_be_disabled()
    dialog.get_by_label(re.compile("I acknowledge")).check()
    assert steps.violations(root) == []
    revoke.click()
    expect(root.get_by_text(re.compile("^Sessions issued before"))).to_be_visible()

    with pytest.raises(ClientError) as caught:
        iam.list_users()
    assert caught.value.response["Error"]["Code"] == "AccessDenied"
    policy = call(root, "GetRolePolicy", RoleName="auditor", PolicyName="AWSRevokeOlderSessions").text()
    (statement,) = json.loads(unquote(member(policy, "PolicyDocument")))["Statement"]
    revoked_before = statement["Condition"].pop("DateLessThan").pop("aws:TokenIssueTime")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", revoked_before)
    assert statement == {"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": {}}


def test_dashboard_counts_and_links_roles(root: Page) -> None:
    create_role(root, "deploy", {"Service": "ec2.amazonaws.com"})
    root.goto("/console/iam")
    root.get_by_role("link", name="Roles: 1").click()
    expect(root.get_by_role("heading", name=re.compile("^Roles"))).to_be_visible()


def test_role_wizard_works_by_keyboard_on_a_phone(root: Page) -> None:
    root.set_viewport_size(PHONE)  # type: ignore[arg-type]
    root.goto("/console/iam/roles/create")
    root.get_by_role("radio", name="AWS account", exact=True).focus()
    root.keyboard.press("ArrowRight")
    root.get_by_label("Service principal").fill("ec2.amazonaws.com")
    for _ in range(2):
        assert root.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        root.get_by_role("button", name="Next", exact=True).press("Enter")
    root.get_by_label("Role name").fill("machine")
    assert root.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    root.get_by_role("button", name="Create role").press("Space")
    expect(root.get_by_text("Role machine created.")).to_be_visible()
