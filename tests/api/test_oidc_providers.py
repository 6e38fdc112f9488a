"""OpenID Connect providers: made, shown, changed and deleted."""

from datetime import UTC, datetime
from typing import Any

import pytest

from iamd.core.records import OidcProvider
from iamd.store import oidc_providers
from tests import servers
from tests.api.answers import Refused, pages, refused, state
from tests.issuer import Issuer, leaf, server_tls_context, serving, serving_issuer, thumbprint
from tests.servers import Account, Server, allow

URL = "https://idp.example.com"
THUMBPRINT = "a" * 40
TAGS = [{"Key": "team", "Value": "a"}, {"Key": "stage", "Value": "prod"}]


@pytest.fixture
def asking(asking_server: Server) -> Account:
    """Return an account on the server that may ask this machine."""
    return servers.found(asking_server)


def make(account: Account, url: str = URL, **more: Any) -> str:
    """Make a provider; return its ARN."""
    wanted = {"Url": url, "ThumbprintList": [THUMBPRINT], **more}
    return str(account.iam.create_open_id_connect_provider(**wanted)["OpenIDConnectProviderArn"])


def shown(account: Account, arn: str) -> Any:
    return account.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)


def refusal(account: Account, operation: str, **params: Any) -> Refused:
    return refused(account.iam, operation, **params)


# Making one.


def test_a_provider_is_shown_as_it_was_made(account: Account) -> None:
    reply = account.iam.create_open_id_connect_provider(
        Url=f"{URL}/realms/one", ClientIDList=["b", "a"], ThumbprintList=["B" * 40, THUMBPRINT], Tags=TAGS
    )
    arn = f"arn:aws:iam::{account.account_id}:oidc-provider/idp.example.com/realms/one"
    assert reply["OpenIDConnectProviderArn"] == arn
    assert reply["Tags"] == TAGS
    seen = shown(account, arn)
    assert seen["Url"] == "idp.example.com/realms/one"
    assert seen["ClientIDList"] == ["b", "a"]
    assert seen["ThumbprintList"] == ["b" * 40, THUMBPRINT]
    assert abs((seen["CreateDate"] - datetime.now(UTC)).total_seconds()) < 60
    assert sorted(seen["Tags"], key=lambda tag: str(tag["Key"])) == TAGS[::-1]


def test_a_provider_may_have_little(account: Account) -> None:
    seen = shown(account, make(account))
    assert seen["ClientIDList"] == []
    assert "Tags" not in seen


def test_what_is_said_twice_is_kept_once(account: Account) -> None:
    arn = make(account, ClientIDList=["a", "b", "a"], ThumbprintList=[THUMBPRINT, THUMBPRINT.upper()])
    assert shown(account, arn)["ClientIDList"] == ["a", "b"]
    assert shown(account, arn)["ThumbprintList"] == [THUMBPRINT]


def test_providers_are_listed(account: Account, other_account: Account) -> None:
    make(other_account)
    assert account.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    arns = [make(account, f"https://{host}.example.com") for host in ("b", "a")]
    listed = account.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert [provider["Arn"] for provider in listed] == sorted(arns)
    assert account.iam.get_account_summary()["SummaryMap"]["Providers"] == 2


def test_a_provider_is_there_once(account: Account, other_account: Account) -> None:
    make(account)
    said = refusal(account, "CreateOpenIDConnectProvider", Url=URL, ThumbprintList=[THUMBPRINT])
    assert said == ("EntityAlreadyExists", 409, f"Provider with url {URL} already exists.")
    make(account, f"{URL}/")
    make(other_account)


