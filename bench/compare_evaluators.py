"""Fuzzing: compare both policy evaluators on generated policies and requests, until they disagree.

    python -m bench.compare_evaluators [--cases 1000000] [--seed 1]

The test suite does the same with Hypothesis, which shrinks failing cases but is slower.
"""

import argparse
import random
import sys
import time
from collections import Counter
from typing import Any

from tests.policy import strategies

from iamd.policy import Policy, PolicyLayers, Request, decide, parse
from iamd.policy.compiled import Attachment, CompiledLayers, Evaluator, compile_policy
from iamd.policy.operators import OPERATORS

_REQUESTS_PER_POLICY_SET = 40
_PRINCIPAL_NAMES = ("*", strategies.ACCOUNT_ID, strategies.OTHER_ACCOUNT_ID, *strategies.ARNS)


class CaseGenerator:
    """Generates random policies and requests from the tests' pools of values; reproducible by seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def _one_or_several(self, pool: tuple[str, ...], min_size: int = 0) -> Any:
        if self._random.random() < 0.6:
            return self._random.choice(pool)
        return self._random.choices(pool, k=self._random.randint(min_size, 3))

    def _element(self, element: str, pool: tuple[str, ...]) -> tuple[str, Any]:
        """Return an element, or its `Not…` form, which must not be empty, with its value."""
        if self._random.random() < 0.25:
            return f"Not{element}", self._one_or_several(pool, 1)
        return element, self._one_or_several(pool)

    def _operator(self) -> str:
        if self._random.random() < 0.1:
            return "Null"
        prefix = self._random.choice(("", "", "ForAllValues:", "ForAnyValue:"))
        return prefix + self._random.choice(sorted(OPERATORS)) + self._random.choice(("", "", "IfExists"))

    def _condition(self) -> dict[str, Any]:
        count = self._random.choice((0, 1, 1, 2))
        return {
            self._operator(): {
                self._random.choice(strategies.CONTEXT_KEYS): self._one_or_several(strategies.CONTEXT_VALUES)
            }
            for _ in range(count)
        }

    def _statement(self, *, has_principal: bool) -> dict[str, Any]:
        pick = self._random.choice
        statement: dict[str, Any] = {"Effect": pick(("Allow", "Allow", "Deny"))}
        elements = [self._element("Action", strategies.ACTION_PATTERNS)]
        if self._random.random() < 0.9:
            elements.append(self._element("Resource", strategies.RESOURCE_PATTERNS))
        if self._random.random() < 0.5:
            statement["Condition"] = self._condition()
        if self._random.random() < (0.9 if has_principal else 0.1):
            element, names = self._element("Principal", _PRINCIPAL_NAMES)
            elements.append((element, {pick(("AWS", "AWS", "AWS", "Service", "Federated")): names}))
        return statement | dict(elements)

    def policy(self, *, has_principal: bool = False) -> Policy:
        count = self._random.choice((1, 1, 2, 3))
        document: dict[str, Any] = {
            "Statement": [self._statement(has_principal=has_principal) for _ in range(count)]
        }
        version = self._random.choice(("2012-10-17", "2012-10-17", "2008-10-17", None))
        return parse(document if version is None else {"Version": version, **document})

    def _policies(self, *, has_principal: bool = False) -> list[Policy]:
        return [self.policy(has_principal=has_principal) for _ in range(self._random.randint(0, 2))]

    def _optional(self, value: Any) -> Any:
        return value if self._random.random() < 0.5 else None

    def layers(self) -> PolicyLayers:
        return PolicyLayers(
            identity=self._policies(),
            boundary=self._optional(self.policy()),
            session=self._optional(self._policies()),
            resource=self._optional(self.policy(has_principal=True)),
            requires_grant=self._random.random() < 0.3,
            scps=self._optional([self._policies() for _ in range(self._random.randint(0, 2))]),
            rcps=self._optional([self._policies(has_principal=True)]),
        )

    def request(self, principal: Any) -> Request:
        pick = self._random.choice
        keys = self._random.sample(
            [key.lower() for key in strategies.CONTEXT_KEYS[:-1]], k=self._random.randint(0, 5)
        )
        return Request(
            principal,
            pick(strategies.ACTIONS),
            pick(strategies.RESOURCES),
            pick((None, None, strategies.ACCOUNT_ID, strategies.OTHER_ACCOUNT_ID)),
            {key: self._one_or_several(strategies.CONTEXT_VALUES) for key in keys},
        )

    def principal(self) -> Any:
        return self._random.choice(strategies.CALLERS)


def compare(generator: CaseGenerator, cases: int) -> Counter[str]:
    """Compare that many cases; return how often each outcome occurred, or exit with the case that differs."""
    outcomes: Counter[str] = Counter()
    while outcomes.total() < cases:
        layers, principal = generator.layers(), generator.principal()
        evaluator = Evaluator(principal, CompiledLayers.compile(layers))
        resource = (
            compile_policy(layers.resource, Attachment.RESOURCE) if layers.resource is not None else None
        )
        for _ in range(_REQUESTS_PER_POLICY_SET):
            request = generator.request(principal)
            actual = evaluator.outcome(request, resource, requires_grant=layers.requires_grant)
            expected = decide(request, layers).outcome
            if actual is not expected:
                sys.exit(f"compiled {actual}, literal {expected}\n{request}\n{layers}")
            outcomes[actual.value] += 1
    return outcomes


def main() -> None:
    """Compare, and print the number of cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    start = time.monotonic()
    outcomes = compare(CaseGenerator(arguments.seed), arguments.cases)
    print(
        f"{outcomes.total()} cases, seed {arguments.seed}, {time.monotonic() - start:.0f} s: {dict(outcomes)}"
    )


if __name__ == "__main__":
    main()
