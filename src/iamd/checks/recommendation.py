"""A recommendation: what a security check found, and how to resolve it."""

from dataclasses import dataclass

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
CRITICAL, HIGH, MEDIUM, LOW = SEVERITIES

MAX_NAMES = 100  # user names in one recommendation; `count` is always complete


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A recommendation; `count` and `user_names` are set if it concerns several users or policies.

    The fields are the members of `Recommendation` in the iamd service model.
    """

    id: str
    severity: str
    title: str
    detail: str
    count: int | None = None
    user_names: tuple[str, ...] | None = None
