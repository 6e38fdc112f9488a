"""How mallory, who may do little, comes to do more: one path at a time, taken for real."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from botocore.config import Config
from botocore.exceptions import ClientError

from iamd.operations import OPERATIONS
from tests import iamd_client
from tests.api.answers import Refused, call, refusal, state
from tests.api.served import filled
from tests.authenticator import Authenticator
from tests.people import Browser
from tests.servers import Account, allow

Client = Callable[[str], Any]


class Attack:
    """Mallory at work: as whom she calls by now, what she made, and what she has got hold of."""

    def __init__(self, account: Account, given: Sequence[str]) -> None:
        # A policy must hold an action, and this one leads nowhere.
        key = account.key_of("mallory", allow("sts:GetAccessKeyInfo", *given))
        self.account = account
        self.admin = account.iam
        self.names = {"{A}": account.account_id}
        self.stolen: tuple[str, str] = ("", "")
        self.device: Authenticator | None = None
        self.become(lambda service: account.client(service, key))

    def client(self, service: str) -> Any:
        return self._client(service)

    def become(self, client: Client) -> None:
        """Call as somebody else from now on."""
        self._client = cache(client)

    def use(self, reply: Any) -> None:
        """Call with the credentials that a reply has, if it has any; keep what later steps name."""
        account = self.account
        if "AccessKey" in reply:
            key = _pair(reply["AccessKey"])
            self.become(lambda service: account.client(service, key))
        if "Credentials" in reply:
            made = reply["Credentials"]
            self.become(lambda service: with_token(account, service, made))
        if "VirtualMFADevice" in reply:
            device = reply["VirtualMFADevice"]
            self.device = Authenticator(device["SerialNumber"], device["Base32StringSeed"].decode())


def _pair(key: Any) -> tuple[str, str]:
    return key["AccessKeyId"], key["SecretAccessKey"]


def with_token(account: Account, service: str, credentials: Any) -> Any:
    """Return a client of temporary credentials, as a reply has them."""
    key_id, secret = _pair(credentials)
    return iamd_client.session().client(
        service,
        region_name="us-east-1",
        endpoint_url=account.server.url,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        aws_session_token=credentials["SessionToken"],
        config=Config(retries={"total_max_attempts": 1}),
    )


@dataclass(frozen=True)
class Step:
    """A call by its name on the wire; `{A}` is the account's ID, `{KEY}` that of the scene's last key."""

    operation: str
    params: dict[str, Any]

    def __call__(self, attack: Attack) -> None:
        client = attack.client(self.service)
        attack.use(call(client, self.operation, **filled(self.params, attack.names)))

    def prepare(self, attack: Attack) -> None:
        """Make the call as the administrator, before mallory comes."""
        reply = call(attack.admin, self.operation, **filled(self.params, attack.names))
        if "AccessKey" in reply:
            attack.stolen = _pair(reply["AccessKey"])
            attack.names["{KEY}"] = attack.stolen[0]

    @property
    def service(self) -> str:
        return "sts" if self.operation in OPERATIONS["sts"] else "iam"


def step(operation: str, /, **params: Any) -> Step:
    return Step(operation, params)


def use_stolen_key(attack: Attack) -> None:
    """Call with the key that the scene made, whose secret mallory knows."""
    attack.become(lambda service: attack.account.client(service, attack.stolen))


@dataclass(frozen=True)
class SignIn:
    """Sign in with a password, where nothing more is asked for."""

    user_name: str
    password: str

    def __call__(self, attack: Attack) -> None:
        browser = Browser(attack.account.server)
        browser.sign_in_user(attack.account.account_id, self.user_name, self.password)
        attack.become(browser.client)


class Path(NamedTuple):
    """A path, the actions that it needs, what is there before, and what shows that it led somewhere."""

    name: str
    needs: tuple[str, ...]
    steps: tuple[Callable[[Attack], None], ...]
    scene: tuple[Step | Callable[[Attack], None], ...] = ()
    led_on: "Callable[[Attack], bool]" = lambda attack: may(attack.client("iam"))


def may(client: Any) -> bool:
    """Say whether a caller may do what no path needs; anything but a refusal or a dead key is an error."""
    try:
        call(client, "UpdateAccountPasswordPolicy")
    except ClientError as error:
        if refusal(error).code in ("AccessDenied", "InvalidClientTokenId", "ExpiredToken"):
            return False
        raise
    return True


def begun(account: Account, path: Path, given: Sequence[str]) -> Attack:
    """Set the scene for mallory, who may do what is given and no more."""
    attack = Attack(account, given)
    for made in path.scene:
        made.prepare(attack) if isinstance(made, Step) else made(attack)
    return attack


def tried(attack: Attack, path: Path) -> list[Refused]:
    """Take all steps, whatever becomes of each; return the refusals, none of which changed the account."""
    refusals = []
    for taken in path.steps:
        before = state(attack.account)
        try:
            taken(attack)
        except ClientError as error:
            refusals.append(refusal(error))
            assert state(attack.account) == before
    return refusals
