"""Explained policy decisions: the result of each layer, the sources of statements, missing context keys.

For example, why alice is denied:

    source = PolicySource("alice.json", text, parse(text))
    request = Request(alice, "s3:GetObject", "arn:aws:s3:::box/a")
    explanation = explain_decision(request, SourceLayers(identity=(source,)))
    explanation.decision.allowed, explanation.layer_results[Layer.IDENTITY].outcome, explanation.missing_keys
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from iamd.policy import test_cases
from iamd.policy.context_keys import distinct_keys, missing_keys
from iamd.policy.decision import Decision, Layer, Match
from iamd.policy.document import Policy
from iamd.policy.evaluation import decide
from iamd.policy.grammar import TRUST_ACTIONS
from iamd.policy.layer_results import LayerResult, layer_results
from iamd.policy.request import PolicyLayers, Request
from iamd.policy.source_positions import LineIndex, Location, Span, statement_spans

_ARN_FIELDS = 6


@dataclass(frozen=True)
class PolicySource:
    """A policy with its origin; `text` is what it was parsed from.

    `id` identifies it among the sources. A policy of a user, a group or a role has a `name`, and an `owner`
    (kind and name) if it is inline, otherwise an `arn`.
    """

    id: str
    text: str
    policy: Policy
    name: str = ""
    owner: tuple[str, str] | None = None
    arn: str | None = None

    def span(self, match: Match) -> Span:
        """Return the position of a matching statement in the text."""
        return self._spans[match.statement.index]

    def location(self, offset: int) -> Location:
        """Return the line and column of a character offset in the text."""
        return self._line_index.location(offset)

    @cached_property
    def _spans(self) -> tuple[Span, ...]:
        return statement_spans(self.text)

    @cached_property
    def _line_index(self) -> LineIndex:
        return LineIndex(self.text)


@dataclass(frozen=True)
class SourceLayers:
    """The applicable policies by layer; `session` and `scps` are None if there is no such layer.

    `scps` are levels, the organization's root first.
    """

    identity: tuple[PolicySource, ...] = ()
    boundary: PolicySource | None = None
    session: tuple[PolicySource, ...] | None = None
    resource: PolicySource | None = None
    scps: tuple[tuple[PolicySource, ...], ...] | None = None

    def layers(self, *, requires_grant: bool) -> PolicyLayers:
        """Return the parsed policies as the layers that `decide` takes."""
        return PolicyLayers(
            identity=_policies(self.identity),
            boundary=self.boundary.policy if self.boundary else None,
            session=None if self.session is None else _policies(self.session),
            resource=self.resource.policy if self.resource else None,
            requires_grant=requires_grant,
            scps=None if self.scps is None else [_policies(level) for level in self.scps],
        )

    def source(self, match: Match) -> PolicySource:
        """Return the policy of a matching statement; LookupError if it is not one of these."""
        if match.layer is Layer.SCP:
            return (self.scps or ())[match.level or 0][match.policy_index]
        return self._layer_sources(match.layer)[match.policy_index]

    def _layer_sources(self, layer: Layer) -> tuple[PolicySource, ...]:
        return {
            Layer.IDENTITY: self.identity,
            Layer.BOUNDARY: (self.boundary,) if self.boundary else (),
            Layer.SESSION: self.session or (),
        }.get(layer, (self.resource,) if self.resource else ())

    def all_sources(self) -> Iterator[PolicySource]:
        """Yield the policies of all layers."""
        for layer in (Layer.IDENTITY, Layer.BOUNDARY, Layer.SESSION, Layer.RESOURCE):
            yield from self._layer_sources(layer)
        for level in self.scps or ():
            yield from level


class Explanation(NamedTuple):
    """A decision with its explanation.

    `missing_keys` are the context keys that the policies, except SCPs, reference and the request lacks.
    """

    request: Request
    decision: Decision
    layer_results: Mapping[Layer, LayerResult]
    missing_keys: tuple[str, ...]


def explain_decision(request: Request, source_layers: SourceLayers) -> Explanation:
    """Decide a request and explain the decision; `requires_grant` follows from action and resource."""
    layers = source_layers.layers(requires_grant=requires_grant(request))
    return Explanation(
        request,
        decide(request, layers),
        layer_results(request, layers),
        distinct_keys(_missing_keys(request, source_layers)),
    )


def _missing_keys(request: Request, source_layers: SourceLayers) -> Iterator[str]:
    has_boundary = source_layers.boundary is not None
    if request.principal.kind.has_identity_side:
        identity_side = (
            *source_layers.identity,
            *((source_layers.boundary,) if source_layers.boundary else ()),
            *(source_layers.session or ()),
        )
        for source in identity_side:
            yield from missing_keys(
                source.policy, request, is_resource_policy=False, has_boundary=has_boundary
            )
    if source_layers.resource is not None:
        yield from missing_keys(
            source_layers.resource.policy, request, is_resource_policy=True, has_boundary=has_boundary
        )


def requires_grant(request: Request) -> bool:
    """Return whether the resource policy must allow: a role's trust policy, a KMS key policy."""
    return evaluates_trust_policy(request.action, request.resource) or test_cases.requires_grant(request)


def evaluates_trust_policy(action: str, resource: str) -> bool:
    """Return whether a role's trust policy is evaluated: the role is assumed, or its session is tagged."""
    fields = resource.split(":", _ARN_FIELDS - 1)
    is_role = len(fields) == _ARN_FIELDS and fields[2] == "iam" and fields[5].startswith("role/")
    return is_role and action.lower() in TRUST_ACTIONS


def _policies(sources: tuple[PolicySource, ...]) -> tuple[Policy, ...]:
    return tuple(source.policy for source in sources)
