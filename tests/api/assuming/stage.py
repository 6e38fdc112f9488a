"""Two accounts and the callers of callers.yaml, each made when a case first wants it."""

import re
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from iamd.core.records import SessionToken
from tests import people
from tests.api import temporary
from tests.api.temporary import Session
from tests.servers import Account, document

_HERE = Path(__file__).parent
_HOUR = 3600


def read(name: str) -> Any:
    """Return what a file of this folder says."""
    return yaml.safe_load((_HERE / name).read_text())


CALLERS = read("callers.yaml")


class Caller(NamedTuple):
    """Somebody who calls: how to call STS, by which ARN refusals name them, and whose key it is."""

    sts: Any
    arn: str
    user_name: str | None


class Stage:
    """Two accounts in which callers stay from case to case, while each case makes a role of its own."""

    def __init__(self, home: Account, away: Account) -> None:
        self.home, self.away = home, away
        self.iam = home.iam
        self._iam_of = {home: self.iam, away: away.iam}
        self.names = {"{home}": home.account_id, "{away}": away.account_id}
        self.caller = cache(self._caller)
        self._root_key = cache(lambda: temporary.create_root_access_key(home))
        self._iam_of[away].create_user(UserName="may")

    def make_role(self, owner: Account, name: str, *trust: dict[str, Any], **more: Any) -> str:
        """Make a role; return its ARN."""
        made = self._iam_of[owner].create_role(
            RoleName=name, AssumeRolePolicyDocument=document(*trust), **more
        )
        return str(made["Role"]["Arn"])

    def _caller(self, name: str) -> Caller:
        asked = CALLERS[name]
        sts = _MAKERS[asked["kind"]](self, name, asked)
        owner = name if asked["kind"] == "user" else asked.get("of")
        return Caller(sts, sts.get_caller_identity()["Arn"], owner)

    def introduce(self, case: Any) -> None:
        """Make the users and roles that a case names: a trust policy names nobody who is not there."""
        for name in re.findall(r"iam::\{home\}:(?:user|role)/(?:team/)?([\w-]+)", str(case)):
            if name in CALLERS:
                self.caller(name)

    def user(self, name: str, asked: Any) -> Any:
        self.iam.create_user(UserName=name, Path=asked.get("path", "/"), **self._bounded(name, asked))
        if "policy" in asked:
            self._put("user", name, asked["policy"])
        if "group" in asked:
            self.iam.create_group(GroupName=name)
            self._put("group", name, asked["group"])
            self.iam.add_user_to_group(GroupName=name, UserName=name)
        return self._of(temporary.access_key_of(self.iam.create_access_key(UserName=name)))

    def _put(self, kind: str, name: str, statements: list[Any]) -> None:
        put = getattr(self.iam, f"put_{kind}_policy")
        put(**{f"{kind.capitalize()}Name": name}, PolicyName="test", PolicyDocument=document(*statements))

    def _bounded(self, name: str, asked: Any) -> dict[str, Any]:
        """Return what CreateUser and CreateRole are told of a boundary and of tags."""
        more: dict[str, Any] = {"Tags": [{"Key": k, "Value": v} for k, v in asked.get("tags", {}).items()]}
        if "boundary" in asked:
            made = self.iam.create_policy(
                PolicyName=f"boundary-of-{name}", PolicyDocument=document(*asked["boundary"])
            )
            more["PermissionsBoundary"] = made["Policy"]["Arn"]
        return more

    def role(self, name: str, asked: Any) -> Any:
        trust = temporary.trust_statement(
            {"AWS": self.home.account_id}, "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"
        )
        path = asked.get("path", "/")
        arn = self.make_role(self.home, name, trust, Path=path, **self._bounded(name, asked))
        if "policy" in asked:
            self._put("role", name, asked["policy"])
        cut = {"Policy": document(*asked["session"])} if "session" in asked else {}
        return self._of(temporary.assume_role(self.home.sts, arn, **asked.get("ask", {}), **cut))

    def token(self, _name: str, asked: Any) -> Any:
        owner = asked["of"]
        if "mfa_age" not in asked:
            return self._of(temporary.credentials_of(self.caller(owner).sts.get_session_token()))
        self.caller(owner)
        now = int(time.time())
        held = SessionToken(
            "user",
            self.home.account_id,
            temporary.user_of(self.home, owner).user_id,
            "",
            "s" * 40,
            now - asked["mfa_age"],
            now + _HOUR,
            now - asked["mfa_age"],
        )
        return self._of(temporary.seal_session(self.home, held))

    def federated(self, name: str, asked: Any) -> Any:
        sts = self.caller(asked["of"]).sts
        policy = document(*asked["session"])
        return self._of(temporary.credentials_of(sts.get_federation_token(Name=name, Policy=policy)))

    def console(self, name: str, asked: Any) -> Any:
        browser = people.person(self.home, name)
        if "policy" in asked:
            self._put("user", name, asked["policy"])
        browser.sign_in_user(self.home.account_id, name, people.PASSWORD)
        browser.confirm()
        return browser.client("sts")

    def root(self, _name: str, _asked: Any) -> Any:
        return self._of(self._root_key())

    def root_token(self, _name: str, _asked: Any) -> Any:
        return self._of(temporary.credentials_of(self._of(self._root_key()).get_session_token()))

    def _of(self, session: Session) -> Any:
        return session.client(self.home.server, "sts")


_MAKERS: dict[str, Callable[[Stage, str, Any], Any]] = {
    "user": Stage.user,
    "role": Stage.role,
    "token": Stage.token,
    "federated": Stage.federated,
    "console": Stage.console,
    "root": Stage.root,
    "root-token": Stage.root_token,
}
