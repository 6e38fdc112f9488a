"""Service-specific credentials of users, for the service `iamd`: services ask for decisions with them.

AWS issues them for CodeCommit, Keyspaces, Bedrock and others, which do not exist here.
"""

from datetime import UTC, datetime
from typing import Any

from iamd.core import clock, ids
from iamd.core.errors import InvalidInput, NoSuchEntity
from iamd.core.records import ServiceCredential, User
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Params, Reply, Target, TargetFinder, operation
from iamd.store import paging, quotas, service_credentials
from iamd.store.paging import UNLIMITED

SERVICE_NAME = "iamd"
_DAY_SECONDS = 86_400


def _find_credential(call: Call, params: Params) -> Target:
    """Find a user's credential; whether either exists is told only to callers who are allowed."""
    target = targets.USER_OR_SELF.find(call, params)
    if target.not_found is not None:
        return target
    credential_id = params["service_specific_credential_id"]
    credential = service_credentials.find(call.tx, call.account_id, credential_id)
    if credential is None or credential.user_id != target.record.user_id:
        not_found = NoSuchEntity(f"The Service Specific Credential {credential_id} cannot be found.")
        return target._replace(record=None, not_found=not_found)
    return target._replace(record=credential)


def _find_user_or_all(call: Call, params: Params) -> Target:
    if params.get("all_users"):
        return Target(call.arn("user/*"))
    return targets.USER_OR_SELF.find(call, params)


_CREDENTIAL = TargetFinder(_find_credential, "user", ("user_name", "service_specific_credential_id"))
_USER_OR_ALL = TargetFinder(_find_user_or_all, "user", ("user_name",))


@operation("iam", targets.USER, (condition_keys.CREDENTIAL_AGE, condition_keys.REQUESTED_CREDENTIAL_SERVICE))
def create_service_specific_credential(
    call: Call, user: User, service_name: str, credential_age_days: int | None = None
) -> Reply:
    _require_supported(service_name)
    existing = service_credentials.list_page(call.tx, call.account_id, user.user_id, service_name, UNLIMITED)
    quotas.enforce(call.tx, call.account_id, "ServiceSpecificCredentialsPerUser", len(existing.items) + 1)
    expires_at = None if credential_age_days is None else call.epoch + credential_age_days * _DAY_SECONDS
    credential = ServiceCredential(
        ids.unique(ids.SERVICE_CREDENTIAL),
        user.user_name,
        user.user_id,
        service_name,
        _alias(user.user_name, call),
        "Active",
        call.epoch,
        expires_at,
    )
    secret = ids.api_key()
    service_credentials.add(call.tx, call.account_id, credential, secret)
    return _with_secret(credential, secret, call.epoch)


@operation("iam", target_finder=_USER_OR_ALL)
def list_service_specific_credentials(
    call: Call,
    user: User | None,
    service_name: str | None = None,
    all_users: bool = False,
    marker: str | None = None,
    max_items: int | None = None,
) -> Reply:
    if service_name is not None:
        _require_supported(service_name)
    page = service_credentials.list_page(
        call.tx,
        call.account_id,
        None if all_users or user is None else user.user_id,
        service_name or "",
        paging.page_limits(marker, max_items),
    )
    items = [_metadata(credential, call.epoch) for credential in page.items]
    return {"ServiceSpecificCredentials": items, **page.truncation_members()}


@operation("iam", _CREDENTIAL, (condition_keys.CREDENTIAL_SERVICE,))
def update_service_specific_credential(call: Call, credential: ServiceCredential, status: str) -> Reply:
    _require_unexpired(call, credential)
    if status == "Expired":
        raise InvalidInput("The status of a service-specific credential can be set to Active or Inactive.")
    service_credentials.set_status(call.tx, call.account_id, credential.credential_id, status)
    return None


@operation("iam", _CREDENTIAL, (condition_keys.CREDENTIAL_SERVICE,))
def reset_service_specific_credential(call: Call, credential: ServiceCredential) -> Reply:
    _require_unexpired(call, credential)
    secret, alias = ids.api_key(), _alias(credential.user_name, call)
    service_credentials.set_secret(call.tx, call.account_id, credential.credential_id, alias, secret)
    return _with_secret(credential._replace(alias=alias), secret, call.epoch)


@operation("iam", _CREDENTIAL, (condition_keys.CREDENTIAL_SERVICE,), requires_confirmation=False)
def delete_service_specific_credential(call: Call, credential: ServiceCredential) -> Reply:
    service_credentials.delete(call.tx, call.account_id, credential.credential_id)
    return None


def _require_supported(service_name: str) -> None:
    if service_name != SERVICE_NAME:
        raise NoSuchEntity(
            f"No such service {service_name[:64]} is supported for Service Specific Credentials"
        )


def _require_unexpired(call: Call, credential: ServiceCredential) -> None:
    if credential.expires_at is not None and call.epoch >= credential.expires_at:
        raise InvalidInput("The service-specific credential has expired. Delete it, and create another one.")


def _alias(user_name: str, call: Call) -> str:
    """Return the public name of a secret: who has it, where, and when it was made."""
    return f"{user_name}-at-{call.account_id}-{call.epoch}"


def _metadata(credential: ServiceCredential, epoch: int) -> dict[str, Any]:
    expires_at = credential.expires_at
    has_expired = expires_at is not None and epoch >= expires_at
    return {
        "UserName": credential.user_name,
        "ServiceName": credential.service_name,
        "ServiceCredentialAlias": credential.alias,
        "ServiceSpecificCredentialId": credential.credential_id,
        "CreateDate": _date(credential.created_at),
        "ExpirationDate": None if expires_at is None else _date(expires_at),
        "Status": "Expired" if has_expired else credential.status,
    }


def _with_secret(credential: ServiceCredential, secret: str, epoch: int) -> Reply:
    return {"ServiceSpecificCredential": {**_metadata(credential, epoch), "ServiceCredentialSecret": secret}}


def _date(epoch: int) -> str:
    return clock.iso(datetime.fromtimestamp(epoch, UTC))
