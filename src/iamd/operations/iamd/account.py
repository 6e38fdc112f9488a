"""Account information: the account's name and its root user's email address."""

from iamd.core.errors import NoSuchEntity
from iamd.core.records import Account
from iamd.domain import root_emails, sign_in_url
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.store import accounts, one_time_links


def get_current_account(call: Call) -> Account:
    """Return the account that the call is for."""
    account = accounts.find(call.tx, call.account_id)
    if account is None:
        raise NoSuchEntity(f"The account {call.account_id} cannot be found.")
    return account


@operation("iamd", target_finder=targets.ACCOUNT, action="account:GetAccountInformation")
def get_account(call: Call) -> Reply:
    account = get_current_account(call)
    return {
        "AccountId": account.account_id,
        "AccountName": account.name,
        "AccountAlias": accounts.find_alias(call.tx, call.account_id),
        "RootEmail": account.root_email,
        "CreateDate": account.create_date,
        "SignInUrl": sign_in_url.sign_in_url(call),
    }


@operation(
    "iamd", target_finder=targets.ACCOUNT, action="account:PutAccountName", requires_confirmation=False
)
def put_account_name(call: Call, account_name: str) -> Reply:
    accounts.update_name_and_email(
        call.tx, call.account_id, account_name, get_current_account(call).root_email
    )
    return None


@operation(
    "iamd",
    target_finder=targets.ACCOUNT,
    action="account:UpdateRootEmail",
    root_only=True,
)
def update_root_email(call: Call, root_email: str) -> Reply:
    """Change the root user's email address; links mailed to the old one become invalid."""
    root_emails.require_available(call.tx, call.account_id, root_email, call.epoch)
    accounts.update_name_and_email(call.tx, call.account_id, get_current_account(call).name, root_email)
    one_time_links.delete_for_account(call.tx, call.account_id)
    return None
