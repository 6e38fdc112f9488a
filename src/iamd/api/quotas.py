"""Quotas, which the operator of the host may set: every node holds the next request to them."""

from iamd.api.proof import Circumstances
from iamd.api.signin import record, who
from iamd.core import ids
from iamd.core.records import Account
from iamd.store import accounts, audit, quotas
from iamd.store.query import Tx

_HOST = Circumstances("", "", "iamd on the host", "", True, "us-east-1")
_SOURCE = "iamd.amazonaws.com"


def change(tx: Tx, account: Account, name: str, wanted: int | None, now: str) -> None:
    """Set a quota, or with None go back to AWS's default, and record it; `name` is one of `DEFAULTS`."""
    account_id = account.account_id
    before = quotas.value(tx, account_id, name)
    if wanted is None:
        quotas.reset(tx, account_id, name)
    else:
        quotas.put(tx, account_id, name, wanted)
    event = record.event(
        who.of_root(tx, account),
        "PutAccountQuota",
        _HOST,
        now,
        source=_SOURCE,
        QuotaName=name,
        Value=quotas.value(tx, account_id, name),
        PreviousValue=before,
    )
    audit.add(tx, [event])
    accounts.touch(tx, account_id, ids.revision())
