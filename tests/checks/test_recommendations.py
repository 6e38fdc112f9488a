"""Security recommendations for each finding in an account snapshot."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from iamd import checks
from iamd.checks.credential_report import ROOT, AccessKeyEntry, ReportRow
from iamd.checks.password_policy import is_weak
from iamd.checks.policies import allows_everything
from iamd.checks.recommendation import SEVERITIES, Recommendation
from iamd.checks.snapshot import AccountSnapshot
from iamd.core.records import PasswordPolicy

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ALICE = "arn:aws:iam::111122223333:user/alice"
STRONG = PasswordPolicy(14)


def days_ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def row(name: str, *keys: AccessKeyEntry, password: bool = False, mfa: bool = False) -> ReportRow:
    arn = f"arn:aws:iam::111122223333:user/{name}"
    return ReportRow(
        name, arn, days_ago(900), password, None, days_ago(900) if password else None, None, mfa, keys
    )


def root(used: datetime | None = None, *keys: AccessKeyEntry) -> ReportRow:
    return ReportRow(
        ROOT, "arn:aws:iam::111122223333:root", days_ago(900), True, used, days_ago(900), None, True, keys
    )


SECURE_ACCOUNT = AccountSnapshot(
    NOW, ALICE, root(), (row("alice", password=True, mfa=True),), True, False, STRONG, True, ()
)


def recommendations_for(**changes: Any) -> dict[str, Recommendation]:
    """Evaluate a secure account with some fields changed."""
    return {
        recommendation.id: recommendation
        for recommendation in checks.evaluate(SECURE_ACCOUNT._replace(**changes))
    }


def test_a_secure_account_has_no_recommendations() -> None:
    assert recommendations_for() == {}


@pytest.mark.parametrize(
    ("changes", "expected_id", "severity"),
    [
        ({"root_has_mfa": False}, "root-mfa", "CRITICAL"),
        ({"root_has_access_keys": True}, "root-access-keys", "CRITICAL"),
        ({"password_policy": None}, "password-policy", "HIGH"),
        ({"password_policy": PasswordPolicy(6)}, "password-policy", "MEDIUM"),
        ({"has_administrator": False}, "no-administrator", "MEDIUM"),
        ({"full_access_policies": ("p",)}, "full-access-policies", "MEDIUM"),
    ],
)
def test_insecure_setting_has_a_recommendation(
    changes: dict[str, Any], expected_id: str, severity: str
) -> None:
    recommendations = recommendations_for(**changes)
    assert list(recommendations) == [expected_id]
    assert recommendations[expected_id].severity == severity


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (PasswordPolicy(7, True, True, True, True), True),
        (PasswordPolicy(8, True, True, True), False),
        (PasswordPolicy(8, True, True), True),
        (PasswordPolicy(13), True),
        (PasswordPolicy(14), False),
    ],
)
def test_weak_password_policy(policy: PasswordPolicy, expected: bool) -> None:
    assert is_weak(policy) is expected


@pytest.mark.parametrize(("days", "expected"), [(0, "today"), (1, "1 day ago"), (89, "89 days ago")])
def test_recent_root_sign_in_is_reported(days: int, expected: str) -> None:
    recommendation = recommendations_for(root=root(days_ago(days)))["root-used"]
    assert recommendation.severity == "LOW"
    assert recommendation.title == f"Root user signed in {expected}: use it only for tasks that require it"


def test_old_root_use_is_not_reported_but_recent_key_use_is() -> None:
    assert recommendations_for(root=root(days_ago(90))) == {}
    assert "root-used" in recommendations_for(
        root=root(None, AccessKeyEntry(True, days_ago(900), days_ago(3)))
    )


def test_only_users_with_a_password_need_mfa() -> None:
    users = (row("alice", password=True, mfa=True), row("bob", password=True), row("carol"))
    recommendations = recommendations_for(users=users)
    assert list(recommendations) == ["users-without-mfa"]
    assert (recommendations["users-without-mfa"].count, recommendations["users-without-mfa"].user_names) == (
        1,
        ("bob",),
    )


def test_caller_without_mfa_has_a_recommendation_of_their_own() -> None:
    recommendations = recommendations_for(users=(row("alice", password=True),))
    assert set(recommendations) == {"own-mfa", "users-without-mfa"}
    assert set(recommendations_for(users=(row("alice", password=True),), caller_arn="")) == {
        "users-without-mfa"
    }


@pytest.mark.parametrize(
    ("key", "expected_ids"),
    [
        (AccessKeyEntry(True, days_ago(90)), set()),
        (AccessKeyEntry(True, days_ago(91)), {"old-access-keys"}),
        (AccessKeyEntry(False, days_ago(900)), set()),
        (AccessKeyEntry(True, days_ago(400)), {"old-access-keys", "own-old-keys"}),
        (AccessKeyEntry(True, days_ago(900), days_ago(366)), {"old-access-keys", "own-old-keys"}),
        (AccessKeyEntry(True, days_ago(900), days_ago(364)), {"old-access-keys"}),
    ],
)
def test_old_and_unused_keys(key: AccessKeyEntry, expected_ids: set[str]) -> None:
    assert set(recommendations_for(users=(row("alice", key, password=True, mfa=True),))) == expected_ids


def test_recommendations_are_sorted_by_severity_and_list_at_most_100_users() -> None:
    users = tuple(row(f"u{number}", password=True) for number in range(250))
    recommendations = checks.evaluate(
        SECURE_ACCOUNT._replace(users=users, root_has_mfa=False, root=root(NOW), has_administrator=False)
    )
    severities = [SEVERITIES.index(recommendation.severity) for recommendation in recommendations]
    assert severities == sorted(severities)
    (recommendation,) = [
        recommendation for recommendation in recommendations if recommendation.id == "users-without-mfa"
    ]
    assert recommendation.count == 250
    assert recommendation.user_names is not None
    assert len(recommendation.user_names) == 100
    assert replace(recommendation, count=1).count == 1


FULL_ACCESS = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (FULL_ACCESS, True),
        ([{**FULL_ACCESS, "Action": ["s3:Get*", "*"], "Resource": ["*"]}], True),
        ([{**FULL_ACCESS, "Action": "*:*"}], True),
        ([{**FULL_ACCESS, "Effect": "Deny"}], False),
        ([{**FULL_ACCESS, "Action": "s3:*"}], False),
        ([{**FULL_ACCESS, "Resource": "arn:aws:s3:::*"}], False),
        ([{**FULL_ACCESS, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}], False),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], False),
    ],
)
def test_allows_everything(statements: Any, expected: bool) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    assert allows_everything(document) is expected


@pytest.mark.parametrize("document", ["", "[]", "null", '{"Statement": 1}', '{"Statement": ["x"]}'])
def test_malformed_policy_does_not_allow_everything(document: str) -> None:
    assert not allows_everything(document)
