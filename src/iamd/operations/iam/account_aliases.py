"""The account alias: at most one per account, unique on this server."""

import re

from iamd.core.errors import InvalidInput, NoSuchEntity
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.store import accounts, paging


@operation("iam", target_finder=targets.ANY_RESOURCE, requires_confirmation=False)
def create_account_alias(call: Call, account_alias: str) -> Reply:
    if re.fullmatch(r"[0-9]{12}", account_alias, re.ASCII):
        raise InvalidInput("An account alias must not have the form of an account ID.")
    accounts.set_alias(call.tx, call.account_id, account_alias)
    return None


@operation("iam", target_finder=targets.ANY_RESOURCE, requires_confirmation=False)
def delete_account_alias(call: Call, account_alias: str) -> Reply:
    if not accounts.delete_alias(call.tx, call.account_id, account_alias):
        raise NoSuchEntity(f"The account alias {account_alias} does not exist.")
    return None


@operation("iam", target_finder=targets.ANY_RESOURCE)
def list_account_aliases(call: Call, marker: str | None = None, max_items: int | None = None) -> Reply:
    alias = accounts.find_alias(call.tx, call.account_id)
    page = paging.page_by_name([alias] if alias else [], paging.page_limits(marker, max_items))
    return {"AccountAliases": page.items, **page.truncation_members()}
