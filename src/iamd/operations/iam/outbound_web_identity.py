"""Outbound web identity federation: the account becomes an issuer of tokens that others verify."""

from iamd.core import ids
from iamd.core.errors import FeatureDisabled, FeatureEnabled
from iamd.core.records import Issuer
from iamd.domain import issuers as issuer_rules
from iamd.domain import signing_keys
from iamd.framework import targets
from iamd.framework.call import Call, Dependencies
from iamd.framework.operation import Params, Reply, operation
from iamd.store import issuers


def _add_keys(dependencies: Dependencies, call: Call, _record: None, params: Params) -> Params:
    signing_keys.add_due_keys(dependencies, call)
    return params


@operation("iam", target_finder=targets.ANY_RESOURCE, prepare=_add_keys)
def enable_outbound_web_identity_federation(call: Call) -> Reply:
    issuer = issuers.find(call.tx, call.account_id)
    if issuer is None:
        issuer = Issuer(call.account_id, ids.issuer(), None)
        issuers.add(call.tx, issuer)
    elif issuer.disabled_at is None:
        raise FeatureEnabled("Outbound web identity federation is already enabled for this account.")
    else:
        issuers.set_disabled_at(call.tx, call.account_id, None)
    return {"IssuerIdentifier": issuer_rules.url(call.base_url, issuer.issuer_id)}


@operation("iam", target_finder=targets.ANY_RESOURCE)
def disable_outbound_web_identity_federation(call: Call) -> Reply:
    _get_enabled(call)
    issuers.set_disabled_at(call.tx, call.account_id, call.epoch)
    return None


@operation("iam", target_finder=targets.ANY_RESOURCE)
def get_outbound_web_identity_federation_info(call: Call) -> Reply:
    issuer = _get_enabled(call)
    return {
        "IssuerIdentifier": issuer_rules.url(call.base_url, issuer.issuer_id),
        "JwtVendingEnabled": True,
    }


def _get_enabled(call: Call) -> Issuer:
    issuer = issuers.find(call.tx, call.account_id)
    if issuer is None or issuer.disabled_at is not None:
        raise FeatureDisabled("Outbound web identity federation is disabled for this account.")
    return issuer
