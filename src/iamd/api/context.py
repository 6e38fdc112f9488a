"""The global condition keys of a call ("AWS global condition context keys" in the IAM user guide).

Keys are in lower case; what AWS has absent is absent.
"""

from datetime import UTC, datetime

from iamd.api.proof import Circumstances
from iamd.core import clock
from iamd.core.records import Token
from iamd.ops.call import Caller
from iamd.ops.operation import Operation, Target
from iamd.policy import PrincipalKind

Keys = dict[str, str | tuple[str, ...]]

# IAM is one service for all regions, and says so whatever region a client signs for.
_GLOBAL_REGION = "us-east-1"

_TYPES = {
    PrincipalKind.ROOT: "Account",
    PrincipalKind.USER: "User",
    PrincipalKind.ROLE_SESSION: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
}


def context(
    caller: Caller, operation: Operation, target: Target, around: Circumstances, now: datetime, at: str
) -> Keys:
    """Return what is known of a call whatever it does; `at` is the moment in the wire's form."""
    keys: Keys = {
        "aws:currenttime": at,
        "aws:epochtime": str(int(now.timestamp())),
        "aws:sourceip": around.source_ip,
        "aws:securetransport": "true" if around.secure else "false",
        "aws:useragent": around.user_agent,
        "aws:requestedregion": _GLOBAL_REGION if operation.model.service == "iam" else around.region,
        "aws:viaawsservice": "false",
        "aws:resourceaccount": target.account_id or caller.account_id,
    }
    if around.referer:
        keys["aws:referer"] = around.referer
    if caller.web_identity is not None:
        keys.update(caller.web_identity.keys)
        return keys
    keys.update(_of_caller(caller))
    keys.update(_of_session(caller, int(now.timestamp())))
    return keys


def _of_caller(caller: Caller) -> Keys:
    principal = caller.principal
    keys: Keys = {
        "aws:principalisawsservice": "false",
        "aws:principalarn": principal.role_arn or principal.arn,
        "aws:principalaccount": caller.account_id,
        "aws:principaltype": _TYPES[principal.kind],
        "aws:userid": caller.unique_id,
    }
    if caller.user is not None:
        keys["aws:username"] = caller.user.user_name
    keys.update((f"aws:principaltag/{tag.key.lower()}", tag.value) for tag in caller.tags)
    return keys


def _of_session(caller: Caller, now: int) -> Keys:
    """Return what temporary credentials say, a session of the console being such; keys have none of it."""
    keys: Keys = {}
    issued = caller.session.created_at if caller.session else caller.token.issued_at if caller.token else None
    if issued is not None:
        keys["aws:tokenissuetime"] = clock.iso(datetime.fromtimestamp(issued, UTC))
        keys["aws:multifactorauthpresent"] = "false"
    if caller.mfa_at is not None:
        keys["aws:multifactorauthpresent"] = "true"
        keys["aws:multifactorauthage"] = str(max(0, now - caller.mfa_at))
    if caller.token is not None:
        keys.update(_of_token(caller.token))
    return keys


def _of_token(token: Token) -> Keys:
    keys: Keys = {}
    if token.source_identity is not None:
        keys["aws:sourceidentity"] = token.source_identity
    if token.provider is not None:
        keys["aws:federatedprovider"] = token.provider
    return keys
