"""Privilege escalation by changing an OIDC provider: possible with the one IAM action, refused without it."""

from collections.abc import Iterator
from typing import Any

import pytest
import trustme

from tests import servers
from tests.api.federation import Federation
from tests.api.responses import call, refused, state
from tests.issuer import (
    CLIENT_ID,
    Issuer,
    claims_of,
    public_jwk,
    server_tls_context,
    serving,
    sign_token,
    thumbprint,
)
from tests.servers import Server, allow, deny

PROVIDER_ACTIONS = ["iam:*OpenIDConnectProvider*", "iam:*ClientID*"]
EVIL_CLIENT_ID = "app-of-mallory"


def client_with(federation: Federation, action: str) -> Any:
    """Return the IAM client of a new user who is allowed only this action on the provider."""
    return federation.account.user("allowed", allow(action, resource=federation.provider_arn))


def client_without(federation: Federation, action: str) -> Any:
    """Return the IAM client of a new user who is allowed all provider actions except this one."""
    return federation.account.user("denied", allow(*PROVIDER_ACTIONS), deny(action))


def expect_escalation(federation: Federation, operation: str, role: str, token: str, **params: Any) -> None:
    """Assert that this operation makes a refused token accepted, and that it needs the action of its name."""
    params["OpenIDConnectProviderArn"] = federation.provider_arn
    error = federation.assume_role_error(role, token)
    denied = client_without(federation, f"iam:{operation}")
    before = state(federation.account)
    assert refused(denied, operation, **params)[:2] == ("AccessDenied", 403)
    assert state(federation.account) == before
    assert federation.assume_role_error(role, token) == error
    call(client_with(federation, f"iam:{operation}"), operation, **params)
    response = federation.assume_role(role, token)
    federation.session_client("iam", response).create_account_alias(
        AccountAlias=f"proof-{federation.account.account_id}"
    )


def test_add_client_id_lets_another_app_assume_the_role(own_federation: Federation) -> None:
    token = own_federation.issuer.token(aud=EVIL_CLIENT_ID)
    role = own_federation.create_role()
    operation = "AddClientIDToOpenIDConnectProvider"
    expect_escalation(own_federation, operation, role, token, ClientID=EVIL_CLIENT_ID)


def test_audience_condition_refuses_an_added_client_id(own_federation: Federation) -> None:
    role = own_federation.create_role(own_federation.conditional_trust("StringEquals", "aud", CLIENT_ID))
    own_federation.account.iam.add_client_id_to_open_id_connect_provider(
        OpenIDConnectProviderArn=own_federation.provider_arn, ClientID=EVIL_CLIENT_ID
    )
    error = own_federation.assume_role_error(role, own_federation.issuer.token(aud=EVIL_CLIENT_ID))
    assert error.code == "AccessDenied"


@pytest.fixture
def impostor(loopback_server: Server) -> Iterator[tuple[Federation, str]]:
    """Return an account whose provider is impersonated, and the thumbprint of the impostor's authority."""
    impostor_authority = trustme.CA()
    with serving(server_tls_context(impostor_authority.issue_cert("127.0.0.1"), impostor_authority)) as site:
        issuer = Issuer(site)
        issuer.publish(public_jwk("rsa-other", kid="rsa"))
        yield (
            Federation.create(servers.create_account(loopback_server), issuer),
            thumbprint(impostor_authority),
        )


def test_update_thumbprint_lets_an_impostor_replace_the_provider(impostor: tuple[Federation, str]) -> None:
    federation, impostor_thumbprint = impostor
    forged = sign_token(claims_of(federation.issuer.url, sub="admin"), "rsa-other", headers={"kid": "rsa"})
    role = federation.create_role(federation.conditional_trust("StringEquals", "sub", "admin"))
    assert federation.assume_role_error(role, forged).message.endswith("doesn't match configured thumbprint")
    operation = "UpdateOpenIDConnectProviderThumbprint"
    expect_escalation(federation, operation, role, forged, ThumbprintList=[impostor_thumbprint])


def test_recreated_provider_is_trusted_by_existing_roles(impostor: tuple[Federation, str]) -> None:
    federation, impostor_thumbprint = impostor
    iam, role = federation.account.iam, federation.create_role()
    forged = sign_token(claims_of(federation.issuer.url), "rsa-other", headers={"kid": "rsa"})
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=federation.provider_arn)
    params = {
        "Url": federation.issuer.url,
        "ClientIDList": [CLIENT_ID],
        "ThumbprintList": [impostor_thumbprint],
    }
    denied = federation.account.user(
        "denied", allow(*PROVIDER_ACTIONS), deny("iam:CreateOpenIDConnectProvider")
    )
    assert refused(denied, "CreateOpenIDConnectProvider", **params).code == "AccessDenied"
    assert federation.assume_role_error(role, forged).code == "InvalidIdentityToken"
    allowed = federation.account.user(
        "allowed", allow("iam:CreateOpenIDConnectProvider", resource=federation.provider_arn)
    )
    call(allowed, "CreateOpenIDConnectProvider", **params)
    assert federation.assume_role(role, forged)["Provider"] == federation.issuer.url


def test_provider_tags_are_not_resource_tags_of_the_role(own_federation: Federation) -> None:
    condition = {"StringEquals": {"aws:ResourceTag/team": "a"}}
    role = own_federation.create_role(own_federation.trust_statement(Condition=condition))
    call(
        client_with(own_federation, "iam:TagOpenIDConnectProvider"),
        "TagOpenIDConnectProvider",
        OpenIDConnectProviderArn=own_federation.provider_arn,
        Tags=[{"Key": "team", "Value": "a"}],
    )
    assert own_federation.assume_role_error(role).code == "AccessDenied"
