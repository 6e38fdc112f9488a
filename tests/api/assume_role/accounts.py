"""Two accounts and the callers of callers.yaml, each created when a case first needs it."""

import re
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from iamd.core.records import SessionToken
from tests import console_users
from tests.api import sts_sessions
from tests.api.sts_sessions import Session
from tests.servers import Account, document

_FOLDER = Path(__file__).parent
_HOUR = 3600


def read_yaml(name: str) -> Any:
    """Return the content of a YAML file of this folder."""
    return yaml.safe_load((_FOLDER / name).read_text())


CALLERS = read_yaml("callers.yaml")


class Caller(NamedTuple):
    """A caller: its STS client, its ARN in error messages, and the user whose key or session it has."""

    sts: Any
    arn: str
    user_name: str | None


class Accounts:
    """Two accounts whose callers are shared by all cases; each case creates a role of its own."""

    def __init__(self, account: Account, other_account: Account) -> None:
        self.account, self.other_account = account, other_account
        self.iam = account.iam
        self._iam_of = {account: self.iam, other_account: other_account.iam}
        self.placeholders = {
            "{account}": account.account_id,
            "{other_account}": other_account.account_id,
        }
        self.caller = cache(self._create_caller)
        self._root_key = cache(lambda: sts_sessions.create_root_access_key(account))
        self._iam_of[other_account].create_user(UserName="may")
        sts_sessions.create_role(account, "may")  # has the name of a user

    def create_role(self, owner: Account, name: str, *trust: dict[str, Any], **params: Any) -> str:
        """Create a role; return its ARN."""
        response = self._iam_of[owner].create_role(
            RoleName=name, AssumeRolePolicyDocument=document(*trust), **params
        )
        return str(response["Role"]["Arn"])

    def _create_caller(self, name: str) -> Caller:
        properties = CALLERS[name]
        sts = _CREATE_BY_KIND[properties["kind"]](self, name, properties)
        user_name = name if properties["kind"] == "user" else properties.get("user")
        return Caller(sts, sts.get_caller_identity()["Arn"], user_name)

    def create_principals(self, case: Any) -> None:
        """Create the users and roles that a case names: principals of a trust policy must exist."""
        principal = r"::\{account\}:(?:user|role|assumed-role)/(?:team/)?([\w-]+)"
        for name in re.findall(principal, str(case)):
            if name in CALLERS:
                self.caller(name)

    def create_user(self, name: str, properties: Any) -> Any:
        params = self._boundary_and_tags(name, properties)
        self.iam.create_user(UserName=name, Path=properties.get("path", "/"), **params)
        if "policy" in properties:
            self._put_policy("user", name, properties["policy"])
        if "group_policy" in properties:
            self.iam.create_group(GroupName=name)
            self._put_policy("group", name, properties["group_policy"])
            self.iam.add_user_to_group(GroupName=name, UserName=name)
        return self._sts(sts_sessions.access_key_of(self.iam.create_access_key(UserName=name)))

    def _put_policy(self, kind: str, name: str, statements: list[Any]) -> None:
        put = getattr(self.iam, f"put_{kind}_policy")
        put(**{f"{kind.capitalize()}Name": name}, PolicyName="test", PolicyDocument=document(*statements))

    def _boundary_and_tags(self, name: str, properties: Any) -> dict[str, Any]:
        """Return the parameters of CreateUser and CreateRole for the permissions boundary and the tags."""
        params: dict[str, Any] = {
            "Tags": [{"Key": key, "Value": value} for key, value in properties.get("tags", {}).items()]
        }
        if "boundary" in properties:
            response = self.iam.create_policy(
                PolicyName=f"boundary-of-{name}", PolicyDocument=document(*properties["boundary"])
            )
            params["PermissionsBoundary"] = response["Policy"]["Arn"]
        return params

    def create_role_session(self, name: str, properties: Any) -> Any:
        trust = sts_sessions.trust_statement(
            {"AWS": self.account.account_id}, "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"
        )
        path = properties.get("path", "/")
        role_params = self._boundary_and_tags(name, properties)
        arn = self.create_role(self.account, name, trust, Path=path, **role_params)
        if "policy" in properties:
            self._put_policy("role", name, properties["policy"])
        params = dict(properties.get("params", {}))
        if "session_policy" in properties:
            params["Policy"] = document(*properties["session_policy"])
        return self._sts(sts_sessions.assume_role(self.account.sts, arn, **params))

    def create_user_session(self, _name: str, properties: Any) -> Any:
        user_name = properties["user"]
        if "mfa_age" not in properties:
            return self._sts(sts_sessions.credentials_of(self.caller(user_name).sts.get_session_token()))
        self.caller(user_name)
        now = int(time.time())
        token = SessionToken(
            "user",
            self.account.account_id,
            sts_sessions.user_of(self.account, user_name).user_id,
            "",
            "s" * 40,
            now - properties["mfa_age"],
            now + _HOUR,
            now - properties["mfa_age"],
        )
        return self._sts(sts_sessions.seal_session(self.account, token))

    def create_federated_session(self, name: str, properties: Any) -> Any:
        sts = self.caller(properties["user"]).sts
        policy = document(*properties["session_policy"])
        return self._sts(sts_sessions.credentials_of(sts.get_federation_token(Name=name, Policy=policy)))

    def create_console_session(self, name: str, properties: Any) -> Any:
        browser = console_users.create_user(self.account, name)
        if "policy" in properties:
            self._put_policy("user", name, properties["policy"])
        browser.sign_in_user(self.account.account_id, name, console_users.PASSWORD)
        browser.confirm()
        return browser.client("sts")

    def create_root_key(self, _name: str, _properties: Any) -> Any:
        return self._sts(self._root_key())

    def create_root_session(self, _name: str, _properties: Any) -> Any:
        return self._sts(sts_sessions.credentials_of(self._sts(self._root_key()).get_session_token()))

    def _sts(self, session: Session) -> Any:
        return session.client(self.account.server, "sts")


_CREATE_BY_KIND: dict[str, Callable[[Accounts, str, Any], Any]] = {
    "user": Accounts.create_user,
    "role": Accounts.create_role_session,
    "token": Accounts.create_user_session,
    "federated": Accounts.create_federated_session,
    "console": Accounts.create_console_session,
    "root": Accounts.create_root_key,
    "root-token": Accounts.create_root_session,
}
