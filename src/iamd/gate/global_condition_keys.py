"""Global condition keys (`aws:…`) of a call ("AWS global condition context keys" in the IAM user guide).

Keys are in lower case. A key is absent where it is absent in AWS.
"""

from datetime import UTC, datetime

from iamd.core import clock
from iamd.core.records import SessionToken
from iamd.framework.call import Caller
from iamd.gate.request_context import RequestContext
from iamd.policy import PrincipalKind

ContextKeys = dict[str, str | tuple[str, ...]]

_PRINCIPAL_TYPES = {
    PrincipalKind.ROOT: "Account",
    PrincipalKind.USER: "User",
    PrincipalKind.ROLE_SESSION: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
}


def collect(
    caller: Caller,
    resource_account: str,
    region: str,
    request_context: RequestContext,
    now: datetime,
    timestamp: str,
) -> ContextKeys:
    """Return the global condition keys of a request; `timestamp` is `now` as ISO 8601 text.

    `region` is the requested Region.
    """
    keys: ContextKeys = {
        "aws:currenttime": timestamp,
        "aws:epochtime": str(int(now.timestamp())),
        "aws:sourceip": request_context.source_ip,
        "aws:securetransport": "true" if request_context.secure else "false",
        "aws:useragent": request_context.user_agent,
        "aws:requestedregion": region,
        "aws:viaawsservice": "false",
        "aws:resourceaccount": resource_account,
    }
    if request_context.referer:
        keys["aws:referer"] = request_context.referer
    if caller.web_identity is not None:
        keys.update(caller.web_identity.condition_keys)
        return keys
    keys.update(principal_keys(caller))
    keys.update(session_keys(caller, int(now.timestamp())))
    return keys


def principal_keys(caller: Caller) -> ContextKeys:
    """Return the keys that say who the caller is, whatever its credentials."""
    principal = caller.principal
    keys: ContextKeys = {
        "aws:principalisawsservice": "false",
        "aws:principalarn": principal.role_arn or principal.arn,
        "aws:principalaccount": caller.account_id,
        "aws:principaltype": _PRINCIPAL_TYPES[principal.kind],
        "aws:userid": caller.unique_id,
    }
    if caller.user is not None:
        keys["aws:username"] = caller.user.user_name
    keys.update((f"aws:principaltag/{tag.key.lower()}", tag.value) for tag in caller.tags)
    return keys


def session_keys(caller: Caller, epoch: int) -> ContextKeys:
    """Return the keys of temporary credentials and console sessions; long-term access keys have none.

    `epoch` is the time in seconds since 1970.
    """
    keys: ContextKeys = {}
    issued_at = (
        caller.session.created_at if caller.session else caller.token.issued_at if caller.token else None
    )
    if issued_at is not None:
        keys["aws:tokenissuetime"] = clock.iso(datetime.fromtimestamp(issued_at, UTC))
        keys["aws:multifactorauthpresent"] = "false"
    if caller.mfa_at is not None:
        keys["aws:multifactorauthpresent"] = "true"
        keys["aws:multifactorauthage"] = str(max(0, epoch - caller.mfa_at))
    if caller.token is not None:
        keys.update(_token_keys(caller.token))
    return keys


def _token_keys(token: SessionToken) -> ContextKeys:
    keys: ContextKeys = {}
    if token.source_identity is not None:
        keys["aws:sourceidentity"] = token.source_identity
    if token.provider_arn is not None:
        keys["aws:federatedprovider"] = token.provider_arn
    return keys
