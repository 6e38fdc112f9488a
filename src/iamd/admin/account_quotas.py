"""Account quotas, set by the server's operator; every node enforces a change from the next request on."""

from iamd.core import ids
from iamd.core.records import Account
from iamd.gate.request_context import RequestContext
from iamd.signin import identity, sign_in_events
from iamd.store import accounts, audit, quotas
from iamd.store.query import Tx

_OPERATOR_CONTEXT = RequestContext("", "", "iamd on the host", "", True, "us-east-1")
_EVENT_SOURCE = "iamd.amazonaws.com"


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
    event = sign_in_events.event(
        identity.root_of_account(tx, account),
        "PutAccountQuota",
        _OPERATOR_CONTEXT,
        timestamp,
        source=_EVENT_SOURCE,
        QuotaName=name,
        Value=quotas.get(tx, account_id, name),
        PreviousValue=previous_value,
    )
    audit.add(tx, [event])
    accounts.set_revision(tx, account_id, ids.revision())
