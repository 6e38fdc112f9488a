"""Authentication of requests: credential scope, session tokens, presigned URLs, and invalid access keys."""

from datetime import UTC, datetime

import pytest

from iamd.core.clock_steps import ClockSteps
from iamd.core.errors import InvalidClientTokenId, SignatureDoesNotMatch
from iamd.datastore import Store
from iamd.gate.authenticator import Authenticator
from iamd.gate.console_sessions import SessionLimits
from iamd.gate.credentials import AccessKeyCredentials
from iamd.wire.request import Request
from tests import servers
from tests.http_server import raw
from tests.servers import Account
from tests.wire import signing

UNKNOWN_KEY_ID = "AKIAQEXAMPLEEXAMPLE2"
WHOAMI = "Action=GetCallerIdentity&Version=2011-06-15"
CREATE = "Action=CreateUser&Version=2010-05-08&UserName=mallory"
LIST = "Action=ListUsers&Version=2010-05-08"


def test_presigned_url_works_only_as_signed(account: Account) -> None:
    request = raw.presign(account, CREATE)
    assert raw.send_request(account, request).status == 200
    changed = raw.send_request(account, request._replace(query=request.query.replace("mallory", "carol")))
    assert (changed.status, changed.code) == (403, "SignatureDoesNotMatch")
    extended = raw.send_request(account, request._replace(query=f"{request.query}&Path=/x/"))
    assert (extended.status, extended.code) == (403, "SignatureDoesNotMatch")
    assert [user["UserName"] for user in account.iam.list_users()["Users"]] == ["admin", "mallory"]


@pytest.mark.parametrize(
    ("body", "scope", "service"), [(CREATE, "sts", "iam"), (LIST, "s3", "iam"), (WHOAMI, "iam", "sts")]
)
def test_credential_scope_must_name_the_service(
    account: Account, body: str, scope: str, service: str
) -> None:
    for create in (raw.post, raw.get, raw.presign):
        response = raw.send_request(account, create(account, body, service=scope))
        assert (response.status, response.code) == (403, "SignatureDoesNotMatch")
        assert response.message == f"Credential should be scoped to correct service: '{service}'."
    assert raw.send_request(account, raw.post(account, body, service=service)).status == 200


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-3", "mars-north-1"])
def test_credential_scope_may_name_any_region(account: Account, region: str) -> None:
    key = (account.access_key_id, account.secret_access_key)
    unsigned = raw.post(account, LIST)
    request = signing.signed(strip_signature(unsigned), at=now(), key=key, region=region)
    assert raw.send_request(account, request).status == 200


@pytest.mark.parametrize("token", ["x", "FwoGZXIvYXdzEXAMPLE=="])
def test_session_token_with_a_long_term_key_is_invalid(account: Account, token: str) -> None:
    key = (account.access_key_id, account.secret_access_key)
    for sign in (signing.signed, signing.presigned):
        unsigned = strip_signature(raw.get(account, LIST))
        response = raw.send_request(account, sign(unsigned, at=now(), key=key, token=token))
        assert (response.status, response.code) == (403, "InvalidClientTokenId")
        assert response.message == "The security token included in the request is invalid."
        assert raw.send_request(account, sign(unsigned, at=now(), key=key)).status == 200


def test_empty_session_token_is_invalid(account: Account) -> None:
    unsigned = strip_signature(raw.get(account, LIST))
    empty = unsigned._replace(headers={**unsigned.headers, "x-amz-security-token": ""})
    response = raw.send_request(account, raw.sign(account, empty))
    assert (response.status, response.code) == (403, "InvalidClientTokenId")


@pytest.mark.parametrize("key_id", ["ASIAQEXAMPLEEXAMPLE2", "AKIAQEXAMPLEEXAMPLE2", "AIDAX", "", "x" * 5000])
@pytest.mark.parametrize("token", [None, "token"])
def test_unknown_access_key_id_is_refused(account: Account, key_id: str, token: str | None) -> None:
    key = (key_id, account.secret_access_key)
    for sign in (signing.signed, signing.presigned):
        request = sign(strip_signature(raw.get(account, LIST)), at=now(), key=key, token=token)
        response = raw.send_request(account, request)
        assert (response.status, response.code) == (403, "InvalidClientTokenId")