@pytest.mark.parametrize(
    "url",
    [
        "https://a",
        "https://a.example",
        "https://a.example.",
        "https://a.example/",
        "https://a.example//",
        "https://a.example/x/../y",
        "https://a.example/x%20y",
        "https://a.example:8443",
        "https://a.example:65535/x",
        "https://10.0.0.1",
        "https://" + "a" * 247,
    ],
)
def test_urls_that_may_be_issuers(account: Account, url: str) -> None:
    assert shown(account, make(account, url))["Url"] == url.removeprefix("https://")


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example?x=1",
        "https://a.example/?x=1",
        "https://a.example#x",
        "https://a.example:0",
        "https://a.example:65536",
        "https://a.example:99999/x",
        "https://a.example:123456",
        "https://a.example:",
        "https://a.example:x",
        "https://user@a.example",
        "https://user:secret@a.example",
        "https://@a.example",
        "https:///x",
        "https://.a",
        "https://a..b",
        "https://a_b.example",
        "https://[::1]",
        "https://[::1",
        "https://a b.example",
        "https://a.example/a b",
        " https://a.example",
        "https://a.example ",
        "https://a.example\r\nX-Evil: 1",
        "https://a.example\n",
        "https://a\n.example",
        "https://a.example/\t",
        "https://a.example/\x7f",
        "https://é.example",
        "https://a.example/é",
        "https://a.example/<b>",
        'https://a.example/"',
        "https://a.example\\x",
        "https://https://a.example",
        "https://*.example",
    ],
)
def test_urls_that_cannot_be_issuers(account: Account, url: str) -> None:
    before = state(account)
    for more in ({"ThumbprintList": [THUMBPRINT]}, {}):
        said = refusal(account, "CreateOpenIDConnectProvider", Url=url, **more)
        assert said[:2] == ("InvalidInput", 400)
        assert said.message.startswith("Invalid Open ID Connect Provider URL.")
    assert state(account) == before


@pytest.mark.parametrize(
    "url", ["http://a.example", "HTTPS://a.example", "ftp://a.example", "file:///etc/passwd"]
)
def test_a_url_begins_with_https(account: Account, url: str) -> None:
    said = refusal(account, "CreateOpenIDConnectProvider", Url=url, ThumbprintList=[THUMBPRINT])
    sentence = "Invalid Open ID Connect Provider URL. The URL must begin with https://."
    assert said == ("InvalidInput", 400, sentence)


@pytest.mark.parametrize("url", ["a.example", "https://", "https:a.example", "//a.example", "x"])
def test_what_is_no_url_is_called_so(account: Account, url: str) -> None:
    said = refusal(account, "CreateOpenIDConnectProvider", Url=url, ThumbprintList=[THUMBPRINT])
    assert said == ("ValidationError", 400, "Invalid Open ID Connect Provider URL")


def test_a_url_has_255_characters_at_most(account: Account) -> None:
    said = refusal(account, "CreateOpenIDConnectProvider", Url="https://" + "a" * 248)
    assert said[:2] == ("ValidationError", 400)


# The thumbprint of whoever answers.


def test_a_thumbprint_that_is_not_given_is_found_out(asking: Account) -> None:
    with serving_issuer() as issuer:
        reply = asking.iam.create_open_id_connect_provider(Url=issuer.url, ClientIDList=["a"])
        seen = shown(asking, reply["OpenIDConnectProviderArn"])
        assert seen["ThumbprintList"] == [issuer.thumbprint]
        assert issuer.site.requested_paths == []


def test_of_a_server_with_one_certificate_it_is_that_one(asking: Account) -> None:
    with serving(server_tls_context(leaf())) as site:
        arn = make(asking, Issuer(site).url, ThumbprintList=[])
        assert shown(asking, arn)["ThumbprintList"] == [thumbprint(leaf())]


def test_nobody_is_asked_where_it_is_given(asking: Account) -> None:
    with serving(None) as site:
        make(asking, Issuer(site).url)


def test_a_server_that_cannot_be_asked_has_none(asking: Account) -> None:
    with serving(None) as site:
        gone = Issuer(site).url
    before = state(asking)
    said = refusal(asking, "CreateOpenIDConnectProvider", Url=gone)
    assert said == (
        "OpenIdIdpCommunicationError",
        400,
        "The provider's thumbprint cannot be retrieved: 127.0.0.1 cannot be reached.",
    )
    assert state(asking) == before


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "no-such-host.invalid"]
)
def test_by_default_no_private_server_is_asked(account: Account, host: str) -> None:
    said = refusal(account, "CreateOpenIDConnectProvider", Url=f"https://{host}:8443")
    assert said == (
        "OpenIdIdpCommunicationError",
        400,
        f"The provider's thumbprint cannot be retrieved: {host} does not resolve to a public address.",
    )


