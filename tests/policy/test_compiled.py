"""The compiled evaluator answers what the literal one does, whatever it is asked."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given

from iamd.policy import Outcome, PolicyLayers, Request, decide, parse, principal_from_arn
from iamd.policy.compiled import Attachment, CompiledLayers, Evaluator, compile_policy
from iamd.policy.compiled.two_generation_cache import TwoGenerationCache
from tests.examples import examples
from tests.policy.cases import Case, decision_cases
from tests.policy.whole import layers, requests


def outcome(request: Request, given_layers: PolicyLayers) -> Outcome:
    """Ask the compiled evaluator, twice: the second answer comes from what the first one made."""
    caller = Evaluator(request.principal, CompiledLayers.compile(given_layers))
    own = given_layers.resource
    resource = compile_policy(own, Attachment.RESOURCE) if own is not None else None
    first, second = (
        caller.outcome(request, resource, requires_grant=given_layers.requires_grant) for _ in range(2)
    )
    assert first is second
    return first


@pytest.mark.parametrize("case", decision_cases(), ids=lambda case: case.id)
def test_a_vector(case: Case) -> None:
    assert outcome(case.request, case.layers) is case.expected


@examples(200)
@given(requests, layers)
def test_both_evaluators_agree(request: Request, given_layers: PolicyLayers) -> None:
    assert outcome(request, given_layers) is decide(request, given_layers).outcome


@examples(80)
@given(requests, requests, layers)
def test_a_caller_keeps_nothing_of_an_earlier_request(
    one: Request, other: Request, given_layers: PolicyLayers
) -> None:
    other = replace(other, principal=one.principal)
    caller = Evaluator(one.principal, CompiledLayers.compile(replace(given_layers, resource=None)))
    own = given_layers.resource
    resource = compile_policy(own, Attachment.RESOURCE) if own is not None else None
    for request in (one, other, one):
        said = caller.outcome(request, resource, requires_grant=given_layers.requires_grant)
        assert said is decide(request, given_layers).outcome


ALLOWING = parse({"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::box/*"}})
ALICE = principal_from_arn("arn:aws:iam::111122223333:user/alice")


def reading(action: str = "s3:GetObject", name: str = "a") -> Request:
    return Request(ALICE, action, f"arn:aws:s3:::box/{name}")


def test_a_flood_of_invented_actions_leaves_a_bounded_cache() -> None:
    evaluator = Evaluator(ALICE, CompiledLayers.compile(PolicyLayers(identity=[ALLOWING])))
    for number in range(5_000):
        assert evaluator.outcome(reading(f"s3:Got{number}")) is Outcome.IMPLICITLY_DENIED
        assert evaluator.outcome(reading(f"s3:Get{number}")) is Outcome.ALLOWED
    assert len(evaluator.plans) <= 1_024
    assert len(compile_policy(ALLOWING).predicates_by_action) <= 512


def test_what_was_used_lately_stays_in_a_cache() -> None:
    held: TwoGenerationCache[int, str] = TwoGenerationCache(10)
    for number in range(100):
        held.put(number, str(number))
        assert held.get(0) == "0"
    assert held.get(95) == "95"
    assert held.get(5) is None


def test_a_policy_is_compiled_once_for_its_content() -> None:
    same = parse({"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::box/*"}})
    assert compile_policy(same) is compile_policy(ALLOWING)
    assert compile_policy(same, Attachment.RESOURCE) is not compile_policy(ALLOWING)


def test_threads_may_share_an_evaluator() -> None:
    evaluator = Evaluator(ALICE, CompiledLayers.compile(PolicyLayers(identity=[ALLOWING])))

    def ask(seed: int) -> bool:
        order = [f"s3:Get{number % 700}" for number in range(seed, seed + 2_000)]
        return all(evaluator.outcome(reading(action)) is Outcome.ALLOWED for action in order)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(0, 800, 100)))
