"""The cookie on the API's door: only the console's own calls may use it."""

import pytest
import requests

from tests import people
from tests.people import PASSWORD, Root

BODY = "Action=GetSession&Version=2026-11-24"


@pytest.fixture(scope="module")
def headers() -> dict[str, str]:
    return {"X-Iamd-Console": "1", "Content-Type": "application/x-www-form-urlencoded"}


def sent(root: Root, method: str = "POST", query: str = "", **headers: str) -> requests.Response:
    base = root.browser.base
    whole = {
        "X-Iamd-Console": "1",
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": base,
        "Cookie": f"iamd-session={root.browser.session}",
    }
    kept = {name: value for name, value in (whole | headers).items() if value}
    return requests.request(method, f"{base}/{query}", data=BODY if method == "POST" else None, headers=kept)


def test_the_consoles_own_call_is_answered(root: Root) -> None:
    answer = sent(root)
    assert answer.status_code == 200
    assert root.account.account_id in answer.text
    assert not any(name.lower().startswith("access-control-") for name in answer.headers)


REFUSED = [
    ("another origin", {"Origin": "https://evil.example"}),
    ("no origin", {"Origin": ""}),
    ("an opaque origin", {"Origin": "null"}),
    ("without the header", {"X-Iamd-Console": ""}),
    ("another header's value", {"X-Iamd-Console": "yes"}),
    ("cross-site by the browser's word", {"Sec-Fetch-Site": "cross-site"}),
    ("a signature beside it", {"Authorization": "AWS4-HMAC-SHA256 Credential=x"}),
    ("two cookies of the name", {"Cookie": "iamd-session=a; iamd-session=b"}),
    ("no cookie", {"Cookie": ""}),
    ("somebody's guess", {"Cookie": "iamd-session=" + "x" * 43}),
]


@pytest.mark.parametrize(("why", "headers"), REFUSED, ids=[row[0] for row in REFUSED])
def test_anything_else_is_refused(root: Root, why: str, headers: dict[str, str]) -> None:
    answer = sent(root, **headers)
    assert answer.status_code in (400, 403), why
    assert root.account.account_id not in answer.text


def test_a_get_with_the_cookie_does_nothing(root: Root) -> None:
    answer = sent(root, "GET", f"?{BODY}")
    assert answer.status_code == 403


def test_a_preflight_allows_nothing(root: Root) -> None:
    answer = requests.options(root.browser.base, headers={"Origin": "https://evil.example"})
    assert not any(name.lower().startswith("access-control-") for name in answer.headers)


def test_a_session_that_waits_for_a_step_may_not_call(root: Root) -> None:
    browser = people.person(root.account, "alice", reset=True)
    browser.sign_in_user(root.account.account_id, "alice", PASSWORD)
    assert sent(root._replace(browser=browser)).status_code == 403
