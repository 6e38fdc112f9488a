"""Email addresses of root users: unique on the server, so a refusal reveals that another account has one."""

from iamd.core.errors import EntityAlreadyExists, Throttling
from iamd.store import accounts, attempt_counters
from iamd.store.query import Tx

MAX_REFUSED_ADDRESSES = 3
_WINDOW_SECONDS = 86_400


class EmailInUse(EntityAlreadyExists):
    """The address belongs to the root user of another account."""

    commits = True  # what is counted stays counted


def require_available(tx: Tx, account_id: str, root_email: str, epoch: int) -> None:
    """Raise EmailInUse if another account has an address; the caller must commit the transaction even then.

    Raises Throttling for every address, in use or not, for 24 hours after the third different one that was
    in use, so that an account cannot find out which addresses the others have. `epoch` is in seconds.
    """
    counter_key = attempt_counters.counter_key("root-email", account_id)
    refused_addresses = attempt_counters.get(tx, counter_key, epoch, _WINDOW_SECONDS).tries
    if refused_addresses >= MAX_REFUSED_ADDRESSES:
        raise Throttling("Too many email addresses could not be used. Wait 24 hours, then try again.")
    owner = accounts.find_by_email(tx, root_email)
    if owner is None or owner.account_id == account_id:
        return
    address_key = attempt_counters.counter_key("root-email", account_id, accounts.normalize_email(root_email))
    if attempt_counters.increment(tx, address_key, epoch, _WINDOW_SECONDS).tries == 1:
        attempt_counters.increment(tx, counter_key, epoch, _WINDOW_SECONDS)
    raise EmailInUse("This email address cannot be used.")
