"""Who is calling, and whose key it is."""

from iamd.core.errors import ValidationError
from iamd.ops import targets
from iamd.ops.call import Call
from iamd.ops.operation import Reply, operation
from iamd.store import access_keys


@operation("sts", on=targets.EVERYTHING)
def get_caller_identity(call: Call) -> Reply:
    caller = call.caller
    return {"UserId": caller.unique_id, "Account": caller.account_id, "Arn": caller.principal.arn}


@operation("sts", on=targets.EVERYTHING)
def get_access_key_info(call: Call, access_key_id: str) -> Reply:
    account_id = access_keys.account_of(call.tx, access_key_id)
    if account_id is None:
        raise ValidationError(f"The access key ID {access_key_id} is not known.")
    return {"Account": account_id}
