"""Empty lists of unsupported resources: SSH keys, certificates, service-specific credentials, SAML providers.

They cannot be created here, so empty lists are correct. Tools call these operations before they delete a
user, or when they audit an account.
"""

from typing import Any

from iamd.core.records import User
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Params, Reply, Target, TargetFinder, operation
from iamd.store import paging


def _empty_page(list_name: str, marker: str | None = None, max_items: int | None = None) -> dict[str, Any]:
    page = paging.page_by_name(list[str](), paging.page_limits(marker, max_items))
    return {list_name: page.items, **page.truncation_members()}


def _find_user_or_all(call: Call, params: Params) -> Target:
    if params.get("all_users"):
        return Target(call.arn("user/*"))
    return targets.USER_OR_SELF.find(call, params)


_USER_OR_ALL = TargetFinder(_find_user_or_all, "user", ("user_name",))


@operation("iam", target_finder=targets.USER_OR_SELF)
def list_ssh_public_keys(
    call: Call,
    user: User,
    marker: str | None = None,
    max_items: int | None = None,
) -> Reply:
    return _empty_page("SSHPublicKeys", marker, max_items)


@operation("iam", target_finder=targets.USER_OR_SELF)
def list_signing_certificates(
    call: Call,
    user: User,
    marker: str | None = None,
    max_items: int | None = None,
) -> Reply:
    return _empty_page("Certificates", marker, max_items)


@operation("iam", target_finder=_USER_OR_ALL)
def list_service_specific_credentials(
    call: Call,
    user: User | None,
    service_name: str | None = None,
    all_users: bool = False,
    marker: str | None = None,
    max_items: int | None = None,
) -> Reply:
    return _empty_page("ServiceSpecificCredentials", marker, max_items)


@operation("iam", target_finder=targets.ANY_RESOURCE)
def list_server_certificates(
    call: Call,
    path_prefix: str = "/",
    marker: str | None = None,
    max_items: int | None = None,
) -> Reply:
    return _empty_page("ServerCertificateMetadataList", marker, max_items)


@operation("iam", target_finder=targets.ANY_RESOURCE)
def list_saml_providers(call: Call) -> Reply:
    return {"SAMLProviderList": []}
