"""The compiled evaluator decides every request as the literal evaluator does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given

from iamd.policy import Outcome, PolicyLayers, Request, decide, parse, principal_from_arn
from iamd.policy.compiled import Attachment, CompiledLayers, Evaluator, compile_policy
from iamd.policy.compiled.two_generation_cache import TwoGenerationCache
from tests.examples import examples
from tests.policy.cases import Case, decision_cases
from tests.policy.strategies import layers, requests


def outcome(request: Request, policy_layers: PolicyLayers) -> Outcome:
    """Evaluate twice with the compiled evaluator: the second time from its caches."""
    evaluator = Evaluator(request.principal, CompiledLayers.compile(policy_layers))
    resource_policy = policy_layers.resource
    resource = compile_policy(resource_policy, Attachment.RESOURCE) if resource_policy is not None else None
    first, second = (
        evaluator.outcome(request, resource, requires_grant=policy_layers.requires_grant) for _ in range(2)
    )
    assert first is second
    return first


@pytest.mark.parametrize("case", decision_cases(), ids=lambda case: case.id)
def test_compiled_evaluator_decides_vector(case: Case) -> None:
    assert outcome(case.request, case.layers) is case.expected


@examples(200)
@given(requests, layers)
def test_compiled_and_literal_evaluators_agree(request: Request, policy_layers: PolicyLayers) -> None:
    assert outcome(request, policy_layers) is decide(request, policy_layers).outcome


@examples(80)
@given(requests, requests, layers)
def test_evaluator_keeps_no_state_between_requests(
    first: Request, second: Request, policy_layers: PolicyLayers
) -> None:
    second = replace(second, principal=first.principal)
    evaluator = Evaluator(first.principal, CompiledLayers.compile(replace(policy_layers, resource=None)))
    resource_policy = policy_layers.resource
    resource = compile_policy(resource_policy, Attachment.RESOURCE) if resource_policy is not None else None
    for request in (first, second, first):
        actual = evaluator.outcome(request, resource, requires_grant=policy_layers.requires_grant)
        assert actual is decide(request, policy_layers).outcome


S3_GET_POLICY = parse(
    {"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::box/*"}}
)
ALICE = principal_from_arn("arn:aws:iam::111122223333:user/alice")


def s3_request(action: str = "s3:GetObject", name: str = "a") -> Request:
    return Request(ALICE, action, f"arn:aws:s3:::box/{name}")


def test_caches_stay_bounded_for_many_unknown_actions() -> None:
    evaluator = Evaluator(ALICE, CompiledLayers.compile(PolicyLayers(identity=[S3_GET_POLICY])))
    for number in range(5_000):
        assert evaluator.outcome(s3_request(f"s3:Got{number}")) is Outcome.IMPLICITLY_DENIED
        assert evaluator.outcome(s3_request(f"s3:Get{number}")) is Outcome.ALLOWED
    assert len(evaluator.plans) <= 1_024
    assert len(compile_policy(S3_GET_POLICY).predicates_by_action) <= 512


def test_two_generation_cache_keeps_recently_used_entries() -> None:
    cache: TwoGenerationCache[int, str] = TwoGenerationCache(10)
    for number in range(100):
        cache.put(number, str(number))
        assert cache.get(0) == "0"
    assert cache.get(95) == "95"
    assert cache.get(5) is None


def test_equal_policies_are_compiled_once() -> None:
    same = parse({"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::box/*"}})
    assert compile_policy(same) is compile_policy(S3_GET_POLICY)
    assert compile_policy(same, Attachment.RESOURCE) is not compile_policy(S3_GET_POLICY)


def test_evaluator_is_thread_safe() -> None:
    evaluator = Evaluator(ALICE, CompiledLayers.compile(PolicyLayers(identity=[S3_GET_POLICY])))

    def evaluate_many(seed: int) -> bool:
        order = [f"s3:Get{number % 700}" for number in range(seed, seed + 2_000)]
        return all(evaluator.outcome(s3_request(action)) is Outcome.ALLOWED for action in order)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(evaluate_many, range(0, 800, 100)))
