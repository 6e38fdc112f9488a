"""Policy documents on their way in and out."""

from urllib.parse import quote

from iamd.core import arns
from iamd.core.errors import AccessDenied, LimitExceeded, MalformedPolicyDocument
from iamd.core.records import Policy
from iamd.framework.call import Call
from iamd.policy import PolicyError, PolicyKind, size, validate
from iamd.store import quotas
from iamd.store.inline_policies import InlinePolicy

_LONGEST_SENTENCE = 2048  # it may quote what is wrong with a document, and a document may be large


def accept(document: str, kind: PolicyKind) -> None:
    """Check a document before it is saved; MalformedPolicyDocument with AWS's sentence."""
    try:
        validate(document, kind)
    except PolicyError as wrong:
        raise MalformedPolicyDocument(wrong.message[:_LONGEST_SENTENCE]) from wrong


def accept_managed(call: Call, document: str) -> None:
    """Check a managed policy's document and its size, which white space does not count to."""
    accept(document, PolicyKind.MANAGED)
    quotas.enforce(call.tx, call.account_id, "PolicySize", size(document))


def accept_inline(call: Call, document: str, others: list[InlinePolicy], quota: str, whose: str) -> None:
    """Check an inline policy's document, and the size of all of its entity's together."""
    accept(document, PolicyKind.INLINE)
    total = size(document) + sum(size(other.document) for other in others)
    most = quotas.get(call.tx, call.account_id, quota)
    if total > most:
        raise LimitExceeded(f"Maximum policy size of {most} bytes exceeded for {whose}")


def encoded(document: str) -> str:
    """Return a document as replies hold it: percent-encoded by RFC 3986."""
    return quote(document, safe="")


def require_own(policy: Policy) -> None:
    """Refuse to change a policy that is AWS's."""
    if arns.parse_account_id(policy.arn) == "aws":
        raise AccessDenied(f"Policy {policy.arn} is outside your own account.")
