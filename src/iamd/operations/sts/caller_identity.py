"""GetCallerIdentity and GetAccessKeyInfo."""

from iamd.core import ids
from iamd.core.errors import ValidationError
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.store import access_keys, accounts


@operation("sts", target_finder=targets.ANY_RESOURCE)
def get_caller_identity(call: Call) -> Reply:
    caller = call.caller
    return {"UserId": caller.unique_id, "Account": caller.account_id, "Arn": caller.principal.arn}


@operation("sts", target_finder=targets.ANY_RESOURCE)
def get_access_key_info(call: Call, access_key_id: str) -> Reply:
    account_id = _find_account_id(call, access_key_id)
    if account_id is None:
        raise ValidationError(f"The access key ID {access_key_id} does not exist.")
    return {"Account": account_id}


def _find_account_id(call: Call, access_key_id: str) -> str | None:
    """Return the account ID of an access key; temporary keys are not stored, but their ID contains it."""
    if not access_key_id.startswith(ids.TEMPORARY_KEY):
        return access_keys.find_account_id(call.tx, access_key_id)
    account_id = ids.account_id_of_key(access_key_id)
    return account_id if account_id and accounts.find(call.tx, account_id) else None
