"""Policy documents: validation and size quotas before they are saved, percent-encoding in responses."""

from urllib.parse import quote

from iamd.core import arns
from iamd.core.errors import AccessDenied, LimitExceeded, MalformedPolicyDocument
from iamd.core.records import Policy
from iamd.framework.call import Call
from iamd.policy import PolicyError, PolicyKind, policy_size, validate
from iamd.store import quotas
from iamd.store.inline_policies import InlinePolicy

_MAX_MESSAGE_LENGTH = 2048  # characters; a message may quote the document, which can be large


def validate_document(document: str, kind: PolicyKind) -> None:
    """Validate a document before it is saved; MalformedPolicyDocument, in AWS's words, if it is invalid."""
    try:
        validate(document, kind)
    except PolicyError as error:
        raise MalformedPolicyDocument(error.message[:_MAX_MESSAGE_LENGTH]) from error


def validate_managed(call: Call, document: str) -> None:
    """Validate a managed policy's document and its size, which excludes whitespace.

    Raises MalformedPolicyDocument or LimitExceeded.
    """
    validate_document(document, PolicyKind.MANAGED)
    quotas.enforce(call.tx, call.account_id, "PolicySize", policy_size(document))


def validate_inline(
    call: Call, document: str, other_policies: list[InlinePolicy], quota: str, owner_label: str
) -> None:
    """Validate an inline policy's document, and the total size of its entity's inline policies.

    `other_policies` are the entity's other inline policies. Raises MalformedPolicyDocument or LimitExceeded.
    """
    validate_document(document, PolicyKind.INLINE)
    total_size = policy_size(document) + sum(policy_size(other.document) for other in other_policies)
    max_size = quotas.get(call.tx, call.account_id, quota)
    if total_size > max_size:
        raise LimitExceeded(f"Maximum policy size of {max_size} bytes exceeded for {owner_label}")


def percent_encode(document: str) -> str:
    """Return a document as responses contain it: percent-encoded (RFC 3986)."""
    return quote(document, safe="")


def require_customer_managed(policy: Policy) -> None:
    """Raise AccessDenied for an AWS managed policy, which cannot be changed."""
    if arns.parse_account_id(policy.arn) == "aws":
        raise AccessDenied(f"Policy {policy.arn} is outside your own account.")
