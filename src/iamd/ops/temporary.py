"""Temporary credentials: what all operations that give them out have in common."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from iamd.core import arns, clock, ids
from iamd.core.errors import AccessDenied, MalformedPolicyDocument, PackedPolicyTooLarge, ValidationError
from iamd.core.records import SessionToken, Tag, Tags
from iamd.keys import session_tokens
from iamd.ops.call import Call
from iamd.ops.iam import documents
from iamd.policy import PolicyKind
from iamd.store import permissions

Reply = Mapping[str, Any]

HOUR = 3600
_LONGEST_TEXT = 2048  # characters of session policies, inline and managed ARNs together
_MOST_ARNS = 10
_MOST_TAGS = 50


def require_long_term(call: Call, name: str) -> None:
    """Refuse credentials that are temporary themselves."""
    if call.caller.is_temporary:
        raise AccessDenied(f"Cannot call {name} with session credentials")


def session_policies(
    call: Call, account_id: str, policy: str | None, policy_arns: list[dict[str, str]] | None
) -> tuple[str | None, tuple[str, ...] | None]:
    """Check session policies, of which the managed ones are those of an account or AWS's; return them."""
    named = tuple(one["arn"] for one in policy_arns or () if "arn" in one)
    if len(named) > _MOST_ARNS:
        raise ValidationError(f"A session can have {_MOST_ARNS} managed session policies at most.")
    if len(policy or "") + sum(map(len, named)) > _LONGEST_TEXT:
        raise PackedPolicyTooLarge(f"Session policies have more than {_LONGEST_TEXT} characters.")
    if policy is not None:
        documents.accept(policy, PolicyKind.SESSION)
    for arn in named:
        if permissions.find_default_document(call.tx, account_id, arn) is None:
            raise MalformedPolicyDocument(f"Policy {arn} does not exist or is not attachable.")
    return policy, named or None


def session_tags(wanted: list[dict[str, str]] | None, inherited: Tags = ()) -> Tags:
    """Return the tags of a session: those that are passed, and those that it inherits, which stay.

    ValidationError for keys that repeat, that are AWS's, or that are inherited.
    """
    passed = tuple(Tag(tag["key"], tag["value"]) for tag in wanted or ())
    keys = [tag.key.lower() for tag in passed]
    if len(set(keys)) < len(keys):
        raise ValidationError("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if any(key.startswith("aws:") for key in keys):
        raise ValidationError("Tag keys that begin with aws: are reserved for AWS use.")
    if set(keys) & {tag.key.lower() for tag in inherited}:
        raise ValidationError(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive "
            "tag key from the calling session."
        )
    if len(passed) + len(inherited) > _MOST_TAGS:
        raise ValidationError(f"A session can have {_MOST_TAGS} session tags at most.")
    return (*inherited, *passed)


def transitive_keys(wanted: list[str] | None, passed: Tags) -> tuple[str, ...]:
    """Return the keys that are passed on to the next session; ValidationError for one without a tag."""
    known = {tag.key.lower() for tag in passed}
    if not {key.lower() for key in wanted or ()} <= known:
        raise ValidationError("The specified transitive tag key must be included in the requested tags.")
    return tuple(wanted or ())


def duration(wanted: int | None, default: int, longest: int, said: str) -> int:
    """Return how many seconds a session lasts; ValidationError beyond the longest."""
    if wanted is not None and wanted > longest:
        raise ValidationError(said)
    return min(default, longest) if wanted is None else wanted


def issued(call: Call, token: SessionToken, least: int | None) -> Reply:
    """Return credentials with their token and, where policies or tags were passed, their packed size.

    PackedPolicyTooLarge when those are too large.
    """
    access_key_id = ids.access_key(token.account_id, ids.TEMPORARY_KEY)
    packed_size = _packed_size(token)
    text = session_tokens.seal_token(call.token_key, access_key_id, token, least or 0)
    shown = {
        "AccessKeyId": access_key_id,
        "SecretAccessKey": token.secret,
        "SessionToken": text,
        "Expiration": clock.iso(datetime.fromtimestamp(token.expires_at, UTC)),
    }
    packed = {} if packed_size is None else {"PackedPolicySize": packed_size}
    return {
        **packed,
        "Credentials": shown,
        "SessionTokenSize": len(text),
        "SessionTokenUtilization": -(-100 * len(text) // session_tokens.MAX_TOKEN_LENGTH),
    }


def _packed_size(token: SessionToken) -> int | None:
    """Return a percentage of what is allowed, at least 1; None where there is nothing to pack."""
    if not (token.has_session_policies or token.tags):
        return None
    percent = -(-100 * session_tokens.packed_size(token) // session_tokens.MAX_PACKED_BYTES)
    if percent > 100:
        raise PackedPolicyTooLarge(f"Packed size of session policies and tags is {percent}% of the limit.")
    return percent


def session_arn(token: SessionToken, role_name: str) -> str:
    """Return the ARN of a role session."""
    return arns.assumed_role(token.account_id, role_name, token.name)
