"""Temporary credentials: session policies, session tags, durations and tokens, for all STS operations."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from iamd.core import arns, clock, ids
from iamd.core.errors import AccessDenied, MalformedPolicyDocument, PackedPolicyTooLarge, ValidationError
from iamd.core.records import SessionToken, Tag, Tags
from iamd.crypto import session_tokens
from iamd.domain import policy_documents
from iamd.framework.call import Call
from iamd.policy import PolicyKind
from iamd.store import principal_policies

CredentialsReply = Mapping[str, Any]

HOUR_SECONDS = 3600
_MAX_POLICY_CHARACTERS = 2048  # of the inline session policy and the managed policies' ARNs together
_MAX_SESSION_TAGS = 50


def require_long_term_credentials(call: Call, name: str) -> None:
    """Raise AccessDenied if the caller itself uses temporary credentials."""
    if call.caller.has_temporary_credentials:
        raise AccessDenied(f"Cannot call {name} with session credentials")


def check_session_policies(
    call: Call, account_id: str, policy: str | None, policy_arns: list[dict[str, str]] | None
) -> tuple[str | None, tuple[str, ...] | None]:
    """Check session policies and return them; managed ones belong to the account `account_id` or to AWS.

    Raises PackedPolicyTooLarge if they are too long, and MalformedPolicyDocument if the inline policy is
    invalid or a managed one does not exist. The wire checks their number.
    """
    policy_arn_list = tuple(descriptor["arn"] for descriptor in policy_arns or () if "arn" in descriptor)
    if len(policy or "") + sum(map(len, policy_arn_list)) > _MAX_POLICY_CHARACTERS:
        raise PackedPolicyTooLarge(f"Session policies have more than {_MAX_POLICY_CHARACTERS} characters.")
    if policy is not None:
        policy_documents.validate_document(policy, PolicyKind.SESSION)
    for arn in policy_arn_list:
        if principal_policies.find_default_document(call.tx, account_id, arn) is None:
            raise MalformedPolicyDocument(f"Policy {arn} does not exist or is not attachable.")
    return policy, policy_arn_list or None


def check_session_tags(requested_tags: list[dict[str, str]] | None, inherited_tags: Tags = ()) -> Tags:
    """Return the tags of a session: the inherited (transitive) ones, then the requested ones.

    Raises ValidationError for keys that are duplicate, reserved for AWS or inherited, and for too many tags.
    """
    new_tags = tuple(Tag(tag["key"], tag["value"]) for tag in requested_tags or ())
    keys = [tag.key.lower() for tag in new_tags]
    if len(set(keys)) < len(keys):
        raise ValidationError("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if any(key.startswith("aws:") for key in keys):
        raise ValidationError("Tag keys that begin with aws: are reserved for AWS use.")
    if set(keys) & {tag.key.lower() for tag in inherited_tags}:
        raise ValidationError(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive "
            "tag key from the calling session."
        )
    if len(new_tags) + len(inherited_tags) > _MAX_SESSION_TAGS:
        raise ValidationError(f"A session can have at most {_MAX_SESSION_TAGS} session tags.")
    return (*inherited_tags, *new_tags)


def check_transitive_tag_keys(requested_keys: list[str] | None, session_tags: Tags) -> tuple[str, ...]:
    """Return the transitive tag keys, which role chaining passes on; ValidationError if a key has no tag."""
    tag_keys = {tag.key.lower() for tag in session_tags}
    if not {key.lower() for key in requested_keys or ()} <= tag_keys:
        raise ValidationError("The specified transitive tag key must be included in the requested tags.")
    return tuple(requested_keys or ())


def session_duration(
    requested_seconds: int | None, default_seconds: int, max_seconds: int, message: str
) -> int:
    """Return a session's duration in seconds; ValidationError with `message` beyond the maximum."""
    if requested_seconds is not None and requested_seconds > max_seconds:
        raise ValidationError(message)
    return min(default_seconds, max_seconds) if requested_seconds is None else requested_seconds


def issue_credentials(call: Call, token: SessionToken, minimum_token_size: int | None) -> CredentialsReply:
    """Return the credentials with their session token and, if policies or tags were passed, the packed size.

    `minimum_token_size` is in characters. Raises PackedPolicyTooLarge if policies and tags are too large.
    """
    access_key_id = ids.access_key(token.account_id, ids.TEMPORARY_KEY)
    packed_size = _packed_size(token)
    session_token = session_tokens.seal_token(call.token_key, access_key_id, token, minimum_token_size or 0)
    credentials = {
        "AccessKeyId": access_key_id,
        "SecretAccessKey": token.secret,
        "SessionToken": session_token,
        "Expiration": clock.iso(datetime.fromtimestamp(token.expires_at, UTC)),
    }
    packed_size_member = {} if packed_size is None else {"PackedPolicySize": packed_size}
    return {
        **packed_size_member,
        "Credentials": credentials,
        "SessionTokenSize": len(session_token),
        "SessionTokenUtilization": -(-100 * len(session_token) // session_tokens.MAX_TOKEN_LENGTH),
    }


def _packed_size(token: SessionToken) -> int | None:
    """Return the packed size in percent of the limit, at least 1; None without session policies and tags."""
    if not (token.has_session_policies or token.tags):
        return None
    percent = -(-100 * session_tokens.packed_size(token) // session_tokens.MAX_PACKED_BYTES)
    if percent > 100:
        raise PackedPolicyTooLarge(f"Packed size of session policies and tags is {percent}% of the limit.")
    return percent


def role_session_arn(token: SessionToken, role_name: str) -> str:
    """Return the ARN of a role session (`assumed-role/…`)."""
    return arns.assumed_role(token.account_id, role_name, token.name)
