"""What each kind of policy says for itself: a decision taken apart, for whoever explains or simulates one."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from iamd.policy.decide import decide
from iamd.policy.decision import Layer, Match
from iamd.policy.document import MODERN, Policy
from iamd.policy.principals import PrincipalKind
from iamd.policy.request import Layers, Request

# Stands in for a boundary where only that there is one matters: no exemption of NotPrincipal survives it.
_BOUNDED = Policy(MODERN, None, ())


class Standing(Enum):
    """What one kind of policy comes to; SILENT has policies, and no statement that matches."""

    ALLOWS = "allows"
    DENIES = "denies"
    SILENT = "no say"
    ABSENT = "not present"


class Stand(NamedTuple):
    """A layer's standing and the statements that matched: those that deny, or else those that allow."""

    standing: Standing
    matches: tuple[Match, ...] = ()


def standings(request: Request, layers: Layers) -> Mapping[Layer, Stand]:
    """Judge every layer by itself, in the order in which denies are named.

    SCPs allow where every level does. A root user's identity side allows everything.
    """
    return {layer: _stand(layer, request, only) for layer, only in _isolated(request, layers)}


def _isolated(request: Request, layers: Layers) -> Iterator[tuple[Layer, Layers | None]]:
    yield Layer.IDENTITY, Layers(identity=layers.identity) if layers.identity else None
    yield Layer.BOUNDARY, Layers(boundary=layers.boundary) if layers.boundary else None
    yield Layer.SESSION, None if layers.session is None else Layers(session=layers.session)
    yield resource_layer(request, layers), _resource(layers)
    bound = not request.principal.is_service_linked
    yield Layer.SCP, Layers(scps=layers.scps) if layers.scps is not None and bound else None
    yield Layer.RCP, Layers(rcps=layers.rcps) if layers.rcps is not None and bound else None


def resource_layer(request: Request, layers: Layers) -> Layer:
    """Name the layer of the resource's own policy: a role's is its trust policy."""
    return Layer.TRUST if layers.must_grant and request.action.lower().startswith("sts:") else Layer.RESOURCE


def _resource(layers: Layers) -> Layers | None:
    if layers.resource is None:
        return None
    bounded = None if layers.boundary is None else _BOUNDED
    return Layers(resource=layers.resource, must_grant=layers.must_grant, boundary=bounded)


def _stand(layer: Layer, request: Request, only: Layers | None) -> Stand:
    is_roots = layer is Layer.IDENTITY and request.principal.kind is PrincipalKind.ROOT
    if only is None:
        return Stand(Standing.ALLOWS if is_roots else Standing.ABSENT)
    matches = decide(request, only).matches
    if any(match.statement.effect == "Deny" for match in matches):
        return Stand(Standing.DENIES, matches)
    if is_roots:
        return Stand(Standing.ALLOWS, matches)
    closed = only.scps is not None and len({match.level for match in matches}) < len(only.scps)
    return Stand(Standing.ALLOWS if matches and not closed else Standing.SILENT, matches)
