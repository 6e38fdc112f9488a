"""Requests that must be refused, each with what makes it so. A case returns what the last request gets."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from tests.forward_auth.s3_signing import Key
from tests.servers import allow, deny, document

from bench.comparison.calls import Outcome, SetupFailed, outcome, send, set_up
from bench.comparison.environments import Environment

_NOWHERE = "203.0.113.0/24"
_ALL = ("sqs:*", "s3:*")


class Case(NamedTuple):
    """A row of the table."""

    name: str
    run: Callable[[Environment], Outcome]


def _call(environment: Environment, key: Key | None, **changes: Any) -> Outcome:
    return send(environment.url, environment.call, key, **changes)


def _served_first(environment: Environment, key: Key) -> None:
    """Check that a key works where it should; SetupFailed otherwise."""
    found = _call(environment, key)
    if not found.served:
        raise SetupFailed(f"what should be served is refused: `{found.code}`")


def permitted(environment: Environment) -> Outcome:
    """Do what a policy allows: the control, which must be served."""
    return _call(environment, environment.user("permitted", allow(*_ALL)))


def _unsigned(environment: Environment) -> Outcome:
    return _call(environment, None)


def _forged(environment: Environment) -> Outcome:
    return _call(environment, environment.user("forged", allow(*_ALL))._replace(secret_access_key="x" * 40))


def _unknown_key(environment: Environment) -> Outcome:
    return _call(environment, Key("AKIAZZZZZZZZZZZZZZZZ", "x" * 40))


def _expired(environment: Environment) -> Outcome:
    key = environment.user("late", allow(*_ALL))
    return _call(environment, key, age=timedelta(hours=2))


def _other_body(environment: Environment) -> Outcome:
    key = environment.user("altered", allow(*_ALL))
    return _call(environment, key, sent=environment.call.body.replace(b"one", b"two"))


def _no_permission(environment: Environment) -> Outcome:
    return _call(environment, environment.user("nobody"))


def _other_resource(environment: Environment) -> Outcome:
    resources = ["arn:aws:sqs:*:*:other", "arn:aws:s3:::other/*"]
    return _call(environment, environment.user("elsewhere", allow(*_ALL, resource=resources)))


def _explicit_deny(environment: Environment) -> Outcome:
    return _call(environment, environment.user("denied", allow(*_ALL), deny(*_ALL)))


def _boundary(environment: Environment) -> Outcome:
    return _call(environment, environment.user("bounded", allow(*_ALL), boundary=allow("iam:Get*")))


def _condition(environment: Environment) -> Outcome:
    condition = {"IpAddress": {"aws:SourceIp": _NOWHERE}}
    return _call(environment, environment.user("away", allow(*_ALL, Condition=condition)))


def _trust_policy(environment: Environment) -> Outcome:
    trusted = environment.user("trusted", allow("sts:AssumeRole"))
    key = environment.user("mistrusted", allow("sts:AssumeRole"))
    arn = set_up(environment.client("iam").get_user, UserName="trusted")["User"]["Arn"]
    trust = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"}
    role = set_up(
        environment.client("iam").create_role, RoleName="role", AssumeRolePolicyDocument=document(trust)
    )
    parameters = {"RoleArn": role["Role"]["Arn"], "RoleSessionName": "session"}
    set_up(environment.client("sts", trusted).assume_role, **parameters)
    return outcome(environment.client("sts", key).assume_role, **parameters)


def _session_policy(environment: Environment) -> Outcome:
    sts = environment.client("sts", environment.user("opener", allow(*_ALL), allow("sts:GetFederationToken")))
    _served_first(environment, _federated(sts, allow(*_ALL)))
    return _call(environment, _federated(sts, allow("iam:Get*")))


def _federated(sts: Any, session_policy: dict[str, Any]) -> Key:
    response = set_up(sts.get_federation_token, Name="guest", Policy=document(session_policy))
    session = response["Credentials"]
    return Key(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])


def _deleted_key(environment: Environment) -> Outcome:
    key = environment.user("leaver", allow(*_ALL))
    _served_first(environment, key)
    iam = environment.client("iam")
    set_up(iam.delete_access_key, UserName="leaver", AccessKeyId=key.access_key_id)
    return _call(environment, key)


def _inactive_key(environment: Environment) -> Outcome:
    key = environment.user("paused", allow(*_ALL))
    _served_first(environment, key)
    iam = environment.client("iam")
    set_up(iam.update_access_key, UserName="paused", AccessKeyId=key.access_key_id, Status="Inactive")
    return _call(environment, key)


def _other_account(environment: Environment) -> Outcome:
    return _call(environment, environment.find_stranger())


CASES = (
    Case("is not signed", _unsigned),
    Case("is signed with a key that does not exist", _unknown_key),
    Case("is signed with another secret", _forged),
    Case("was signed two hours ago", _expired),
    Case("has a body other than the signed one", _other_body),
    Case("is of a user without a permission", _no_permission),
    Case("is for a resource that the policy does not name", _other_resource),
    Case("is allowed by one policy and denied by another", _explicit_deny),
    Case("is outside the user's permissions boundary", _boundary),
    Case("does not meet a condition (`aws:SourceIp`)", _condition),
    Case("assumes a role whose trust policy names another user", _trust_policy),
    Case("is outside a session policy", _session_policy),
    Case("is signed with a deleted key", _deleted_key),
    Case("is signed with an inactive key", _inactive_key),
    Case("is of an administrator of another account", _other_account),
)
