"""Compiled policy layers of a caller, and the cache of compiled policies."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from iamd.policy.compiled.policies import Attachment, CompiledPolicy
from iamd.policy.document import Policy
from iamd.policy.request import PolicyLayers

_MAX_POLICIES = 8192

Levels = tuple[tuple[CompiledPolicy, ...], ...]


@lru_cache(maxsize=_MAX_POLICIES)
def compile_policy(policy: Policy, attachment: Attachment = Attachment.IDENTITY) -> CompiledPolicy:
    """Compile a policy; the result is cached for equal policies with the same attachment."""
    return CompiledPolicy(policy, attachment)


class CompiledLayers(NamedTuple):
    """`PolicyLayers`, compiled; the resource policy is given with each request."""

    identity: tuple[CompiledPolicy, ...] = ()
    boundary: CompiledPolicy | None = None
    session: tuple[CompiledPolicy, ...] | None = None
    scps: Levels | None = None
    rcps: Levels | None = None

    @classmethod
    def compile(cls, layers: PolicyLayers) -> "CompiledLayers":
        """Compile a caller's layers."""
        return cls(
            _compile_policies(layers.identity),
            compile_policy(layers.boundary) if layers.boundary is not None else None,
            _compile_policies(layers.session) if layers.session is not None else None,
            _compile_levels(layers.scps, Attachment.SCP),
            _compile_levels(layers.rcps, Attachment.RCP),
        )


def _compile_policies(
    policies: Sequence[Policy], attachment: Attachment = Attachment.IDENTITY
) -> tuple[CompiledPolicy, ...]:
    return tuple(compile_policy(policy, attachment) for policy in policies)


def _compile_levels(levels: Sequence[Sequence[Policy]] | None, attachment: Attachment) -> Levels | None:
    return None if levels is None else tuple(_compile_policies(level, attachment) for level in levels)
