"""OpenID Connect providers: whose tokens roles may trust, and for which audiences."""

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
# Of a port AWS says that there should be none; private providers have one.
_URL = re.compile(
    r"https://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.?(?::(?P<port>[0-9]{1,5}))?(?:/[A-Za-z0-9._~!$&'()+,;=:@%/-]*)?"
)
_THUMBPRINT = re.compile(r"[0-9A-Fa-f]{40}")
_LAST_PORT = 65535


def _require_issuer(url: str) -> str:
    """Return an issuer's URL without its scheme; InvalidInput for what cannot be one."""
    scheme, _, rest = url.partition("://")
    if not rest:
        raise ValidationError(_INVALID_URL)
    if scheme != "https":
        raise InvalidInput(f"{_INVALID_URL}. The URL must begin with https://.")
    found = _URL.fullmatch(url)
    if found is None or not 0 < int(found["port"] or 443) <= _LAST_PORT:
        raise InvalidInput(f"{_INVALID_URL}.")
    return rest


def _with_thumbprint(means: Dependencies, _call: Call, _record: None, params: Params) -> Params:
    """Find the thumbprint of the provider's top certificate out where none is given, as AWS does."""
    if params.get("thumbprint_list"):
        return params
    url = _require_issuer(params["url"])
    try:
        return {**params, "thumbprint_list": [means.jwks_cache.fetch_thumbprint(url)]}
    except ProviderUnreachable as failed:
        raise OpenIdIdpCommunicationError(
            f"The provider cannot be asked for its thumbprint: {failed}."
        ) from failed


def _checked_ids(call: Call, client_ids: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    if not all(client_id.isprintable() and " " not in client_id for client_id in client_ids):
        raise InvalidInput("A client ID must not hold white space or control characters.")
    distinct = tuple(dict.fromkeys(client_ids))
    quotas.enforce(call.tx, call.account_id, "ClientIdsPerOpenIdConnectProvider", len(distinct))
    return distinct


def _checked_thumbprints(call: Call, thumbprints: list[str]) -> tuple[str, ...]:
    if not all(_THUMBPRINT.fullmatch(one) for one in thumbprints):
        raise InvalidInput("A thumbprint must have 40 hexadecimal digits.")
    most = quotas.get(call.tx, call.account_id, "ThumbprintsPerOpenIdConnectProvider")
    if len(thumbprints) > most:
        raise InvalidInput(f"Thumbprint list must contain fewer than {most} entries.")
    return tuple(dict.fromkeys(one.lower() for one in thumbprints))


@operation(
    "iam",
    target_finder=targets.NEW_OIDC_PROVIDER,
    condition_keys=(condition_keys.REQUEST_TAGS,),
    extra_checks=tagging_checks("iam:TagOpenIDConnectProvider"),
    prepare=_with_thumbprint,
)
def create_open_id_connect_provider(
    call: Call,
    url: str,
    client_id_list: list[str] | None = None,
    thumbprint_list: list[str] | None = None,
    tags: list[dict[str, str]] | None = None,
) -> Reply:
    issuer = _require_issuer(url)
    arn = arns.oidc_provider(call.account_id, issuer)
    if oidc_providers.find(call.tx, call.account_id, arn):
        raise EntityAlreadyExists(f"Provider with url {url} already exists.")
    held = oidc_providers.list_all(call.tx, call.account_id)
    quotas.enforce(call.tx, call.account_id, "OpenIdConnectProvidersPerAccount", len(held) + 1)
    provider = OidcProvider(
        arn,
        issuer,
        _checked_ids(call, client_id_list or []),
        _checked_thumbprints(call, thumbprint_list or []),
        call.timestamp,
    )
    oidc_providers.add(call.tx, call.account_id, provider)
    added = put_tags(call, arn, tags or [])
    return {"OpenIDConnectProviderArn": arn, "Tags": added or None}


def put_tags(call: Call, arn: str, wanted: list[dict[str, str]]) -> tuple[Tag, ...]:
    """Add a provider's tags within its quota; return them."""
    added = tuple(Tag(**tag) for tag in wanted)
    add_tags(call, arn, added, "TagsPerOpenIdConnectProvider")
    return added


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
    held = oidc_providers.list_all(call.tx, call.account_id)
    return {"OpenIDConnectProviderList": [{"Arn": provider.arn} for provider in held]}


def _find_if_there(call: Call, params: Params) -> Target:
    return targets.OIDC_PROVIDER.find(call, params)._replace(not_found=None)


# AWS's reference: deleting a provider that is not there is no error.
_IF_THERE = targets.OIDC_PROVIDER._replace(find=_find_if_there)


@operation("iam", target_finder=_IF_THERE)
def delete_open_id_connect_provider(call: Call, provider: OidcProvider | None) -> Reply:
    if provider is not None:
        tag_store.delete_all(call.tx, call.account_id, provider.arn)
        oidc_providers.delete(call.tx, call.account_id, provider.arn)
    return None


@operation("iam", target_finder=targets.OIDC_PROVIDER)
def update_open_id_connect_provider_thumbprint(
    call: Call, provider: OidcProvider, thumbprint_list: list[str]
) -> Reply:
    changed = provider._replace(thumbprints=_checked_thumbprints(call, thumbprint_list))
    oidc_providers.update(call.tx, call.account_id, changed)
    return None


@operation("iam", target_finder=targets.OIDC_PROVIDER)
def add_client_id_to_open_id_connect_provider(call: Call, provider: OidcProvider, client_id: str) -> Reply:
    changed = provider._replace(client_ids=_checked_ids(call, (*provider.client_ids, client_id)))
    oidc_providers.update(call.tx, call.account_id, changed)
    return None


@operation("iam", target_finder=targets.OIDC_PROVIDER)
def remove_client_id_from_open_id_connect_provider(
    call: Call, provider: OidcProvider, client_id: str
) -> Reply:
    left = tuple(held for held in provider.client_ids if held != client_id)
    oidc_providers.update(call.tx, call.account_id, provider._replace(client_ids=left))
    return None
