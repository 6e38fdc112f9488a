"""Trust policies: validation before they are saved; principals are stored as `policy_principals` does."""

from iamd.domain import policy_documents, policy_principals
from iamd.framework.call import Call
from iamd.policy import PolicyKind, policy_size
from iamd.store import quotas


def validate_and_normalize(call: Call, document: str) -> str:
    """Validate a trust policy before it is saved; return it with principals as unique IDs.

    Raises MalformedPolicyDocument, with AWS's sentence, if it is invalid or a principal does not exist, and
    LimitExceeded if it is too large.
    """
    policy_documents.validate_document(document, PolicyKind.TRUST)
    quotas.enforce(call.tx, call.account_id, "ACLSizePerRole", policy_size(document))
    return policy_principals.to_unique_ids(call.tx, document)
