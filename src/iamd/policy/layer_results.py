"""Per-layer results of a policy evaluation, for explanations and the policy simulator."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from iamd.policy.decision import Layer, Match
from iamd.policy.document import CURRENT_VERSION, Policy
from iamd.policy.evaluation import decide, resource_layer
from iamd.policy.principals import PrincipalKind
from iamd.policy.request import PolicyLayers, Request

# Stands in for a boundary where only its presence matters: with one, NotPrincipal in a Deny exempts no one.
_ANY_BOUNDARY = Policy(CURRENT_VERSION, None, ())


class LayerOutcome(Enum):
    """The result of one layer; NO_MATCH: it has policies, but none of their statements matches."""

    ALLOWS = "allows"
    DENIES = "denies"
    NO_MATCH = "no match"
    ABSENT = "not present"


class LayerResult(NamedTuple):
    """A layer's outcome and its matching statements: those that deny or, if none do, those that allow."""

    outcome: LayerOutcome
    matches: tuple[Match, ...] = ()


def layer_results(request: Request, layers: PolicyLayers) -> Mapping[Layer, LayerResult]:
    """Evaluate every layer by itself, in the order in which explicit denies are reported.

    SCPs allow if every level does. A root user's identity side allows everything.
    """
    return {
        layer: _layer_result(layer, request, isolated_layers)
        for layer, isolated_layers in _isolated_layers(request, layers)
    }


def _isolated_layers(request: Request, layers: PolicyLayers) -> Iterator[tuple[Layer, PolicyLayers | None]]:
    yield Layer.IDENTITY, PolicyLayers(identity=layers.identity) if layers.identity else None
    yield Layer.BOUNDARY, PolicyLayers(boundary=layers.boundary) if layers.boundary else None
    yield Layer.SESSION, None if layers.session is None else PolicyLayers(session=layers.session)
    yield resource_layer(request, layers), _isolated_resource_layer(layers)
    applies = not request.principal.is_service_linked
    yield Layer.SCP, PolicyLayers(scps=layers.scps) if layers.scps is not None and applies else None
    yield Layer.RCP, PolicyLayers(rcps=layers.rcps) if layers.rcps is not None and applies else None


def _isolated_resource_layer(layers: PolicyLayers) -> PolicyLayers | None:
    if layers.resource is None:
        return None
    boundary = None if layers.boundary is None else _ANY_BOUNDARY
    return PolicyLayers(resource=layers.resource, requires_grant=layers.requires_grant, boundary=boundary)


def _layer_result(layer: Layer, request: Request, isolated_layers: PolicyLayers | None) -> LayerResult:
    is_root_identity = layer is Layer.IDENTITY and request.principal.kind is PrincipalKind.ROOT
    if isolated_layers is None:
        return LayerResult(LayerOutcome.ALLOWS if is_root_identity else LayerOutcome.ABSENT)
    matches = decide(request, isolated_layers).matches
    if any(match.statement.effect == "Deny" for match in matches):
        return LayerResult(LayerOutcome.DENIES, matches)
    if is_root_identity:
        return LayerResult(LayerOutcome.ALLOWS, matches)
    has_level_without_allow = isolated_layers.scps is not None and len(
        {match.level for match in matches}
    ) < len(isolated_layers.scps)
    return LayerResult(
        LayerOutcome.ALLOWS if matches and not has_level_without_allow else LayerOutcome.NO_MATCH, matches
    )
