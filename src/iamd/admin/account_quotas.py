"""Account quotas, set by the server's operator; every node enforces a change from the next request on."""

from iamd.admin import operator_events
from iamd.core import ids
from iamd.core.records import Account
from iamd.store import accounts, quotas
from iamd.store.query import Tx


def set_quota(tx: Tx, account: Account, name: str, value: int | None, timestamp: str) -> None:
    """Set a quota, or reset it to AWS's default if `value` is None, and write an audit event.

    `name` is a key of `DEFAULTS`; `timestamp` is ISO 8601 text.
    """
    account_id = account.account_id
    previous_value = quotas.get(tx, account_id, name)
    if value is None:
        quotas.reset(tx, account_id, name)
    else:
        quotas.put(tx, account_id, name, value)
    operator_events.record(
        tx,
        account,
        "PutAccountQuota",
        timestamp,
        QuotaName=name,
        Value=quotas.get(tx, account_id, name),
        PreviousValue=previous_value,
    )
    accounts.set_revision(tx, account_id, ids.revision())
