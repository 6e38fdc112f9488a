"""Put made-up requests to both policy evaluators until they disagree, or so many were asked.

    python -m scripts.compare_evaluators [--cases 1000000] [--seed 1]

The test suite does the same with hypothesis, which shrinks what it finds, and is slower.
"""

import argparse
import random
import sys
import time
from collections import Counter
from typing import Any

from tests.policy import whole

from iamd.policy import Layers, Policy, Request, decide, parse
from iamd.policy.compiled import CompiledLayers, Evaluator, Place, compiled
from iamd.policy.operators import OPERATORS

_REQUESTS = 40  # to each set of policies
_NAMED = ("*", whole.HERE, whole.THERE, *whole.ARNS)


class Maker:
    """Makes policies and requests from the pools of the tests, by a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def _some(self, pool: tuple[str, ...], least: int = 0) -> Any:
        if self._random.random() < 0.6:
            return self._random.choice(pool)
        return self._random.choices(pool, k=self._random.randint(least, 3))

    def _element(self, element: str, pool: tuple[str, ...]) -> tuple[str, Any]:
        """Return an element that may be turned round; exceptions must not be empty."""
        if self._random.random() < 0.25:
            return f"Not{element}", self._some(pool, 1)
        return element, self._some(pool)

    def _operator(self) -> str:
        if self._random.random() < 0.1:
            return "Null"
        prefix = self._random.choice(("", "", "ForAllValues:", "ForAnyValue:"))
        return prefix + self._random.choice(sorted(OPERATORS)) + self._random.choice(("", "", "IfExists"))

    def _condition(self) -> dict[str, Any]:
        count = self._random.choice((0, 1, 1, 2))
        return {
            self._operator(): {self._random.choice(whole.KEYS): self._some(whole.VALUES)}
            for _ in range(count)
        }

    def _statement(self, *, named: bool) -> dict[str, Any]:
        pick = self._random.choice
        made: dict[str, Any] = {"Effect": pick(("Allow", "Allow", "Deny"))}
        parts = [self._element("Action", whole.PATTERNS)]
        if self._random.random() < 0.9:
            parts.append(self._element("Resource", whole.GLOBS))
        if self._random.random() < 0.5:
            made["Condition"] = self._condition()
        if self._random.random() < (0.9 if named else 0.1):
            who, names = self._element("Principal", _NAMED)
            parts.append((who, {pick(("AWS", "AWS", "AWS", "Service", "Federated")): names}))
        return made | dict(parts)

    def policy(self, *, named: bool = False) -> Policy:
        count = self._random.choice((1, 1, 2, 3))
        document: dict[str, Any] = {"Statement": [self._statement(named=named) for _ in range(count)]}
        version = self._random.choice(("2012-10-17", "2012-10-17", "2008-10-17", None))
        return parse(document if version is None else {"Version": version, **document})

    def _several(self, *, named: bool = False) -> list[Policy]:
        return [self.policy(named=named) for _ in range(self._random.randint(0, 2))]

    def _maybe(self, made: Any) -> Any:
        return made if self._random.random() < 0.5 else None

    def layers(self) -> Layers:
        return Layers(
            identity=self._several(),
            boundary=self._maybe(self.policy()),
            session=self._maybe(self._several()),
            resource=self._maybe(self.policy(named=True)),
            must_grant=self._random.random() < 0.3,
            scps=self._maybe([self._several() for _ in range(self._random.randint(0, 2))]),
            rcps=self._maybe([self._several(named=True)]),
        )

    def request(self, principal: Any) -> Request:
        pick = self._random.choice
        keys = self._random.sample([key.lower() for key in whole.KEYS[:-1]], k=self._random.randint(0, 5))
        return Request(
            principal,
            pick(whole.ACTIONS),
            pick(whole.RESOURCES),
            pick((None, None, whole.HERE, whole.THERE)),
            {key: self._some(whole.VALUES) for key in keys},
        )

    def principal(self) -> Any:
        return self._random.choice(whole.CALLERS)


def compare(maker: Maker, cases: int) -> Counter[str]:
    """Ask until so many cases were compared; return the outcomes, or end with the case that differs."""
    seen: Counter[str] = Counter()
    while seen.total() < cases:
        layers, principal = maker.layers(), maker.principal()
        evaluator = Evaluator(principal, CompiledLayers.of(layers))
        resource = compiled(layers.resource, Place.RESOURCE) if layers.resource is not None else None
        for _ in range(_REQUESTS):
            request = maker.request(principal)
            said = evaluator.outcome(request, resource, must_grant=layers.must_grant)
            wanted = decide(request, layers).outcome
            if said is not wanted:
                sys.exit(f"compiled {said}, literal {wanted}\n{request}\n{layers}")
            seen[said.value] += 1
    return seen


def main() -> None:
    """Compare, and tell how many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    seen = compare(Maker(given.seed), given.cases)
    print(f"{seen.total()} cases, seed {given.seed}, {time.monotonic() - began:.0f} s: {dict(seen)}")


if __name__ == "__main__":
    main()