def test_access_key_with_the_secret_of_another_key_is_refused(account: Account) -> None:
    other = account.key_of("bob")
    for key in ((account.access_key_id, other[1]), (other[0], account.secret_access_key)):
        request = signing.signed(strip_signature(raw.post(account, LIST)), at=now(), key=key)
        response = raw.send_request(account, request)
        assert (response.status, response.code) == (403, "SignatureDoesNotMatch")


def test_unsigned_request_is_refused(account: Account) -> None:
    for body in (LIST, CREATE, WHOAMI):
        response = raw.send_request(account, strip_signature(raw.post(account, body)))
        assert (response.status, response.code) == (403, "MissingAuthenticationToken")


def test_api_key_does_not_authenticate(account: Account) -> None:
    """An API key is for decisions of this server, not for AWS's API."""
    reply = account.iam.create_service_specific_credential(UserName="admin", ServiceName="iamd")
    api_key = reply["ServiceSpecificCredential"]["ServiceCredentialSecret"]
    for body in (LIST, CREATE, WHOAMI):
        unsigned = strip_signature(raw.post(account, body))
        request = unsigned._replace(headers={**unsigned.headers, "authorization": f"Bearer {api_key}"})
        response = raw.send_request(account, request)
        assert (response.status, response.code) == (400, "IncompleteSignature")


def test_unknown_operation_is_refused_before_authentication(account: Account) -> None:
    for body in (
        "Action=Nonsense&Version=2010-05-08",
        "Action=ListUsers&Version=1999-01-01",
        "Action=ListUsers",
    ):
        response = raw.send_request(account, strip_signature(raw.post(account, body)))
        assert (response.status, response.code) == (400, "InvalidAction")


def test_inactive_key_is_reported_only_with_a_valid_signature(account: Account) -> None:
    """Only a caller with the secret key learns that an access key is inactive."""
    key_id, secret = account.key_of("bob")
    account.iam.update_access_key(UserName="bob", AccessKeyId=key_id, Status="Inactive")
    unsigned = strip_signature(raw.post(account, WHOAMI))
    right = raw.send_request(account, signing.signed(unsigned, at=now(), key=(key_id, secret), service="sts"))
    wrong = raw.send_request(account, signing.signed(unsigned, at=now(), key=(key_id, "x"), service="sts"))
    assert (right.code, wrong.code) == ("InvalidClientTokenId", "SignatureDoesNotMatch")
    account.iam.update_access_key(UserName="bob", AccessKeyId=key_id, Status="Active")
    reactivated = signing.signed(unsigned, at=now(), key=(key_id, secret), service="sts")
    assert raw.send_request(account, reactivated).status == 200


# The authenticator, called directly.


def authenticator(store: Store) -> Authenticator:
    return Authenticator(store.vault, SessionLimits(3600, 43_200, ClockSteps()))


def test_unknown_access_key_takes_one_signature_check_too(store: Store) -> None:
    """The signature is checked once either way, with a secret of the same length."""
    new_account, secrets = servers.create_account_in_store(store), list[str]()
    with store.database.read() as tx:
        authenticator(store).authenticate(
            tx, AccessKeyCredentials(new_account.access_key_id or "", None, secrets.append), 0
        )
        with pytest.raises(InvalidClientTokenId):
            authenticator(store).authenticate(
                tx, AccessKeyCredentials(UNKNOWN_KEY_ID, None, secrets.append), 0
            )
    known_secret, unknown_secret = secrets
    assert known_secret == new_account.secret_access_key
    assert unknown_secret != known_secret
    assert len(unknown_secret) == len(known_secret)


def test_signature_error_of_an_unknown_access_key_is_not_reported(store: Store) -> None:
    def fail(secret: str) -> None:
        raise SignatureDoesNotMatch(secret)

    new_account = servers.create_account_in_store(store)
    with store.database.read() as tx:
        with pytest.raises(InvalidClientTokenId):
            authenticator(store).authenticate(tx, AccessKeyCredentials(UNKNOWN_KEY_ID, None, fail), 0)
        with pytest.raises(SignatureDoesNotMatch):
            authenticator(store).authenticate(
                tx, AccessKeyCredentials(new_account.access_key_id or "", None, fail), 0
            )


def now() -> datetime:
    return datetime.now(UTC)


def strip_signature(request: Request) -> Request:
    """Return a request without its signature."""
    unsigned_headers = {
        name: value for name, value in request.headers.items() if name in ("host", "content-type")
    }
    return request._replace(headers=unsigned_headers)
