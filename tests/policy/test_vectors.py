"""The literal evaluator decides every vector as expected, with AWS's access denied message."""

from collections import Counter

import pytest

from iamd.policy import decide, denial_message
from tests.policy.cases import Case, decision_cases

CASES = decision_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_decision(case: Case) -> None:
    decision = decide(case.request, case.layers)
    assert decision.outcome is case.expected, f"{case.spec}: {decision}"
    assert decision.allowed is (decision.layer is None)
    if case.denial_message is not None:
        assert denial_message(case.request, decision) == case.denial_message


def test_ids_are_unique() -> None:
    counts = Counter(case.id for case in CASES)
    assert [name for name, count in counts.items() if count > 1] == []


def test_every_section_has_allowed_and_denied_cases() -> None:
    sections = {(case.spec.split()[0], case.expected.value == "Allowed") for case in CASES}
    assert sections >= {(str(section), is_allowed) for section in range(2, 9) for is_allowed in (True, False)}
