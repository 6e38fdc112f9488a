"""Pages of a policy simulation end at a time limit, and the next page continues there."""

from collections.abc import Iterable
from typing import Any

from iamd.domain import simulation_requests
from iamd.operations.iam import simulation
from iamd.operations.iam.simulation import Simulation
from iamd.policy.explanation import SourceLayers
from iamd.store import paging

NAMES = [f"s3:Get{number}" for number in range(10)]
SIMULATION = Simulation(
    simulation_requests.unspecified_user("arn:aws:iam::111122223333:user/*"), SourceLayers(), None, {}, {}, {}
)


def page(marker: str | None, size: int, seconds: Iterable[float]) -> Any:
    """Return a page's action names and the next marker; `seconds` are the readings of the clock."""
    clock_readings = iter(seconds)
    reply: Any = simulation.evaluate_page(
        SIMULATION, NAMES, ["*"], paging.page_limits(marker, size), lambda: float(next(clock_readings))
    )
    return [result["EvalActionName"] for result in reply["EvaluationResults"]], reply["Marker"]


def test_page_ends_at_the_time_limit() -> None:
    first, marker = page(None, 100, [0, 0.5, 1, 1.5])
    second, marker = page(marker, 100, [7, 8.1])
    third, end = page(marker, 100, [9] * 10)
    assert (first, second, third) == (NAMES[:3], NAMES[3:4], NAMES[4:])
    assert end is None


def test_page_has_at_most_max_items() -> None:
    names, marker = page(None, 4, [0] * 5)
    assert names == NAMES[:4]
    assert page(marker, 6, [0] * 7) == (NAMES[4:], None)
