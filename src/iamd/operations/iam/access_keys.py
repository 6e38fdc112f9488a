"""Access keys of users and the root user. The secret access key is returned only by CreateAccessKey."""

from iamd.core import ids
from iamd.core.errors import AccessDenied, InvalidInput, NoSuchEntity
from iamd.core.records import AccessKey, User
from iamd.crypto import seal
from iamd.framework import targets
from iamd.framework.call import Call, Dependencies
from iamd.framework.operation import Params, Reply, operation
from iamd.store import access_keys, paging, quotas
from iamd.store.paging import UNLIMITED


def _owner_id(call: Call, user: User | None) -> str:
    return call.account_id if user is None else user.user_id


def _create_key(call: Call, user: User | None) -> tuple[AccessKey, str]:
    """Create an access key and return it with its secret, which is stored encrypted."""
    user_name = user.user_name if user else None
    key = AccessKey(
        ids.access_key(call.account_id), user_name, _owner_id(call, user), "Active", call.timestamp
    )
    secret = ids.secret_access_key()
    associated_data = access_keys.associated_data(key.access_key_id)
    access_keys.add(call.tx, call.account_id, key, seal.seal(call.data_key, secret.encode(), associated_data))
    return key, secret


def _check_root_keys_allowed(
    dependencies: Dependencies, _call: Call, user: User | None, params: Params
) -> Params:
    if user is None and not dependencies.allow_root_keys:
        raise AccessDenied(
            "The root user of this account cannot have access keys. Create an IAM user with the required "
            "permissions, or ask the server's operator to enable root access keys."
        )
    return params


@operation("iam", target_finder=targets.USER_OR_ROOT, prepare=_check_root_keys_allowed)
def create_access_key(call: Call, user: User | None) -> Reply:
    page = access_keys.list_page(call.tx, call.account_id, _owner_id(call, user), UNLIMITED)
    quotas.enforce(call.tx, call.account_id, "AccessKeysPerUser", len(page.items) + 1)
    key, secret = _create_key(call, user)
    response = {
        "UserName": key.user_name,
        "AccessKeyId": key.access_key_id,
        "Status": key.status,
        "SecretAccessKey": secret,
        "CreateDate": key.create_date,
    }
    return {"AccessKey": response}


def _get_key(call: Call, user: User | None, access_key_id: str) -> AccessKey:
    key = access_keys.find(call.tx, call.account_id, access_key_id)
    if key is None or key.user_id != _owner_id(call, user):
        raise NoSuchEntity(f"The Access Key with id {access_key_id} cannot be found.")
    return key


@operation("iam", target_finder=targets.USER_OR_ROOT)
def update_access_key(call: Call, user: User | None, access_key_id: str, status: str) -> Reply:
    key = _get_key(call, user, access_key_id)
    if status == "Expired":
        raise InvalidInput("The status of an access key can be set to Active or Inactive.")
    access_keys.set_status(call.tx, key.access_key_id, status)
    return None


@operation("iam", target_finder=targets.USER_OR_ROOT, requires_confirmation=False)
def delete_access_key(call: Call, user: User | None, access_key_id: str) -> Reply:
    key = _get_key(call, user, access_key_id)
    access_keys.delete(call.tx, call.account_id, key.access_key_id)
    return None


@operation("iam", target_finder=targets.USER_OR_ROOT)
def list_access_keys(
    call: Call, user: User | None, marker: str | None = None, max_items: int | None = None
) -> Reply:
    page = access_keys.list_page(
        call.tx, call.account_id, _owner_id(call, user), paging.page_limits(marker, max_items)
    )
    return {"AccessKeyMetadata": page.items, **page.truncation_members()}


@operation("iam", target_finder=targets.ACCESS_KEY_OWNER)
def get_access_key_last_used(call: Call, key: AccessKey) -> Reply:
    last_use = access_keys.find_last_use(call.tx, call.account_id, key.access_key_id)
    never_used = {"ServiceName": "N/A", "Region": "N/A"}
    return {"UserName": key.user_name, "AccessKeyLastUsed": last_use or never_used}
