"""Policies of resources, ready to decide by: those that are kept here, and those that a service sends."""

from typing import NamedTuple

from iamd.core.errors import MalformedInput
from iamd.gate.policy_cache import compile_document, parse_document
from iamd.policy import Policy, PolicyError, PolicyKind, validate
from iamd.policy.compiled import Attachment, CompiledPolicy

_MAX_BYTES = 20 * 1024  # as of a bucket policy


class ResourcePolicy(NamedTuple):
    """A policy as the reference evaluator reads it, which gives reasons, and as the compiled one does."""

    parsed: Policy
    compiled: CompiledPolicy


def stored_policy(document: str) -> ResourcePolicy:
    """Return a stored policy, from the caches that all callers share."""
    return ResourcePolicy(parse_document(document), compile_document(document, Attachment.RESOURCE))


def read_policy(document: str) -> ResourcePolicy:
    """Return a policy that a service has sent as JSON text; MalformedInput if it is not valid.

    It is not cached, since there can be any number of them.
    """
    if len(document.encode(errors="replace")) > _MAX_BYTES:
        raise MalformedInput(f"A resource policy is limited to {_MAX_BYTES} bytes.")
    try:
        policy = validate(document, PolicyKind.RESOURCE)
    except PolicyError as error:
        raise MalformedInput(f"The resource policy is not valid: {error.message}") from error
    return ResourcePolicy(policy, CompiledPolicy(policy, Attachment.RESOURCE))
