"""Whose request it is: scopes, tokens, presigned URLs and keys that are none."""

from datetime import UTC, datetime

import pytest

from iamd.app import Store
from iamd.core.errors import InvalidClientTokenId, SignatureDoesNotMatch
from iamd.gate.authenticator import Authenticator
from iamd.gate.console_sessions import SessionLimits
from iamd.gate.credentials import AccessKeyCredentials
from iamd.wire.request import Request
from tests import servers
from tests.door import raw
from tests.servers import Account
from tests.wire import signing

UNKNOWN = "AKIAQEXAMPLEEXAMPLE2"
WHOAMI = "Action=GetCallerIdentity&Version=2011-06-15"
CREATE = "Action=CreateUser&Version=2010-05-08&UserName=mallory"
LIST = "Action=ListUsers&Version=2010-05-08"


def test_a_presigned_url_is_good_for_what_it_was_made_for(visitor: Account) -> None:
    sent = raw.presign(visitor, CREATE)
    assert raw.ask(visitor, sent).status == 200
    other = raw.ask(visitor, sent._replace(query=sent.query.replace("mallory", "carol")))
    assert (other.status, other.code) == (403, "SignatureDoesNotMatch")
    added = raw.ask(visitor, sent._replace(query=f"{sent.query}&Path=/x/"))
    assert (added.status, added.code) == (403, "SignatureDoesNotMatch")
    assert [user["UserName"] for user in visitor.iam.list_users()["Users"]] == ["admin", "mallory"]


@pytest.mark.parametrize(
    ("body", "scope", "service"), [(CREATE, "sts", "iam"), (LIST, "s3", "iam"), (WHOAMI, "iam", "sts")]
)
def test_the_scope_names_the_service_that_answers(
    visitor: Account, body: str, scope: str, service: str
) -> None:
    for make in (raw.post, raw.get, raw.presign):
        refused = raw.ask(visitor, make(visitor, body, service=scope))
        assert (refused.status, refused.code) == (403, "SignatureDoesNotMatch")
        assert refused.message == f"Credential should be scoped to correct service: '{service}'."
    assert raw.ask(visitor, raw.post(visitor, body, service=service)).status == 200


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-3", "mars-north-1"])
def test_every_region_is_this_one(visitor: Account, region: str) -> None:
    key = (visitor.access_key_id, visitor.secret_access_key)
    unsigned = raw.post(visitor, LIST)
    sent = signing.signed(bare(unsigned), at=now(), key=key, region=region)
    assert raw.ask(visitor, sent).status == 200


@pytest.mark.parametrize("token", ["x", "FwoGZXIvYXdzEXAMPLE=="])
def test_a_long_term_key_has_no_token(visitor: Account, token: str) -> None:
    key = (visitor.access_key_id, visitor.secret_access_key)
    for sign in (signing.signed, signing.presigned):
        unsigned = bare(raw.get(visitor, LIST))
        refused = raw.ask(visitor, sign(unsigned, at=now(), key=key, token=token))
        assert (refused.status, refused.code) == (403, "InvalidClientTokenId")
        assert refused.message == "The security token included in the request is invalid."
        assert raw.ask(visitor, sign(unsigned, at=now(), key=key)).status == 200


def test_an_empty_token_is_one(visitor: Account) -> None:
    unsigned = bare(raw.get(visitor, LIST))
    empty = unsigned._replace(headers={**unsigned.headers, "x-amz-security-token": ""})
    refused = raw.ask(visitor, raw.sign(visitor, empty))
    assert (refused.status, refused.code) == (403, "InvalidClientTokenId")


@pytest.mark.parametrize("key_id", ["ASIAQEXAMPLEEXAMPLE2", "AKIAQEXAMPLEEXAMPLE2", "AIDAX", "", "x" * 5000])
@pytest.mark.parametrize("token", [None, "token"])
def test_a_key_that_is_none_is_refused(visitor: Account, key_id: str, token: str | None) -> None:
    key = (key_id, visitor.secret_access_key)
    for sign in (signing.signed, signing.presigned):
        sent = sign(bare(raw.get(visitor, LIST)), at=now(), key=key, token=token)
        refused = raw.ask(visitor, sent)
        assert (refused.status, refused.code) == (403, "InvalidClientTokenId")


