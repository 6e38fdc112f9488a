"""Access keys of users: the secret is told once, when the key is made."""

from iamd.core import ids, quotas
from iamd.core.errors import InvalidInput, NoSuchEntity
from iamd.core.records import AccessKey, User
from iamd.keys import seal
from iamd.ops import targets
from iamd.ops.call import Call
from iamd.ops.operation import Reply, operation
from iamd.store import access_keys, paging
from iamd.store.paging import Cut
from iamd.store.query import Tx


def issue(tx: Tx, account_id: str, data_key: bytes, owner: User, now: str) -> tuple[AccessKey, str]:
    """Make an access key for a user; return it with its secret, which is kept sealed only."""
    key = AccessKey(ids.access_key(account_id), owner.user_name, owner.user_id, "Active", now)
    secret = ids.secret_access_key()
    place = access_keys.seal_place(key.access_key_id)
    access_keys.add(tx, account_id, key, seal.seal(data_key, secret.encode(), place))
    return key, secret


@operation("iam", on=targets.USER_OR_SELF)
def create_access_key(call: Call, user: User) -> Reply:
    held = access_keys.page(call.tx, call.account_id, user.user_id, Cut())
    quotas.admit("AccessKeysPerUser", len(held.items) + 1)
    key, secret = issue(call.tx, call.account_id, call.data_key, user, call.now)
    shown = {
        "UserName": key.user_name,
        "AccessKeyId": key.access_key_id,
        "Status": key.status,
        "SecretAccessKey": secret,
        "CreateDate": key.create_date,
    }
    return {"AccessKey": shown}


def _held(call: Call, user: User, access_key_id: str) -> AccessKey:
    key = access_keys.find(call.tx, call.account_id, access_key_id)
    if key is None or key.user_id != user.user_id:
        raise NoSuchEntity(f"The Access Key with id {access_key_id} cannot be found.")
    return key


@operation("iam", on=targets.USER_OR_SELF)
def update_access_key(call: Call, user: User, access_key_id: str, status: str) -> Reply:
    key = _held(call, user, access_key_id)
    if status == "Expired":
        raise InvalidInput("The status of an access key can be set to Active or Inactive.")
    access_keys.set_status(call.tx, key.access_key_id, status)
    return None


@operation("iam", on=targets.USER_OR_SELF)
def delete_access_key(call: Call, user: User, access_key_id: str) -> Reply:
    key = _held(call, user, access_key_id)
    access_keys.remove(call.tx, call.account_id, key.access_key_id)
    return None


@operation("iam", on=targets.USER_OR_SELF)
def list_access_keys(
    call: Call, user: User, marker: str | None = None, max_items: int | None = None
) -> Reply:
    found = access_keys.page(call.tx, call.account_id, user.user_id, paging.cut(marker, max_items))
    return {"AccessKeyMetadata": found.items, **found.rest()}


@operation("iam", on=targets.OWNER_OF_KEY)
def get_access_key_last_used(call: Call, key: AccessKey) -> Reply:
    use = access_keys.last_use(call.tx, call.account_id, key.access_key_id)
    never = {"ServiceName": "N/A", "Region": "N/A"}
    return {"UserName": key.user_name, "AccessKeyLastUsed": use or never}