def test_who_may_not_make_a_provider_has_nobody_asked(asking: Account) -> None:
    mallory = asking.user("mallory", allow("iam:GetUser"))
    with serving_issuer() as issuer:
        said = refused(mallory, "CreateOpenIDConnectProvider", Url=issuer.url)
        assert said.code == "AccessDenied"
        assert issuer.site.connections == 0


# Changing one.


def test_thumbprints_are_replaced(account: Account) -> None:
    arn = make(account)
    account.iam.update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=arn, ThumbprintList=["C" * 40, "d" * 40]
    )
    assert shown(account, arn)["ThumbprintList"] == ["c" * 40, "d" * 40]


def test_client_ids_are_added_and_removed(account: Account) -> None:
    arn = make(account, ClientIDList=["a"])
    iam = account.iam
    for client_id in ("b", "b", "urn:x/y?z=1&é", "x" * 255):
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client_id)
    assert shown(account, arn)["ClientIDList"] == ["a", "b", "urn:x/y?z=1&é", "x" * 255]
    for client_id in ("a", "x" * 255, "never-there"):
        iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client_id)
    assert shown(account, arn)["ClientIDList"] == ["b", "urn:x/y?z=1&é"]


@pytest.mark.parametrize("client_id", ["a b", " a", "a\n", "a\tb", "a\u00a0b", "a\u2028b", "\x1f", "a\x7f"])
def test_a_client_id_has_no_white_space(account: Account, client_id: str) -> None:
    arn = make(account)
    refusals = [
        refusal(
            account,
            "CreateOpenIDConnectProvider",
            Url=f"{URL}/x",
            ClientIDList=[client_id],
            ThumbprintList=[THUMBPRINT],
        ),
        refusal(
            account, "AddClientIDToOpenIDConnectProvider", OpenIDConnectProviderArn=arn, ClientID=client_id
        ),
    ]
    assert {said[:2] for said in refusals} == {("InvalidInput", 400)}


@pytest.mark.parametrize("wrong", ["g" * 40, "a" * 39 + " ", "é" * 40, "aa:" * 13 + "a"])
def test_a_thumbprint_has_forty_hexadecimal_digits(account: Account, wrong: str) -> None:
    arn = make(account)
    for operation, params in (
        ("CreateOpenIDConnectProvider", {"Url": f"{URL}/x"}),
        ("UpdateOpenIDConnectProviderThumbprint", {"OpenIDConnectProviderArn": arn}),
    ):
        said = refusal(account, operation, **params, ThumbprintList=[wrong])
        assert said == ("InvalidInput", 400, "A thumbprint must have 40 hexadecimal digits.")


# Quotas.


def test_a_provider_has_five_thumbprints_at_most(account: Account) -> None:
    six = [digit * 40 for digit in "123456"]
    arn = make(account, ThumbprintList=six[:5])
    too_many = ("InvalidInput", 400, "Thumbprint list must contain fewer than 5 entries.")
    assert refusal(account, "CreateOpenIDConnectProvider", Url=f"{URL}/x", ThumbprintList=six) == too_many
    wanted = {"OpenIDConnectProviderArn": arn, "ThumbprintList": six}
    assert refusal(account, "UpdateOpenIDConnectProviderThumbprint", **wanted) == too_many


def test_a_provider_has_a_hundred_client_ids_at_most(account: Account) -> None:
    hundred = [f"client-{number}" for number in range(100)]
    arn = make(account, ClientIDList=hundred)
    too_many = ("LimitExceeded", 409, "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100")
    more = {"OpenIDConnectProviderArn": arn, "ClientID": "one-more"}
    assert refusal(account, "AddClientIDToOpenIDConnectProvider", **more) == too_many
    account.iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="client-7")
    wanted = {"Url": f"{URL}/x", "ClientIDList": [*hundred, "x"], "ThumbprintList": [THUMBPRINT]}
    assert refusal(account, "CreateOpenIDConnectProvider", **wanted) == too_many


