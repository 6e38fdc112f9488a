"""Where the users of an account sign in."""

from iamd.framework.call import Call
from iamd.store import accounts


def sign_in_url(call: Call) -> str:
    """Return the URL of the account's sign-in page, by its alias where it has one."""
    name = accounts.find_alias(call.tx, call.account_id) or call.account_id
    return f"{call.origin}/signin/{name}"
