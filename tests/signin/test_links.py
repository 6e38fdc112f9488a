"""One-time links, without HTTP."""

import pytest

from iamd.signin import links
from tests.signin.conftest import SignInContext

HOUR = 3600


@pytest.mark.parametrize(("seconds_valid", "is_valid"), [(HOUR - 1, True), (HOUR, False)])
def test_expired_link_stays_expired_when_the_clock_is_set_back(
    context: SignInContext, seconds_valid: int, is_valid: bool
) -> None:
    services = context.services
    with services.dependencies.database.write() as tx:
        token = links.create(tx, context.account_id, links.RESET, services.epoch())
    for seconds in (seconds_valid, 60 - seconds_valid):
        context.clock.advance(seconds=seconds)
        services.dependencies.clock_steps.observe(services.epoch())
    assert (links.find_account(services, token, links.RESET) is not None) is is_valid
