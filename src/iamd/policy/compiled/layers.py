"""The policies that bear on a caller, compiled."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from iamd.policy.compiled.policies import CompiledPolicy, Place
from iamd.policy.document import Policy
from iamd.policy.request import Layers

_POLICIES = 8192

Levels = tuple[tuple[CompiledPolicy, ...], ...]


@lru_cache(maxsize=_POLICIES)
def compiled(policy: Policy, place: Place = Place.OWN) -> CompiledPolicy:
    """Compile a policy, once for all who have one with this content in such a place."""
    return CompiledPolicy(policy, place)


class CompiledLayers(NamedTuple):
    """As `Layers`, compiled; the resource's own policy is given with each request."""

    identity: tuple[CompiledPolicy, ...] = ()
    boundary: CompiledPolicy | None = None
    session: tuple[CompiledPolicy, ...] | None = None
    scps: Levels | None = None
    rcps: Levels | None = None

    @classmethod
    def of(cls, layers: Layers) -> "CompiledLayers":
        """Compile a caller's layers."""
        return cls(
            _all(layers.identity),
            compiled(layers.boundary) if layers.boundary is not None else None,
            _all(layers.session) if layers.session is not None else None,
            _levels(layers.scps, Place.SCP),
            _levels(layers.rcps, Place.RCP),
        )


def _all(policies: Sequence[Policy], place: Place = Place.OWN) -> tuple[CompiledPolicy, ...]:
    return tuple(compiled(policy, place) for policy in policies)


def _levels(levels: Sequence[Sequence[Policy]] | None, place: Place) -> Levels | None:
    return None if levels is None else tuple(_all(level, place) for level in levels)
