"""What is recommended, fact by fact."""

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


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def row(name: str, *keys: AccessKeyEntry, password: bool = False, mfa: bool = False) -> ReportRow:
    arn = f"arn:aws:iam::111122223333:user/{name}"
    return ReportRow(name, arn, ago(900), password, None, ago(900) if password else None, None, mfa, keys)


def root(used: datetime | None = None, *keys: AccessKeyEntry) -> ReportRow:
    return ReportRow(ROOT, "arn:aws:iam::111122223333:root", ago(900), True, used, ago(900), None, True, keys)


SAFE = AccountSnapshot(
    NOW, ALICE, root(), (row("alice", password=True, mfa=True),), True, False, STRONG, True, ()
)


def found(**changes: Any) -> dict[str, Recommendation]:
    """Judge a safe account in which some facts are otherwise."""
    return {one.id: one for one in checks.evaluate(SAFE._replace(**changes))}


def test_a_secure_account_has_no_recommendations() -> None:
    assert found() == {}


@pytest.mark.parametrize(
    ("changes", "wanted", "severity"),
    [
        ({"root_has_mfa": False}, "root-mfa", "CRITICAL"),
        ({"root_has_access_keys": True}, "root-access-keys", "CRITICAL"),
        ({"password_policy": None}, "password-policy", "HIGH"),
        ({"password_policy": PasswordPolicy(6)}, "password-policy", "MEDIUM"),
        ({"has_administrator": False}, "no-administrator", "MEDIUM"),
        ({"full_access_policies": ("p",)}, "full-access-policies", "MEDIUM"),
    ],
)
def test_each_fact_has_its_recommendation(changes: dict[str, Any], wanted: str, severity: str) -> None:
    told = found(**changes)
    assert list(told) == [wanted]
    assert told[wanted].severity == severity


@pytest.mark.parametrize(
    ("policy", "weak"),
    [
        (PasswordPolicy(7, True, True, True, True), True),
        (PasswordPolicy(8, True, True, True), False),
        (PasswordPolicy(8, True, True), True),
        (PasswordPolicy(13), True),
        (PasswordPolicy(14), False),
    ],
)
def test_what_a_weak_policy_is(policy: PasswordPolicy, weak: bool) -> None:
    assert is_weak(policy) is weak


@pytest.mark.parametrize(("days", "words"), [(0, "today"), (1, "1 day ago"), (89, "89 days ago")])
def test_root_was_used_lately(days: int, words: str) -> None:
    told = found(root=root(ago(days)))["root-used"]
    assert told.severity == "LOW"
    assert told.title == f"Root user signed in {words}: use it only for tasks that require it"


def test_root_was_used_long_ago_or_by_a_key() -> None:
    assert found(root=root(ago(90))) == {}
    assert "root-used" in found(root=root(None, AccessKeyEntry(True, ago(900), ago(3))))


def test_users_without_mfa_are_those_with_a_password() -> None:
    users = (row("alice", password=True, mfa=True), row("bob", password=True), row("carol"))
    told = found(users=users)
    assert list(told) == ["users-without-mfa"]
    assert (told["users-without-mfa"].count, told["users-without-mfa"].user_names) == (1, ("bob",))


def test_ones_own_mfa_comes_beside_everybodys() -> None:
    told = found(users=(row("alice", password=True),))
    assert set(told) == {"own-mfa", "users-without-mfa"}
    assert set(found(users=(row("alice", password=True),), caller_arn="")) == {"users-without-mfa"}


@pytest.mark.parametrize(
    ("key", "ids"),
    [
        (AccessKeyEntry(True, ago(90)), set()),
        (AccessKeyEntry(True, ago(91)), {"old-access-keys"}),
        (AccessKeyEntry(False, ago(900)), set()),
        (AccessKeyEntry(True, ago(400)), {"old-access-keys", "own-old-keys"}),
        (AccessKeyEntry(True, ago(900), ago(366)), {"old-access-keys", "own-old-keys"}),
        (AccessKeyEntry(True, ago(900), ago(364)), {"old-access-keys"}),
    ],
)
def test_old_and_unused_keys(key: AccessKeyEntry, ids: set[str]) -> None:
    assert set(found(users=(row("alice", key, password=True, mfa=True),))) == ids


def test_the_worst_comes_first_and_names_are_bounded() -> None:
    users = tuple(row(f"u{number}", password=True) for number in range(250))
    told = checks.evaluate(
        SAFE._replace(users=users, root_has_mfa=False, root=root(NOW), has_administrator=False)
    )
    severities = [SEVERITIES.index(one.severity) for one in told]
    assert severities == sorted(severities)
    (many,) = [one for one in told if one.id == "users-without-mfa"]
    assert many.count == 250
    assert many.user_names is not None
    assert len(many.user_names) == 100
    assert replace(many, count=1).count == 1


FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.mark.parametrize(
    ("statements", "full"),
    [
        (FULL, True),
        ([{**FULL, "Action": ["s3:Get*", "*"], "Resource": ["*"]}], True),
        ([{**FULL, "Action": "*:*"}], True),
        ([{**FULL, "Effect": "Deny"}], False),
        ([{**FULL, "Action": "s3:*"}], False),
        ([{**FULL, "Resource": "arn:aws:s3:::*"}], False),
        ([{**FULL, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}], False),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], False),
    ],
)
def test_which_policies_allow_everything(statements: Any, full: bool) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    assert allows_everything(document) is full


@pytest.mark.parametrize("document", ["", "[]", "null", '{"Statement": 1}', '{"Statement": ["x"]}'])
def test_what_is_no_policy_allows_nothing(document: str) -> None:
    assert not allows_everything(document)