def test_the_key_of_one_and_the_secret_of_another(visitor: Account) -> None:
    other = visitor.key_of("bob")
    for key in ((visitor.access_key_id, other[1]), (other[0], visitor.secret_access_key)):
        sent = signing.signed(bare(raw.post(visitor, LIST)), at=now(), key=key)
        refused = raw.ask(visitor, sent)
        assert (refused.status, refused.code) == (403, "SignatureDoesNotMatch")


def test_nobody_is_not_anybody(visitor: Account) -> None:
    for body in (LIST, CREATE, WHOAMI):
        refused = raw.ask(visitor, bare(raw.post(visitor, body)))
        assert (refused.status, refused.code) == (403, "MissingAuthenticationToken")


def test_an_operation_that_is_not_served_is_told_before_anything_else(visitor: Account) -> None:
    for body in (
        "Action=Nonsense&Version=2010-05-08",
        "Action=ListUsers&Version=1999-01-01",
        "Action=ListUsers",
    ):
        refused = raw.ask(visitor, bare(raw.post(visitor, body)))
        assert (refused.status, refused.code) == (400, "InvalidAction")


def test_an_inactive_key_is_checked_before_it_is_told_of(visitor: Account) -> None:
    """Nobody learns that a key was made inactive without its secret."""
    key_id, secret = visitor.key_of("bob")
    visitor.iam.update_access_key(UserName="bob", AccessKeyId=key_id, Status="Inactive")
    unsigned = bare(raw.post(visitor, WHOAMI))
    right = raw.ask(visitor, signing.signed(unsigned, at=now(), key=(key_id, secret), service="sts"))
    wrong = raw.ask(visitor, signing.signed(unsigned, at=now(), key=(key_id, "x"), service="sts"))
    assert (right.code, wrong.code) == ("InvalidClientTokenId", "SignatureDoesNotMatch")
    visitor.iam.update_access_key(UserName="bob", AccessKeyId=key_id, Status="Active")
    again = signing.signed(unsigned, at=now(), key=(key_id, secret), service="sts")
    assert raw.ask(visitor, again).status == 200


# The gate itself, on both databases.


def prover(store: Store) -> Authenticator:
    return Authenticator(store.vault, SessionLimits(3600, 43_200))


def test_an_unknown_key_costs_the_same_check(store: Store) -> None:
    """Once for a key that is known, once for one that is not, and with a secret of the same length."""
    made, checked = servers.make_account(store), list[str]()
    with store.database.read() as tx:
        prover(store).authenticate(
            tx, AccessKeyCredentials(made.access_key_id or "", None, checked.append), 0
        )
        with pytest.raises(InvalidClientTokenId):
            prover(store).authenticate(tx, AccessKeyCredentials(UNKNOWN, None, checked.append), 0)
    known, unknown = checked
    assert known == made.secret_access_key
    assert unknown != known
    assert len(unknown) == len(known)


def test_what_an_unknown_keys_check_says_is_not_told(store: Store) -> None:
    def fail(secret: str) -> None:
        raise SignatureDoesNotMatch(secret)

    made = servers.make_account(store)
    with store.database.read() as tx:
        with pytest.raises(InvalidClientTokenId):
            prover(store).authenticate(tx, AccessKeyCredentials(UNKNOWN, None, fail), 0)
        with pytest.raises(SignatureDoesNotMatch):
            prover(store).authenticate(tx, AccessKeyCredentials(made.access_key_id or "", None, fail), 0)


def now() -> datetime:
    return datetime.now(UTC)


def bare(sent: Request) -> Request:
    """Return a request without its signature."""
    kept = {name: value for name, value in sent.headers.items() if name in ("host", "content-type")}
    return sent._replace(headers=kept)
