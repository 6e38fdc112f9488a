"""The compiled evaluator answers what the literal one does, whatever it is asked."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from iamd.policy import Layers, Outcome, Request, decide
from iamd.policy.compiled import CompiledLayers, Evaluator, Place, compiled
from tests.policy.cases import Case, decision_cases
from tests.policy.whole import layers, requests

thorough = settings(deadline=None, max_examples=1000)


def outcome(request: Request, given_layers: Layers) -> Outcome:
    """Ask the compiled evaluator, twice: the second answer comes from what the first one made."""
    caller = Evaluator(request.principal, CompiledLayers.of(given_layers))
    own = given_layers.resource
    resource = compiled(own, Place.RESOURCE) if own is not None else None
    first, second = (caller.outcome(request, resource, must_grant=given_layers.must_grant) for _ in range(2))
    assert first is second
    return first


@pytest.mark.parametrize("case", decision_cases(), ids=lambda case: case.id)
def test_a_vector(case: Case) -> None:
    assert outcome(case.request, case.layers) is case.expected


@thorough
@given(requests, layers)
def test_both_evaluators_agree(request: Request, given_layers: Layers) -> None:
    assert outcome(request, given_layers) is decide(request, given_layers).outcome


@thorough
@given(requests, requests, layers)
def test_a_caller_keeps_nothing_of_an_earlier_request(
    one: Request, other: Request, given_layers: Layers
) -> None:
    other = replace(other, principal=one.principal)
    caller = Evaluator(one.principal, CompiledLayers.of(replace(given_layers, resource=None)))
    own = given_layers.resource
    resource = compiled(own, Place.RESOURCE) if own is not None else None
    for request in (one, other, one):
        said = caller.outcome(request, resource, must_grant=given_layers.must_grant)
        assert said is decide(request, given_layers).outcome
