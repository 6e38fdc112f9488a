"""The session cookie at the API endpoint: only the console's own calls may use it."""

import pytest
import requests

from tests import console_users
from tests.console_users import PASSWORD, Root

BODY = "Action=GetSession&Version=2026-11-24"


@pytest.fixture(scope="module")
def headers() -> dict[str, str]:
    return {"X-Iamd-Console": "1", "Content-Type": "application/x-www-form-urlencoded"}


def call_api(
    root: Root, method: str = "POST", query: str = "", body: str = BODY, **headers: str
) -> requests.Response:
    base = root.browser.base
    default_headers = {
        "X-Iamd-Console": "1",
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": base,
        "Cookie": f"iamd-session={root.browser.session}",
    }
    sent_headers = {name: value for name, value in (default_headers | headers).items() if value}
    return requests.request(
        method, f"{base}/{query}", data=body if method == "POST" else None, headers=sent_headers
    )


def test_console_call_with_the_cookie_succeeds(root: Root) -> None:
    response = call_api(root)
    assert response.status_code == 200
    assert root.account.account_id in response.text
    assert not any(name.lower().startswith("access-control-") for name in response.headers)


REFUSED = [
    ("another origin", {"Origin": "https://evil.example"}),
    ("no origin", {"Origin": ""}),
    ("an opaque origin", {"Origin": "null"}),
    ("without the header", {"X-Iamd-Console": ""}),
    ("another header's value", {"X-Iamd-Console": "yes"}),
    ("cross-site by Sec-Fetch-Site", {"Sec-Fetch-Site": "cross-site"}),
    ("a signature besides the cookie", {"Authorization": "AWS4-HMAC-SHA256 Credential=x"}),
    ("a session token besides the cookie", {"X-Amz-Security-Token": "x"}),
    ("another host", {"Host": "evil.example", "Origin": "http://evil.example"}),
    ("two session cookies", {"Cookie": "iamd-session=a; iamd-session=b"}),
    ("no cookie", {"Cookie": ""}),
    ("a guessed token", {"Cookie": "iamd-session=" + "x" * 43}),
]


@pytest.mark.parametrize(("case", "headers"), REFUSED, ids=[row[0] for row in REFUSED])
def test_other_uses_of_the_cookie_are_refused(root: Root, case: str, headers: dict[str, str]) -> None:
    response = call_api(root, **headers)
    assert response.status_code in (400, 403), case
    assert root.account.account_id not in response.text


@pytest.mark.parametrize("name", ["X-Amz-Signature", "x-amz-credential"])
def test_signature_in_the_body_besides_the_cookie_is_refused(root: Root, name: str) -> None:
    assert call_api(root, body=f"{BODY}&{name}=x").status_code == 403
    assert call_api(root, body=f"{BODY}&Note=x-amz-acl").status_code == 200


def test_headers_that_a_content_delivery_network_adds_are_no_credentials(root: Root) -> None:
    assert call_api(root, **{"X-Amz-Cf-Id": "x"}).status_code == 200


def test_get_with_the_cookie_is_refused(root: Root) -> None:
    response = call_api(root, "GET", f"?{BODY}")
    assert response.status_code == 403


def test_cors_preflight_allows_nothing(root: Root) -> None:
    response = requests.options(root.browser.base, headers={"Origin": "https://evil.example"})
    assert not any(name.lower().startswith("access-control-") for name in response.headers)


def test_pending_sign_in_cannot_call_the_api(root: Root) -> None:
    browser = console_users.create_user(root.account, "alice", reset=True)
    browser.sign_in_user(root.account.account_id, "alice", PASSWORD)
    assert call_api(root._replace(browser=browser)).status_code == 403
