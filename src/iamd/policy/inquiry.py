"""A decision with all that explains it: what each kind of policy says, where it says so, what is not known.

For example, why alice may not:

    source = Source("alice.json", text, parse(text))
    found = inquire(Request(alice, "s3:GetObject", "arn:aws:s3:::box/a"), Held(identity=(source,)))
    found.decision.allowed, found.stands[Layer.IDENTITY].standing, found.missing
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from iamd.policy import cases
from iamd.policy.asked import distinct, missing
from iamd.policy.decide import decide
from iamd.policy.decision import Decision, Layer, Match
from iamd.policy.document import Policy
from iamd.policy.grammar import TRUST_ACTIONS
from iamd.policy.positions import Lines, Place, Span, spans
from iamd.policy.request import Layers, Request
from iamd.policy.standings import Stand, standings

_ARN_FIELDS = 6


@dataclass(frozen=True)
class Source:
    """A policy and where it is from; `text` is what it was read from.

    `id` tells it from others. A policy of a user, a group or a role has a `name`, and an `owner` (kind and
    name) if it is inline, or else an `arn`.
    """

    id: str
    text: str
    policy: Policy
    name: str = ""
    owner: tuple[str, str] | None = None
    arn: str | None = None

    def span(self, match: Match) -> Span:
        """Return where a statement stands in the text."""
        return self._spans[match.statement.index]

    def place(self, offset: int) -> Place:
        """Return the line and the column of a character of the text."""
        return self._lines.place(offset)

    @cached_property
    def _spans(self) -> tuple[Span, ...]:
        return spans(self.text)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)


@dataclass(frozen=True)
class Held:
    """The policies that have a say, by layers; `session` and `scps` are None where there is no such layer.

    `scps` are levels, the organization's root first.
    """

    identity: tuple[Source, ...] = ()
    boundary: Source | None = None
    session: tuple[Source, ...] | None = None
    resource: Source | None = None
    scps: tuple[tuple[Source, ...], ...] | None = None

    def layers(self, *, must_grant: bool) -> Layers:
        """Return them as they are decided by."""
        return Layers(
            identity=_policies(self.identity),
            boundary=self.boundary.policy if self.boundary else None,
            session=None if self.session is None else _policies(self.session),
            resource=self.resource.policy if self.resource else None,
            must_grant=must_grant,
            scps=None if self.scps is None else [_policies(level) for level in self.scps],
        )

    def source(self, match: Match) -> Source:
        """Return the policy that a statement is of; LookupError for one that is not of these."""
        if match.layer is Layer.SCP:
            return (self.scps or ())[match.level or 0][match.policy_index]
        return self._of(match.layer)[match.policy_index]

    def _of(self, layer: Layer) -> tuple[Source, ...]:
        return {
            Layer.IDENTITY: self.identity,
            Layer.BOUNDARY: (self.boundary,) if self.boundary else (),
            Layer.SESSION: self.session or (),
        }.get(layer, (self.resource,) if self.resource else ())

    def every(self) -> Iterator[Source]:
        """Return all of them."""
        for layer in (Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION, Layer.RESOURCE):
            yield from self._of(layer)
        for level in self.scps or ():
            yield from level


class Finding(NamedTuple):
    """What came of a request.

    `missing` are the context keys that the policies ask for and the request did not bring, SCPs apart.
    """

    request: Request
    decision: Decision
    stands: Mapping[Layer, Stand]
    missing: tuple[str, ...]


def inquire(request: Request, held: Held) -> Finding:
    """Decide a request and tell all about it; what must grant follows from action and resource."""
    layers = held.layers(must_grant=needs_grant(request))
    return Finding(
        request, decide(request, layers), standings(request, layers), distinct(_missing(request, held))
    )


def _missing(request: Request, held: Held) -> Iterator[str]:
    bounded = held.boundary is not None
    if request.principal.kind.has_identity_side:
        own = (*held.identity, *((held.boundary,) if held.boundary else ()), *(held.session or ()))
        for source in own:
            yield from missing(source.policy, request, on_resource=False, bounded=bounded)
    if held.resource is not None:
        yield from missing(held.resource.policy, request, on_resource=True, bounded=bounded)


def needs_grant(request: Request) -> bool:
    """Say whether nothing happens without the resource's own policy: a role's trust, a KMS key's."""
    return asks_for_trust(request.action, request.resource) or cases.must_grant(request)


def asks_for_trust(action: str, resource: str) -> bool:
    """Say whether a role's trust policy has the word: when the role is assumed, or its session is tagged."""
    fields = resource.split(":", _ARN_FIELDS - 1)
    is_role = len(fields) == _ARN_FIELDS and fields[2] == "iam" and fields[5].startswith("role/")
    return is_role and action.lower() in TRUST_ACTIONS


def _policies(sources: tuple[Source, ...]) -> tuple[Policy, ...]:
    return tuple(source.policy for source in sources)
