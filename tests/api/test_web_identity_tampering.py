"""Who may change a provider may become whom its roles trust: with that one action, and not without it."""

from collections.abc import Iterator
from typing import Any

import pytest
import trustme

from tests import servers
from tests.api.answers import call, refused, state
from tests.api.federated import ASSUME, Scene
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

EVERY = ["iam:*OpenIDConnectProvider*", "iam:*ClientID*"]
EVIL_APP = "app-of-mallory"


def mallory(scene: Scene, action: str, *, may: bool) -> Any:
    """Return the IAM client of a user who may do one thing, or all that concerns providers except it."""
    name = "able" if may else "unable"
    given = [allow(action, resource=scene.provider)] if may else [allow(*EVERY), deny(action)]
    return scene.account.user(name, *given)


def tamper(scene: Scene, operation: str, role: str, token: str, **params: Any) -> None:
    """Show that a token is refused, that nobody without the action helps it, and that the action does."""
    params["OpenIDConnectProviderArn"] = scene.provider
    before = scene.refusal(role, token)
    unable = mallory(scene, f"iam:{operation}", may=False)
    held = state(scene.account)
    assert refused(unable, operation, **params)[:2] == ("AccessDenied", 403)
    assert state(scene.account) == held
    assert scene.refusal(role, token) == before
    call(mallory(scene, f"iam:{operation}", may=True), operation, **params)
    reply = scene.assume(role, token)
    scene.client("iam", reply).create_account_alias(AccountAlias=f"proof-{scene.account.account_id}")


def test_a_client_id_more_lets_another_app_in(own_scene: Scene) -> None:
    token = own_scene.issuer.token(aud=EVIL_APP)
    tamper(own_scene, "AddClientIDToOpenIDConnectProvider", own_scene.role(), token, ClientID=EVIL_APP)


def test_a_condition_on_the_audience_keeps_it_out(own_scene: Scene) -> None:
    role = own_scene.role(own_scene.when("StringEquals", "aud", CLIENT_ID))
    own_scene.account.iam.add_client_id_to_open_id_connect_provider(
        OpenIDConnectProviderArn=own_scene.provider, ClientID=EVIL_APP
    )
    assert own_scene.refusal(role, own_scene.issuer.token(aud=EVIL_APP)).code == "AccessDenied"


@pytest.fixture
def impostor(asking_server: Server) -> Iterator[tuple[Scene, str]]:
    """Return an account whose provider somebody else plays, with a certificate of an authority of theirs.

    The second is that authority's thumbprint.
    """
    theirs = trustme.CA()
    with serving(server_tls_context(theirs.issue_cert("127.0.0.1"), theirs)) as site:
        played = Issuer(site)
        played.publish(public_jwk("rsa-other", kid="rsa"))
        yield Scene.set(servers.found(asking_server), played), thumbprint(theirs)


def test_another_thumbprint_lets_somebody_play_the_provider(impostor: tuple[Scene, str]) -> None:
    scene, theirs = impostor
    forged = sign_token(claims_of(scene.issuer.url, sub="admin"), "rsa-other", headers={"kid": "rsa"})
    role = scene.role(scene.when("StringEquals", "sub", "admin"))
    assert scene.refusal(role, forged).message.endswith("doesn't match configured thumbprint")
    tamper(scene, "UpdateOpenIDConnectProviderThumbprint", role, forged, ThumbprintList=[theirs])


def test_a_provider_that_is_made_anew_is_trusted_as_the_one_before(impostor: tuple[Scene, str]) -> None:
    scene, theirs = impostor
    iam, role = scene.account.iam, scene.role()
    forged = sign_token(claims_of(scene.issuer.url), "rsa-other", headers={"kid": "rsa"})
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=scene.provider)
    again = {"Url": scene.issuer.url, "ClientIDList": [CLIENT_ID], "ThumbprintList": [theirs]}
    unable = scene.account.user("unable", allow(*EVERY), deny("iam:CreateOpenIDConnectProvider"))
    assert refused(unable, "CreateOpenIDConnectProvider", **again).code == "AccessDenied"
    assert refused(scene.account.sts, ASSUME, **scene.request(role, forged)).code == "InvalidIdentityToken"
    able = scene.account.user("able", allow("iam:CreateOpenIDConnectProvider", resource=scene.provider))
    call(able, "CreateOpenIDConnectProvider", **again)
    assert scene.assume(role, forged)["Provider"] == scene.issuer.url


def test_tags_of_a_provider_open_nothing_by_themselves(own_scene: Scene) -> None:
    role = own_scene.role(own_scene.trusting(Condition={"StringEquals": {"aws:ResourceTag/team": "a"}}))
    able = mallory(own_scene, "iam:TagOpenIDConnectProvider", may=True)
    call(
        able,
        "TagOpenIDConnectProvider",
        OpenIDConnectProviderArn=own_scene.provider,
        Tags=[{"Key": "team", "Value": "a"}],
    )
    assert own_scene.refusal(role).code == "AccessDenied"
