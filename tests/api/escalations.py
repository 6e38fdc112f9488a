"""Privilege escalation by the user mallory: the steps of a path, run as real calls against a server."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from iamd.operations import OPERATIONS
from tests import iamd_client
from tests.api.operation_calls import fill_placeholders
from tests.api.responses import Refused, call, refusal, state
from tests.authenticator import Authenticator
from tests.console_users import Browser
from tests.servers import Account, allow

Client = Callable[[str], Any]


class Attack:
    """The state of an attack: mallory's current credentials, placeholder values, a stolen key, her device."""

    def __init__(self, account: Account, actions: Sequence[str]) -> None:
        # A policy needs at least one action; this one escalates nothing.
        key = account.key_of("mallory", allow("sts:GetAccessKeyInfo", *actions))
        self.account = account
        self.admin = account.iam
        self.placeholders = {"{A}": account.account_id}
        self.stolen_key: tuple[str, str] = ("", "")
        self.device: Authenticator | None = None
        self.set_client(lambda service: account.client(service, key))

    def client(self, service: str) -> Any:
        return self._client(service)

    def set_client(self, client: Client) -> None:
        """Make later calls with other credentials."""
        self._client = cache(client)

    def use_credentials(self, response: Any) -> None:
        """Make later calls with the credentials in a response, if any; save a new MFA device."""
        account = self.account
        if "AccessKey" in response:
            key = _key_pair(response["AccessKey"])
            self.set_client(lambda service: account.client(service, key))
        if "Credentials" in response:
            credentials = response["Credentials"]
            self.set_client(lambda service: client_with_token(account, service, credentials))
        if "VirtualMFADevice" in response:
            device = response["VirtualMFADevice"]
            self.device = Authenticator(device["SerialNumber"], device["Base32StringSeed"].decode())


def _key_pair(key: Any) -> tuple[str, str]:
    return key["AccessKeyId"], key["SecretAccessKey"]


def client_with_token(account: Account, service: str, credentials: Any) -> Any:
    """Return a client with the temporary credentials of a response."""
    key = _key_pair(credentials)
    return iamd_client.client(account.server.url, service, key, credentials["SessionToken"])


@dataclass(frozen=True)
class Step:
    """A call by its wire name; `{A}` is the account ID, `{KEY}` the ID of the last key that setup created."""

    operation: str
    params: dict[str, Any]

    def __call__(self, attack: Attack) -> None:
        client = attack.client(self.service)
        response = call(client, self.operation, **fill_placeholders(self.params, attack.placeholders))
        attack.use_credentials(response)

    def call_as_admin(self, attack: Attack) -> None:
        """Make the call as the administrator, to set up the account before the attack."""
        response = call(attack.admin, self.operation, **fill_placeholders(self.params, attack.placeholders))
        if "AccessKey" in response:
            attack.stolen_key = _key_pair(response["AccessKey"])
            attack.placeholders["{KEY}"] = attack.stolen_key[0]

    @property
    def service(self) -> str:
        return "sts" if self.operation in OPERATIONS["sts"] else "iam"


def step(operation: str, /, **params: Any) -> Step:
    return Step(operation, params)


def use_stolen_key(attack: Attack) -> None:
    """Make later calls with the last key that setup created, whose secret mallory knows."""
    attack.set_client(lambda service: attack.account.client(service, attack.stolen_key))


@dataclass(frozen=True)
class SignIn:
    """Sign in with a password, as a user without MFA."""

    user_name: str
    password: str

    def __call__(self, attack: Attack) -> None:
        browser = Browser(attack.account.server)
        browser.sign_in_user(attack.account.account_id, self.user_name, self.password)
        attack.set_client(browser.client)


class Path(NamedTuple):
    """An escalation path: the actions that it requires, its steps, its setup, and its success criterion."""

    name: str
    required_actions: tuple[str, ...]
    steps: tuple[Callable[[Attack], None], ...]
    setup: tuple[Step | Callable[[Attack], None], ...] = ()
    succeeded: "Callable[[Attack], bool]" = lambda attack: can_reach_goal(attack.client("iam"))


def can_reach_goal(client: Any) -> bool:
    """Return whether a caller may do what no path requires: UpdateAccountPasswordPolicy.

    Any error but AccessDenied or invalid credentials fails the test.
    """
    try:
        call(client, "UpdateAccountPasswordPolicy")
    except ClientError as error:
        if refusal(error).code in ("AccessDenied", "InvalidClientTokenId", "ExpiredToken"):
            return False
        raise
    return True


def start_attack(account: Account, path: Path, actions: Sequence[str]) -> Attack:
    """Set up a path for mallory, who may call only these actions."""
    attack = Attack(account, actions)
    for prepare in path.setup:
        prepare.call_as_admin(attack) if isinstance(prepare, Step) else prepare(attack)
    return attack


def try_all_steps(attack: Attack, path: Path) -> list[Refused]:
    """Try every step, even after errors; return the errors, none of which changed the account."""
    errors = []
    for run_step in path.steps:
        before = state(attack.account)
        try:
            run_step(attack)
        except ClientError as error:
            errors.append(refusal(error))
            assert state(attack.account) == before
    return errors
