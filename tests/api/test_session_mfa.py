"""Codes of MFA devices that come along with a request for temporary credentials."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from iamd.core.records import MfaDevice
from iamd.domain import mfa_codes
from iamd.store import attempt_counters, mfa_devices
from tests import people
from tests.api import temporary
from tests.api.answers import Refused, call, refusal, refused
from tests.api.temporary import (
    Session,
    assume_role,
    create_role,
    put_role_policy,
    trust_statement,
    unseal_token,
)
from tests.authenticator import Authenticator
from tests.servers import Account, Server, allow

WRONG = ("AccessDenied", 403, "MultiFactorAuthentication failed with invalid MFA one time pass code.")
_NO_DEVICE = (
    "MultiFactorAuthentication failed, unable to validate MFA code. "
    "Please verify your MFA serial number is valid and associated with this user."
)
NO_DEVICE = ("AccessDenied", 403, _NO_DEVICE)


class Bob(NamedTuple):
    """A user with a device, whose next codes were not used yet, and a role that lets him in with MFA."""

    account: Account
    key: Session
    device: Authenticator
    role: str

    def asked(self, operation: str, code: str) -> dict[str, str]:
        """Return the parameters of either operation with a code."""
        more = {"RoleArn": self.role, "RoleSessionName": "work"} if operation == "AssumeRole" else {}
        return {**more, "SerialNumber": self.device.serial, "TokenCode": code}

    def told(self, operation: str, code: str, server: Server | None = None) -> Refused:
        """Have a code refused; return how."""
        sts = self.key.client(server or self.account.server, "sts")
        return refused(sts, operation, **self.asked(operation, code))

    def gets(self, operation: str, code: str, server: Server | None = None) -> Session:
        """Get credentials by a code."""
        sts = self.key.client(server or self.account.server, "sts")
        return temporary.credentials_of(call(sts, operation, **self.asked(operation, code)))


@pytest.fixture
def bob(account: Account) -> Bob:
    key = Session(*account.key_of("bob", allow("iam:ListUsers")), None)
    device = Authenticator.make(account.iam, "phone").enable(account.iam, "bob", -1)
    bob = {"AWS": f"arn:aws:iam::{account.account_id}:user/bob"}
    mfa_present = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    return Bob(account, key, device, create_role(account, "job", trust_statement(bob, Condition=mfa_present)))


BOTH = ("GetSessionToken", "AssumeRole")


def wrong(device: Authenticator) -> str:
    """Return a code that the device does not show within the minutes of a test."""
    near = {device.code(ahead) for ahead in range(-4, 5)}
    return next(code for code in (device.code(ahead) for ahead in range(10, 100)) if code not in near)


# A code works once.


@pytest.mark.parametrize("first", BOTH)
@pytest.mark.parametrize("second", BOTH)
def test_a_code_works_once_wherever_it_is_shown(
    bob: Bob, second_server: Server, first: str, second: str
) -> None:
    code = bob.device.code()
    bob.gets(first, code)
    assert bob.told(second, code) == WRONG
    assert bob.told(second, code, second_server) == WRONG
    bob.gets(second, bob.device.code(1), second_server)


def test_a_code_that_is_shown_at_two_servers_at_once_works_at_one(bob: Bob, second_server: Server) -> None:
    code = bob.device.code()
    tries = [(operation, server) for operation in BOTH for server in (bob.account.server, second_server)] * 2

    def attempt(tried: tuple[str, Server]) -> Session | Refused:
        try:
            return bob.gets(tried[0], code, tried[1])
        except ClientError as error:
            return refusal(error)

    with ThreadPoolExecutor(len(tries)) as threads:
        answers = list(threads.map(attempt, tries))
    assert sum(isinstance(answer, Session) for answer in answers) == 1
    assert {answer for answer in answers if isinstance(answer, Refused)} == {WRONG}


def test_an_earlier_code_is_dead_once_a_later_one_was_used(bob: Bob) -> None:
    earlier, later = bob.device.code(0), bob.device.code(1)
    bob.gets("GetSessionToken", later)
    assert bob.told("AssumeRole", earlier) == WRONG


def test_a_code_is_used_up_even_where_the_role_is_refused(bob: Bob) -> None:
    closed = create_role(bob.account, "closed", trust_statement({"Service": "ec2.amazonaws.com"}))
    code = bob.device.code()
    said = bob._replace(role=closed).told("AssumeRole", code)
    assert "is not authorized to perform: sts:AssumeRole" in said.message
    assert bob.told("GetSessionToken", code) == WRONG


# Wrong codes are counted.


@pytest.mark.parametrize("operation", BOTH)
def test_after_ten_wrong_codes_none_is_looked_at(bob: Bob, second_server: Server, operation: str) -> None:
    for _ in range(10):
        assert bob.told(operation, wrong(bob.device)) == WRONG
    right = bob.device.code()
    for server in (bob.account.server, second_server):
        assert bob.told(operation, right, server) == WRONG
    forget(bob)
    bob.gets(operation, right)


def forget(bob: Bob) -> None:
    """Let the quarter of an hour pass in which wrong codes count."""
    with bob.account.server.store.database.write() as tx:
        attempt_counters.reset(
            tx, mfa_codes.wrong_code_counter_key(bob.account.account_id, bob.device.serial)
        )


def test_wrong_codes_count_together_wherever_they_are_shown(bob: Bob, second_server: Server) -> None:
    for operation in BOTH:
        for server in (bob.account.server, second_server):
            for _ in range(2):
                bob.told(operation, wrong(bob.device), server)
    codes = {"AuthenticationCode1": "000000", "AuthenticationCode2": "000001"}
    for _ in range(2):
        refused(bob.account.iam, "ResyncMFADevice", UserName="bob", SerialNumber=bob.device.serial, **codes)
    assert bob.told("GetSessionToken", bob.device.code()) == WRONG


def test_wrong_codes_at_once_are_all_counted(bob: Bob, second_server: Server) -> None:
    code = wrong(bob.device)
    tries = [(operation, server) for operation in BOTH for server in (bob.account.server, second_server)] * 3
    with ThreadPoolExecutor(len(tries)) as threads:
        answers = list(threads.map(lambda tried: bob.told(tried[0], code, tried[1]), tries))
    assert set(answers) == {WRONG}
    assert bob.told("AssumeRole", bob.device.code()) == WRONG


def test_a_right_code_forgets_the_wrong_ones(bob: Bob) -> None:
    for code in (bob.device.code(0), bob.device.code(1)):
        for _ in range(9):
            bob.told("GetSessionToken", wrong(bob.device))
        bob.gets("GetSessionToken", code)


# Whose device it is.


def test_nobody_else_tries_or_locks_a_device(bob: Bob) -> None:
    eve = bob._replace(key=Session(*bob.account.key_of("eve", allow("sts:*")), None))
    for operation in BOTH:
        for code in (bob.device.code(), *[wrong(bob.device)] * 10):
            assert eve.told(operation, code) == NO_DEVICE
    bob.gets("AssumeRole", bob.device.code())


def test_a_device_of_another_account_is_no_device(bob: Bob, other_account: Account) -> None:
    admin = Session(other_account.access_key_id, other_account.secret_access_key, None)
    assert bob._replace(key=admin).told("GetSessionToken", bob.device.code()) == NO_DEVICE


def test_a_device_that_was_taken_away_is_no_device(bob: Bob) -> None:
    bob.account.iam.deactivate_mfa_device(UserName="bob", SerialNumber=bob.device.serial)
    assert bob.told("GetSessionToken", bob.device.code()) == NO_DEVICE


def test_a_passkey_shows_no_code(bob: Bob) -> None:
    account_id, serial = bob.account.account_id, f"arn:aws:iam::{bob.account.account_id}:u2f/user/bob/key-1"
    owner = temporary.user_of(bob.account, "bob").user_id
    device = MfaDevice(serial, mfa_codes.PASSKEY, owner, b"", 0, 0, f"credential-{account_id}", "", "", None)
    with bob.account.server.store.database.write() as tx:
        mfa_devices.add(tx, account_id, device)
    passkey = bob._replace(device=Authenticator(serial, bob.device.seed))
    assert passkey.told("GetSessionToken", "123456") == NO_DEVICE


def test_the_root_user_shows_codes_of_its_own_device(account: Account, root_keys_server: Server) -> None:
    root = people.root_of(account._replace(server=root_keys_server))
    key = temporary.access_key_of(root.iam.create_access_key())
    device = Authenticator.make(root.iam, "phone")
    root.iamd.enable_root_mfa_device(SerialNumber=device.serial, **device.codes(-1))
    asked = {"SerialNumber": device.serial, "TokenCode": device.code()}
    sts = key.client(root_keys_server, "sts")
    session = temporary.credentials_of(sts.get_session_token(**asked))
    assert session.client(root_keys_server, "iam").get_user()["User"]["UserId"] == account.account_id
    assert refused(sts, "GetSessionToken", **asked) == WRONG


# What a code is worth.


def test_a_users_session_remembers_when_a_code_was_shown(bob: Bob) -> None:
    session = bob.gets("GetSessionToken", bob.device.code())
    token = unseal_token(bob.account, session)
    assert token.mfa_at == token.issued_at
    session.client(bob.account.server, "iam").list_users()


def test_a_role_session_does_not_remember_it(bob: Bob) -> None:
    session = bob.gets("AssumeRole", bob.device.code())
    assert unseal_token(bob.account, session).mfa_at is None
    put_role_policy(
        bob.account, "job", allow("iam:ListUsers", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    )
    assert refused(session.client(bob.account.server, "iam"), "ListUsers").code == "AccessDenied"


def test_a_session_with_mfa_opens_what_wants_mfa(bob: Bob) -> None:
    first: Any = bob.gets("GetSessionToken", bob.device.code()).client(bob.account.server, "sts")
    assume_role(first, bob.role)
    without = temporary.credentials_of(bob.key.client(bob.account.server, "sts").get_session_token())
    said = refused(
        without.client(bob.account.server, "sts"), "AssumeRole", RoleArn=bob.role, RoleSessionName="work"
    )
    assert said.code == "AccessDenied"
