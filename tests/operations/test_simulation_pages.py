"""A page of a simulation ends when its time is over, and the next goes on from there."""

from collections.abc import Iterable
from typing import Any

from iamd.operations.iam import simulation, simulation_requests
from iamd.operations.iam.simulation import Simulation
from iamd.policy.explanation import SourceLayers
from iamd.store import paging

NAMES = [f"s3:Get{number}" for number in range(10)]
SIMULATION = Simulation(
    simulation_requests.unspecified_user("arn:aws:iam::111122223333:user/*"), SourceLayers(), None, {}, {}, {}
)


def page(marker: str | None, size: int, seconds: Iterable[float]) -> Any:
    """Return the names of a page's actions, and the next one's marker; `seconds` are what a clock shows."""
    shown = iter(seconds)
    reply: Any = simulation.evaluate_page(
        SIMULATION, NAMES, ["*"], paging.page_limits(marker, size), lambda: float(next(shown))
    )
    return [result["EvalActionName"] for result in reply["EvaluationResults"]], reply["Marker"]


def test_a_page_ends_when_its_time_is_over() -> None:
    first, marker = page(None, 100, [0, 0.5, 1, 1.5])
    second, marker = page(marker, 100, [7, 8.1])
    third, end = page(marker, 100, [9] * 10)
    assert (first, second, third) == (NAMES[:3], NAMES[3:4], NAMES[4:])
    assert end is None


def test_a_page_holds_no_more_than_was_asked_for_however_fast_it_is() -> None:
    names, marker = page(None, 4, [0] * 5)
    assert names == NAMES[:4]
    assert page(marker, 6, [0] * 7) == (NAMES[4:], None)