def test_an_account_has_a_hundred_providers_at_most(account: Account) -> None:
    with account.server.store.database.write() as tx:
        for number in range(99):
            url = f"idp-{number}.example.com"
            arn = f"arn:aws:iam::{account.account_id}:oidc-provider/{url}"
            made = OidcProvider(arn, url, (), (), "2026-11-24T00:00:00Z")
            oidc_providers.add(tx, account.account_id, made)
    make(account)
    said = refusal(account, "CreateOpenIDConnectProvider", Url=f"{URL}/x", ThumbprintList=[THUMBPRINT])
    assert said == ("LimitExceeded", 409, "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100")
    assert len(account.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]) == 100


# Tags, and the end.


def test_tags_are_added_replaced_removed_and_listed_in_pages(account: Account) -> None:
    arn = make(account, Tags=TAGS)
    named, iam = {"OpenIDConnectProviderArn": arn}, account.iam
    iam.tag_open_id_connect_provider(**named, Tags=[{"Key": "TEAM", "Value": "b"}, {"Key": "c", "Value": ""}])
    listed = [page["Tags"] for page in pages(iam, "ListOpenIDConnectProviderTags", **named, MaxItems=1)]
    assert [tag["Key"].lower() for (tag,) in listed] == ["c", "stage", "team"]
    assert listed[2][0]["Value"] == "b"
    iam.untag_open_id_connect_provider(**named, TagKeys=["stage", "Team", "none"])
    assert [tag["Key"] for tag in iam.list_open_id_connect_provider_tags(**named)["Tags"]] == ["c"]


def test_a_provider_has_fifty_tags_at_most(account: Account) -> None:
    arn = make(account, Tags=[{"Key": f"k{number}", "Value": "v"} for number in range(50)])
    more = {"OpenIDConnectProviderArn": arn, "Tags": [{"Key": "one-more", "Value": "v"}]}
    said = refusal(account, "TagOpenIDConnectProvider", **more)
    assert said == ("LimitExceeded", 409, "Cannot exceed quota for TagsPerOpenIdConnectProvider: 50")


def test_what_is_deleted_leaves_nothing_to_its_namesake(account: Account) -> None:
    arn = make(account, Tags=TAGS, ClientIDList=["a"])
    account.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert refusal(account, "GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn) == (
        "NoSuchEntity",
        404,
        f"OpenIDConnect Provider not found for arn {arn}",
    )
    assert make(account) == arn
    seen = shown(account, arn)
    assert seen["ClientIDList"] == []
    assert "Tags" not in seen


def test_what_is_not_there_is_deleted_already(account: Account, other_account: Account) -> None:
    theirs = make(other_account)
    iam = account.iam
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=theirs)
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=theirs.replace("idp", "none"))
    assert shown(other_account, theirs)["Url"] == "idp.example.com"


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("GetOpenIDConnectProvider", {}),
        ("AddClientIDToOpenIDConnectProvider", {"ClientID": "a"}),
        ("RemoveClientIDFromOpenIDConnectProvider", {"ClientID": "a"}),
        ("UpdateOpenIDConnectProviderThumbprint", {"ThumbprintList": [THUMBPRINT]}),
        ("TagOpenIDConnectProvider", {"Tags": TAGS}),
        ("UntagOpenIDConnectProvider", {"TagKeys": ["team"]}),
        ("ListOpenIDConnectProviderTags", {}),
    ],
)
def test_a_provider_of_another_account_is_not_there(
    account: Account, other_account: Account, operation: str, params: dict[str, Any]
) -> None:
    theirs = make(other_account, ClientIDList=["a"], Tags=TAGS)
    before = state(other_account)
    said = refusal(account, operation, OpenIDConnectProviderArn=theirs, **params)
    assert said == ("NoSuchEntity", 404, f"OpenIDConnect Provider not found for arn {theirs}")
    assert state(other_account) == before


def test_conditions_on_a_providers_tags_decide(account: Account) -> None:
    arn = make(account, Tags=TAGS)
    of_team = {"StringEquals": {"aws:ResourceTag/team": "a"}}
    caller = account.user("caller", allow("iam:GetOpenIDConnectProvider", Condition=of_team))
    caller.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    account.iam.untag_open_id_connect_provider(OpenIDConnectProviderArn=arn, TagKeys=["team"])
    said = refused(caller, "GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn)
    assert said.code == "AccessDenied"
