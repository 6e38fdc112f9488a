"""The console sign-in URL of an account."""

from iamd.framework.call import Call
from iamd.store import accounts


def sign_in_url(call: Call) -> str:
    """Return the URL of the account's sign-in page: with the account alias, or else the account ID."""
    name = accounts.find_alias(call.tx, call.account_id) or call.account_id
    return f"{call.origin}/signin/{name}"
