"""Empty lists of unsupported resources: SSH keys, certificates, SAML providers.

They cannot be created here, so empty lists are correct. Tools call these operations before they delete a
user, or when they audit an account.
"""

from typing import Any

from iamd.core.records import User
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.store import paging


def _empty_page(list_name: str, marker: str | None = None, max_items: int | None = None) -> dict[str, Any]:
    page = paging.page_by_name(list[str](), paging.page_limits(marker, max_items))
    return {list_name: page.items, **page.truncation_members()}


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
