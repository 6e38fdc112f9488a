"""Security checks: an account snapshot in, recommendations out. Pure, so that they run on any account's data.

A check is a function of the snapshot that returns a `Recommendation`, or None if all is well. To add one,
write it in the module of its subject and list it in that module's `CHECKS`.
"""

from collections.abc import Callable

from iamd.checks import password_policy, policies, root_user, users
from iamd.checks.recommendation import SEVERITIES, Recommendation
from iamd.checks.snapshot import AccountSnapshot

Check = Callable[[AccountSnapshot], Recommendation | None]

CHECKS: tuple[Check, ...] = (
    *root_user.CHECKS,
    *password_policy.CHECKS,
    *policies.CHECKS,
    *users.CHECKS,
)


def evaluate(snapshot: AccountSnapshot) -> list[Recommendation]:
    """Run every check, and return the recommendations with the most severe first."""
    results = (check(snapshot) for check in CHECKS)
    recommendations = [recommendation for recommendation in results if recommendation is not None]
    return sorted(recommendations, key=lambda recommendation: SEVERITIES.index(recommendation.severity))
