"""OpenID Connect providers: issuers whose tokens roles can trust, with audiences and thumbprints."""

import re

from iamd.core import arns
from iamd.core.errors import EntityAlreadyExists, InvalidInput, OpenIdIdpCommunicationError, ValidationError
from iamd.core.records import OidcProvider, Tag
from iamd.domain.tagging import add_tags, tagging_checks
from iamd.federation.errors import ProviderUnreachable
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call, Dependencies
from iamd.framework.operation import Params, Reply, Target, operation
from iamd.store import oidc_providers, quotas
from iamd.store import tags as tag_store

_INVALID_URL = "Invalid Open ID Connect Provider URL"
# AWS does not allow a port; private providers often need one.
_ISSUER_URL = re.compile(
    r"https://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.?(?::(?P<port>[0-9]{1,5}))?(?:/[A-Za-z0-9._~!$&'()+,;=:@%/-]*)?"
)
_THUMBPRINT = re.compile(r"[0-9A-Fa-f]{40}")
_MAX_PORT = 65535


def _parse_issuer_url(url: str) -> str:
    """Return an issuer URL without its scheme; InvalidInput or ValidationError if it is invalid."""
    scheme, _, issuer = url.partition("://")
    if not issuer:
        raise ValidationError(_INVALID_URL)
    if scheme != "https":
        raise InvalidInput(f"{_INVALID_URL}. The URL must begin with https://.")
    match = _ISSUER_URL.fullmatch(url)
    if match is None or not 0 < int(match["port"] or 443) <= _MAX_PORT:
        raise InvalidInput(f"{_INVALID_URL}.")
    return issuer


def _fill_in_thumbprint(dependencies: Dependencies, _call: Call, _record: None, params: Params) -> Params:
    """Retrieve the thumbprint of the provider's top certificate if none is passed, as AWS does."""
    if params.get("thumbprint_list"):
        return params
    url = _parse_issuer_url(params["url"])
    try:
        return {**params, "thumbprint_list": [dependencies.jwks_cache.fetch_thumbprint(url)]}
    except ProviderUnreachable as error:
        raise OpenIdIdpCommunicationError(
            f"The provider's thumbprint cannot be retrieved: {error}."
        ) from error


def _validate_client_ids(call: Call, client_ids: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    if not all(client_id.isprintable() and " " not in client_id for client_id in client_ids):
        raise InvalidInput("A client ID must not contain whitespace or control characters.")
    unique_ids = tuple(dict.fromkeys(client_ids))
    quotas.enforce(call.tx, call.account_id, "ClientIdsPerOpenIdConnectProvider", len(unique_ids))
    return unique_ids


def _validate_thumbprints(call: Call, thumbprints: list[str]) -> tuple[str, ...]:
    if not all(_THUMBPRINT.fullmatch(thumbprint) for thumbprint in thumbprints):
        raise InvalidInput("A thumbprint must have 40 hexadecimal digits.")
    max_thumbprints = quotas.get(call.tx, call.account_id, "ThumbprintsPerOpenIdConnectProvider")
    if len(thumbprints) > max_thumbprints:
        raise InvalidInput(f"Thumbprint list must contain fewer than {max_thumbprints} entries.")
    return tuple(dict.fromkeys(thumbprint.lower() for thumbprint in thumbprints))


@operation(
    "iam",
    target_finder=targets.NEW_OIDC_PROVIDER,
    condition_keys=(condition_keys.REQUEST_TAGS,),
    extra_checks=tagging_checks("iam:TagOpenIDConnectProvider"),
    prepare=_fill_in_thumbprint,
)
def create_open_id_connect_provider(
    call: Call,
    url: str,
    client_id_list: list[str] | None = None,
    thumbprint_list: list[str] | None = None,
    tags: list[dict[str, str]] | None = None,
) -> Reply:
    issuer = _parse_issuer_url(url)
    arn = arns.oidc_provider(call.account_id, issuer)
    if oidc_providers.find(call.tx, call.account_id, arn):
        raise EntityAlreadyExists(f"Provider with url {url} already exists.")
    providers = oidc_providers.list_all(call.tx, call.account_id)
    quotas.enforce(call.tx, call.account_id, "OpenIdConnectProvidersPerAccount", len(providers) + 1)
    provider = OidcProvider(
        arn,
        issuer,
        _validate_client_ids(call, client_id_list or []),
        _validate_thumbprints(call, thumbprint_list or []),
        call.timestamp,
    )
    oidc_providers.add(call.tx, call.account_id, provider)
    new_tags = put_tags(call, arn, tags or [])
    return {"OpenIDConnectProviderArn": arn, "Tags": new_tags or None}


def put_tags(call: Call, arn: str, requested_tags: list[dict[str, str]]) -> tuple[Tag, ...]:
    """Add tags to a provider within the quota; return them."""
    new_tags = tuple(Tag(**tag) for tag in requested_tags)
    add_tags(call, arn, new_tags, "TagsPerOpenIdConnectProvider")
    return new_tags


@operation("iam", target_finder=targets.OIDC_PROVIDER)
def get_open_id_connect_provider(call: Call, provider: OidcProvider) -> Reply:
    return {
        "Url": provider.url,
        "ClientIDList": provider.client_ids,
        "ThumbprintList": provider.thumbprints,
        "CreateDate": provider.create_date,
        "Tags": tag_store.list_for_resource(call.tx, call.account_id, provider.arn) or None,
    }


@operation("iam", target_finder=targets.ANY_RESOURCE)
def list_open_id_connect_providers(call: Call) -> Reply:
    providers = oidc_providers.list_all(call.tx, call.account_id)
    return {"OpenIDConnectProviderList": [{"Arn": provider.arn} for provider in providers]}


def _find_or_none(call: Call, params: Params) -> Target:
    return targets.OIDC_PROVIDER.find(call, params)._replace(not_found=None)


# Deleting a provider that does not exist is not an error (IAM API reference).
_OPTIONAL_OIDC_PROVIDER = targets.OIDC_PROVIDER._replace(find=_find_or_none)


@operation("iam", target_finder=_OPTIONAL_OIDC_PROVIDER, requires_confirmation=False)
def delete_open_id_connect_provider(call: Call, provider: OidcProvider | None) -> Reply:
    if provider is not None:
        tag_store.delete_all(call.tx, call.account_id, provider.arn)
        oidc_providers.delete(call.tx, call.account_id, provider.arn)
    return None


@operation("iam", target_finder=targets.OIDC_PROVIDER)
def update_open_id_connect_provider_thumbprint(
    call: Call, provider: OidcProvider, thumbprint_list: list[str]
) -> Reply:
    updated_provider = provider._replace(thumbprints=_validate_thumbprints(call, thumbprint_list))
    oidc_providers.update(call.tx, call.account_id, updated_provider)
    return None


@operation("iam", target_finder=targets.OIDC_PROVIDER)
def add_client_id_to_open_id_connect_provider(call: Call, provider: OidcProvider, client_id: str) -> Reply:
    updated_provider = provider._replace(
        client_ids=_validate_client_ids(call, (*provider.client_ids, client_id))
    )
    oidc_providers.update(call.tx, call.account_id, updated_provider)
    return None


@operation("iam", target_finder=targets.OIDC_PROVIDER, requires_confirmation=False)
def remove_client_id_from_open_id_connect_provider(
    call: Call, provider: OidcProvider, client_id: str
) -> Reply:
    remaining_ids = tuple(existing_id for existing_id in provider.client_ids if existing_id != client_id)
    oidc_providers.update(call.tx, call.account_id, provider._replace(client_ids=remaining_ids))
    return None
