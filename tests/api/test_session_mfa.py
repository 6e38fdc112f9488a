"""MFA codes in GetSessionToken and AssumeRole: single use, wrong code limit, device ownership, effect."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from iamd.core.records import MfaDevice
from iamd.domain import mfa_codes
from iamd.store import attempt_counters, mfa_devices
from tests import console_users
from tests.api import sts_sessions
from tests.api.responses import Refused, call, refusal, refused
from tests.api.sts_sessions import (
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
    """A user with an MFA device, whose current and next codes are unused, and a role that requires MFA."""

    account: Account
    key: Session
    device: Authenticator
    role: str

    def params(self, operation: str, code: str) -> dict[str, str]:
        """Return the parameters of either operation with a code."""
        role = {"RoleArn": self.role, "RoleSessionName": "work"} if operation == "AssumeRole" else {}
        return {**role, "SerialNumber": self.device.serial, "TokenCode": code}

    def error(self, operation: str, code: str, server: Server | None = None) -> Refused:
        """Call an operation with a code that must be refused; return the error."""
        sts = self.key.client(server or self.account.server, "sts")
        return refused(sts, operation, **self.params(operation, code))

    def credentials(self, operation: str, code: str, server: Server | None = None) -> Session:
        """Call an operation with a valid code; return the credentials."""
        sts = self.key.client(server or self.account.server, "sts")
        return sts_sessions.credentials_of(call(sts, operation, **self.params(operation, code)))


@pytest.fixture
def bob(account: Account) -> Bob:
    """Return a user with an MFA device."""
    key = Session(*account.key_of("bob", allow("iam:ListUsers")), None)
    device = Authenticator.create(account.iam, "phone").enable(account.iam, "bob", -1)
    principal = {"AWS": f"arn:aws:iam::{account.account_id}:user/bob"}
    mfa_present = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    return Bob(
        account, key, device, create_role(account, "job", trust_statement(principal, Condition=mfa_present))
    )


OPERATIONS = ("GetSessionToken", "AssumeRole")


def wrong_code(device: Authenticator) -> str:
    """Return a code that the device does not generate within two minutes from now."""
    nearby = {device.code(ahead) for ahead in range(-4, 5)}
    return next(code for code in (device.code(ahead) for ahead in range(10, 100)) if code not in nearby)


# A code is valid once.


@pytest.mark.parametrize("first", OPERATIONS)
@pytest.mark.parametrize("second", OPERATIONS)
def test_mfa_code_is_valid_once_for_both_operations_and_servers(
    bob: Bob, second_server: Server, first: str, second: str
) -> None:
    code = bob.device.code()
    bob.credentials(first, code)
    assert bob.error(second, code) == WRONG
    assert bob.error(second, code, second_server) == WRONG
    bob.credentials(second, bob.device.code(1), second_server)


def test_mfa_code_in_concurrent_requests_is_valid_once(bob: Bob, second_server: Server) -> None:
    code = bob.device.code()
    requests = [
        (operation, server) for operation in OPERATIONS for server in (bob.account.server, second_server)
    ] * 2

    def credentials_or_error(request: tuple[str, Server]) -> Session | Refused:
        operation, server = request
        try:
            return bob.credentials(operation, code, server)
        except ClientError as error:
            return refusal(error)

    with ThreadPoolExecutor(len(requests)) as threads:
        results = list(threads.map(credentials_or_error, requests))
    assert sum(isinstance(result, Session) for result in results) == 1
    assert {result for result in results if isinstance(result, Refused)} == {WRONG}


def test_earlier_mfa_code_is_rejected_after_a_later_one(bob: Bob) -> None:
    earlier, later = bob.device.code(0), bob.device.code(1)
    bob.credentials("GetSessionToken", later)
    assert bob.error("AssumeRole", earlier) == WRONG


def test_mfa_code_is_used_up_even_if_assume_role_is_denied(bob: Bob) -> None:
    closed = create_role(bob.account, "closed", trust_statement({"Service": "ec2.amazonaws.com"}))
    code = bob.device.code()
    error = bob._replace(role=closed).error("AssumeRole", code)
    assert "is not authorized to perform: sts:AssumeRole" in error.message
    assert bob.error("GetSessionToken", code) == WRONG


# The limit of wrong codes.


@pytest.mark.parametrize("operation", OPERATIONS)
def test_valid_mfa_code_is_rejected_after_ten_wrong_codes(
    bob: Bob, second_server: Server, operation: str
) -> None:
    for _ in range(10):
        assert bob.error(operation, wrong_code(bob.device)) == WRONG
    valid = bob.device.code()
    for server in (bob.account.server, second_server):
        assert bob.error(operation, valid, server) == WRONG
    reset_wrong_codes(bob)
    bob.credentials(operation, valid)


def reset_wrong_codes(bob: Bob) -> None:
    """Reset the counter of wrong codes, as when its period of 15 minutes ends."""
    with bob.account.server.store.database.write() as tx:
        attempt_counters.reset(
            tx, mfa_codes.wrong_code_counter_key(bob.account.account_id, bob.device.serial)
        )


def test_wrong_mfa_codes_are_counted_across_operations_and_servers(bob: Bob, second_server: Server) -> None:
    for operation in OPERATIONS:
        for server in (bob.account.server, second_server):
            for _ in range(2):
                bob.error(operation, wrong_code(bob.device), server)
    codes = {"AuthenticationCode1": "000000", "AuthenticationCode2": "000001"}
    for _ in range(2):
        refused(bob.account.iam, "ResyncMFADevice", UserName="bob", SerialNumber=bob.device.serial, **codes)
    assert bob.error("GetSessionToken", bob.device.code()) == WRONG


def test_concurrent_wrong_mfa_codes_are_all_counted(bob: Bob, second_server: Server) -> None:
    code = wrong_code(bob.device)
    requests = [
        (operation, server) for operation in OPERATIONS for server in (bob.account.server, second_server)
    ] * 3
    with ThreadPoolExecutor(len(requests)) as threads:
        results = list(threads.map(lambda request: bob.error(request[0], code, request[1]), requests))
    assert set(results) == {WRONG}
    assert bob.error("AssumeRole", bob.device.code()) == WRONG


def test_valid_mfa_code_resets_the_counter_of_wrong_codes(bob: Bob) -> None:
    for code in (bob.device.code(0), bob.device.code(1)):
        for _ in range(9):
            bob.error("GetSessionToken", wrong_code(bob.device))
        bob.credentials("GetSessionToken", code)


# The device must belong to the caller.


def test_mfa_device_of_another_user_is_rejected_and_not_locked(bob: Bob) -> None:
    eve = bob._replace(key=Session(*bob.account.key_of("eve", allow("sts:*")), None))
    for operation in OPERATIONS:
        for code in (bob.device.code(), *[wrong_code(bob.device)] * 10):
            assert eve.error(operation, code) == NO_DEVICE
    bob.credentials("AssumeRole", bob.device.code())


def test_mfa_device_of_another_account_is_rejected(bob: Bob, other_account: Account) -> None:
    admin = Session(other_account.access_key_id, other_account.secret_access_key, None)
    assert bob._replace(key=admin).error("GetSessionToken", bob.device.code()) == NO_DEVICE


def test_deactivated_mfa_device_is_rejected(bob: Bob) -> None:
    bob.account.iam.deactivate_mfa_device(UserName="bob", SerialNumber=bob.device.serial)
    assert bob.error("GetSessionToken", bob.device.code()) == NO_DEVICE


def test_passkey_is_rejected_as_mfa_device_for_a_code(bob: Bob) -> None:
    account_id = bob.account.account_id
    serial = f"arn:aws:iam::{account_id}:u2f/user/bob/key-1"
    owner = sts_sessions.user_of(bob.account, "bob").user_id
    device = MfaDevice(serial, mfa_codes.PASSKEY, owner, b"", 0, 0, f"credential-{account_id}", "", "", None)
    with bob.account.server.store.database.write() as tx:
        mfa_devices.add(tx, account_id, device)
    passkey = bob._replace(device=Authenticator(serial, bob.device.seed))
    assert passkey.error("GetSessionToken", "123456") == NO_DEVICE


def test_root_gets_a_session_with_a_code_of_its_own_mfa_device(
    account: Account, root_keys_server: Server
) -> None:
    root = console_users.sign_in_root(account._replace(server=root_keys_server))
    key = sts_sessions.access_key_of(root.iam.create_access_key())
    device = Authenticator.create(root.iam, "phone")
    root.iamd.enable_root_mfa_device(SerialNumber=device.serial, **device.codes(-1))
    params = {"SerialNumber": device.serial, "TokenCode": device.code()}
    sts = key.client(root_keys_server, "sts")
    session = sts_sessions.credentials_of(sts.get_session_token(**params))
    assert session.client(root_keys_server, "iam").get_user()["User"]["UserId"] == account.account_id
    assert refused(sts, "GetSessionToken", **params) == WRONG


# Whether the session has MFA.


def test_get_session_token_with_an_mfa_code_returns_a_session_with_mfa(bob: Bob) -> None:
    session = bob.credentials("GetSessionToken", bob.device.code())
    token = unseal_token(bob.account, session)
    assert token.mfa_at == token.issued_at
    session.client(bob.account.server, "iam").list_users()


def test_assume_role_with_an_mfa_code_returns_a_session_without_mfa(bob: Bob) -> None:
    session = bob.credentials("AssumeRole", bob.device.code())
    assert unseal_token(bob.account, session).mfa_at is None
    put_role_policy(
        bob.account, "job", allow("iam:ListUsers", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    )
    assert refused(session.client(bob.account.server, "iam"), "ListUsers").code == "AccessDenied"


def test_session_with_mfa_assumes_a_role_that_requires_mfa(bob: Bob) -> None:
    with_mfa: Any = bob.credentials("GetSessionToken", bob.device.code()).client(bob.account.server, "sts")
    assume_role(with_mfa, bob.role)
    without_mfa = sts_sessions.credentials_of(bob.key.client(bob.account.server, "sts").get_session_token())
    error = refused(
        without_mfa.client(bob.account.server, "sts"), "AssumeRole", RoleArn=bob.role, RoleSessionName="work"
    )
    assert error.code == "AccessDenied"
