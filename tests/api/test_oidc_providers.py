"""OpenID Connect providers, through boto3: create, update, tags, quotas and delete."""

from datetime import UTC, datetime
from typing import Any

import pytest

from iamd.core.records import OidcProvider
from iamd.store import oidc_providers
from tests import servers
from tests.api.responses import Refused, pages, refused, state
from tests.issuer import Issuer, leaf, server_tls_context, serving, serving_issuer, thumbprint
from tests.servers import Account, Server, allow

URL = "https://idp.example.com"
THUMBPRINT = "a" * 40
TAGS = [{"Key": "team", "Value": "a"}, {"Key": "stage", "Value": "prod"}]


@pytest.fixture
def loopback_account(loopback_server: Server) -> Account:
    """Return an account on the server that may connect to providers on loopback addresses."""
    return servers.create_account(loopback_server)


def create_provider(account: Account, url: str = URL, **params: Any) -> str:
    """Create a provider; return its ARN."""
    request = {"Url": url, "ThumbprintList": [THUMBPRINT], **params}
    return str(account.iam.create_open_id_connect_provider(**request)["OpenIDConnectProviderArn"])


def get_provider(account: Account, arn: str) -> Any:
    return account.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)


def error_of(account: Account, operation: str, **params: Any) -> Refused:
    return refused(account.iam, operation, **params)


# Create.


def test_get_provider_returns_what_create_set(account: Account) -> None:
    response = account.iam.create_open_id_connect_provider(
        Url=f"{URL}/realms/one", ClientIDList=["b", "a"], ThumbprintList=["B" * 40, THUMBPRINT], Tags=TAGS
    )
    arn = f"arn:aws:iam::{account.account_id}:oidc-provider/idp.example.com/realms/one"
    assert response["OpenIDConnectProviderArn"] == arn
    assert response["Tags"] == TAGS
    provider = get_provider(account, arn)
    assert provider["Url"] == "idp.example.com/realms/one"
    assert provider["ClientIDList"] == ["b", "a"]
    assert provider["ThumbprintList"] == ["b" * 40, THUMBPRINT]
    assert abs((provider["CreateDate"] - datetime.now(UTC)).total_seconds()) < 60
    assert sorted(provider["Tags"], key=lambda tag: str(tag["Key"])) == TAGS[::-1]


def test_client_ids_and_tags_are_optional(account: Account) -> None:
    provider = get_provider(account, create_provider(account))
    assert provider["ClientIDList"] == []
    assert "Tags" not in provider


def test_duplicate_client_ids_and_thumbprints_are_removed(account: Account) -> None:
    arn = create_provider(
        account, ClientIDList=["a", "b", "a"], ThumbprintList=[THUMBPRINT, THUMBPRINT.upper()]
    )
    assert get_provider(account, arn)["ClientIDList"] == ["a", "b"]
    assert get_provider(account, arn)["ThumbprintList"] == [THUMBPRINT]


def test_list_providers(account: Account, other_account: Account) -> None:
    create_provider(other_account)
    assert account.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    arns = [create_provider(account, f"https://{host}.example.com") for host in ("b", "a")]
    listed = account.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert [provider["Arn"] for provider in listed] == sorted(arns)
    assert account.iam.get_account_summary()["SummaryMap"]["Providers"] == 2


def test_provider_url_is_unique_per_account(account: Account, other_account: Account) -> None:
    create_provider(account)
    error = error_of(account, "CreateOpenIDConnectProvider", Url=URL, ThumbprintList=[THUMBPRINT])
    assert error == ("EntityAlreadyExists", 409, f"Provider with url {URL} already exists.")
    create_provider(account, f"{URL}/")
    create_provider(other_account)


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
def test_valid_provider_urls(account: Account, url: str) -> None:
    assert get_provider(account, create_provider(account, url))["Url"] == url.removeprefix("https://")


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
def test_invalid_provider_urls_are_rejected(account: Account, url: str) -> None:
    before = state(account)
    for params in ({"ThumbprintList": [THUMBPRINT]}, {}):
        error = error_of(account, "CreateOpenIDConnectProvider", Url=url, **params)
        assert error[:2] == ("InvalidInput", 400)
        assert error.message.startswith("Invalid Open ID Connect Provider URL.")
    assert state(account) == before


@pytest.mark.parametrize(
    "url", ["http://a.example", "HTTPS://a.example", "ftp://a.example", "file:///etc/passwd"]
)
def test_provider_url_must_begin_with_https(account: Account, url: str) -> None:
    error = error_of(account, "CreateOpenIDConnectProvider", Url=url, ThumbprintList=[THUMBPRINT])
    message = "Invalid Open ID Connect Provider URL. The URL must begin with https://."
    assert error == ("InvalidInput", 400, message)


@pytest.mark.parametrize("url", ["a.example", "https://", "https:a.example", "//a.example", "x"])
def test_text_that_is_not_a_url_is_a_validation_error(account: Account, url: str) -> None:
    error = error_of(account, "CreateOpenIDConnectProvider", Url=url, ThumbprintList=[THUMBPRINT])
    assert error == ("ValidationError", 400, "Invalid Open ID Connect Provider URL")


def test_provider_url_is_limited_to_255_characters(account: Account) -> None:
    error = error_of(account, "CreateOpenIDConnectProvider", Url="https://" + "a" * 248)
    assert error[:2] == ("ValidationError", 400)


# Thumbprints fetched from the provider.


def test_missing_thumbprint_is_fetched_from_the_provider(loopback_account: Account) -> None:
    with serving_issuer() as issuer:
        response = loopback_account.iam.create_open_id_connect_provider(Url=issuer.url, ClientIDList=["a"])
        provider = get_provider(loopback_account, response["OpenIDConnectProviderArn"])
        assert provider["ThumbprintList"] == [issuer.thumbprint]
        assert issuer.site.requested_paths == []


def test_thumbprint_of_a_single_certificate_chain_is_of_that_certificate(loopback_account: Account) -> None:
    with serving(server_tls_context(leaf())) as site:
        arn = create_provider(loopback_account, Issuer(site).url, ThumbprintList=[])
        assert get_provider(loopback_account, arn)["ThumbprintList"] == [thumbprint(leaf())]


def test_provider_is_not_contacted_if_the_request_has_a_thumbprint(loopback_account: Account) -> None:
    with serving(None) as site:
        create_provider(loopback_account, Issuer(site).url)
        assert site.connections == 0


def test_unreachable_provider_is_a_communication_error(loopback_account: Account) -> None:
    with serving(None) as site:
        url = Issuer(site).url  # the server is closed when the block ends
    before = state(loopback_account)
    error = error_of(loopback_account, "CreateOpenIDConnectProvider", Url=url)
    assert error == (
        "OpenIdIdpCommunicationError",
        400,
        "The provider's thumbprint cannot be retrieved: 127.0.0.1 cannot be reached.",
    )
    assert state(loopback_account) == before


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "no-such-host.invalid"]
)
def test_private_addresses_are_not_contacted_by_default(account: Account, host: str) -> None:
    error = error_of(account, "CreateOpenIDConnectProvider", Url=f"https://{host}:8443")
    assert error == (
        "OpenIdIdpCommunicationError",
        400,
        f"The provider's thumbprint cannot be retrieved: {host} does not resolve to a public address.",
    )


def test_denied_create_does_not_contact_the_provider(loopback_account: Account) -> None:
    mallory = loopback_account.user("mallory", allow("iam:GetUser"))
    with serving_issuer() as issuer:
        error = refused(mallory, "CreateOpenIDConnectProvider", Url=issuer.url)
        assert error.code == "AccessDenied"
        assert issuer.site.connections == 0


# Update.


def test_update_thumbprint_replaces_the_list(account: Account) -> None:
    arn = create_provider(account)
    account.iam.update_open_id_connect_provider_thumbprint(
        OpenIDConnectProviderArn=arn, ThumbprintList=["C" * 40, "d" * 40]
    )
    assert get_provider(account, arn)["ThumbprintList"] == ["c" * 40, "d" * 40]


def test_add_and_remove_client_ids(account: Account) -> None:
    arn = create_provider(account, ClientIDList=["a"])
    iam = account.iam
    for client_id in ("b", "b", "urn:x/y?z=1&é", "x" * 255):
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client_id)
    assert get_provider(account, arn)["ClientIDList"] == ["a", "b", "urn:x/y?z=1&é", "x" * 255]
    for client_id in ("a", "x" * 255, "missing"):
        iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client_id)
    assert get_provider(account, arn)["ClientIDList"] == ["b", "urn:x/y?z=1&é"]


@pytest.mark.parametrize("client_id", ["a b", " a", "a\n", "a\tb", "a\u00a0b", "a\u2028b", "\x1f", "a\x7f"])
def test_client_id_with_white_space_or_control_characters_is_rejected(
    account: Account, client_id: str
) -> None:
    arn = create_provider(account)
    errors = [
        error_of(
            account,
            "CreateOpenIDConnectProvider",
            Url=f"{URL}/x",
            ClientIDList=[client_id],
            ThumbprintList=[THUMBPRINT],
        ),
        error_of(
            account, "AddClientIDToOpenIDConnectProvider", OpenIDConnectProviderArn=arn, ClientID=client_id
        ),
    ]
    assert {error[:2] for error in errors} == {("InvalidInput", 400)}


@pytest.mark.parametrize("thumbprint", ["g" * 40, "a" * 39 + " ", "é" * 40, "aa:" * 13 + "a"])
def test_thumbprint_must_have_40_hexadecimal_digits(account: Account, thumbprint: str) -> None:
    arn = create_provider(account)
    for operation, params in (
        ("CreateOpenIDConnectProvider", {"Url": f"{URL}/x"}),
        ("UpdateOpenIDConnectProviderThumbprint", {"OpenIDConnectProviderArn": arn}),
    ):
        error = error_of(account, operation, **params, ThumbprintList=[thumbprint])
        assert error == ("InvalidInput", 400, "A thumbprint must have 40 hexadecimal digits.")


# Quotas.


def test_thumbprints_per_provider_quota(account: Account) -> None:
    six = [digit * 40 for digit in "123456"]
    arn = create_provider(account, ThumbprintList=six[:5])
    quota_error = ("InvalidInput", 400, "Thumbprint list must contain fewer than 5 entries.")
    assert error_of(account, "CreateOpenIDConnectProvider", Url=f"{URL}/x", ThumbprintList=six) == quota_error
    params = {"OpenIDConnectProviderArn": arn, "ThumbprintList": six}
    assert error_of(account, "UpdateOpenIDConnectProviderThumbprint", **params) == quota_error


def test_client_ids_per_provider_quota(account: Account) -> None:
    hundred = [f"client-{number}" for number in range(100)]
    arn = create_provider(account, ClientIDList=hundred)
    quota_error = ("LimitExceeded", 409, "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100")
    params = {"OpenIDConnectProviderArn": arn, "ClientID": "one-more"}
    assert error_of(account, "AddClientIDToOpenIDConnectProvider", **params) == quota_error
    account.iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="client-7")
    request = {"Url": f"{URL}/x", "ClientIDList": [*hundred, "x"], "ThumbprintList": [THUMBPRINT]}
    assert error_of(account, "CreateOpenIDConnectProvider", **request) == quota_error


def test_providers_per_account_quota(account: Account) -> None:
    with account.server.store.database.write() as tx:
        for number in range(99):
            url = f"idp-{number}.example.com"
            arn = f"arn:aws:iam::{account.account_id}:oidc-provider/{url}"
            provider = OidcProvider(arn, url, (), (), "2026-11-24T00:00:00Z")
            oidc_providers.add(tx, account.account_id, provider)
    create_provider(account)
    error = error_of(account, "CreateOpenIDConnectProvider", Url=f"{URL}/x", ThumbprintList=[THUMBPRINT])
    assert error == ("LimitExceeded", 409, "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100")
    assert len(account.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]) == 100


# Tags and delete.


def test_tag_untag_and_list_tags_in_pages(account: Account) -> None:
    arn = create_provider(account, Tags=TAGS)
    params, iam = {"OpenIDConnectProviderArn": arn}, account.iam
    iam.tag_open_id_connect_provider(
        **params, Tags=[{"Key": "TEAM", "Value": "b"}, {"Key": "c", "Value": ""}]
    )
    listed = [page["Tags"] for page in pages(iam, "ListOpenIDConnectProviderTags", **params, MaxItems=1)]
    assert [tag["Key"].lower() for (tag,) in listed] == ["c", "stage", "team"]
    assert listed[2][0]["Value"] == "b"
    iam.untag_open_id_connect_provider(**params, TagKeys=["stage", "Team", "none"])
    assert [tag["Key"] for tag in iam.list_open_id_connect_provider_tags(**params)["Tags"]] == ["c"]


def test_tags_per_provider_quota(account: Account) -> None:
    arn = create_provider(account, Tags=[{"Key": f"k{number}", "Value": "v"} for number in range(50)])
    params = {"OpenIDConnectProviderArn": arn, "Tags": [{"Key": "one-more", "Value": "v"}]}
    error = error_of(account, "TagOpenIDConnectProvider", **params)
    assert error == ("LimitExceeded", 409, "Cannot exceed quota for TagsPerOpenIdConnectProvider: 50")


def test_recreated_provider_has_no_tags_or_client_ids_of_the_deleted_one(account: Account) -> None:
    arn = create_provider(account, Tags=TAGS, ClientIDList=["a"])
    account.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert error_of(account, "GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn) == (
        "NoSuchEntity",
        404,
        f"OpenIDConnect Provider not found for arn {arn}",
    )
    assert create_provider(account) == arn
    provider = get_provider(account, arn)
    assert provider["ClientIDList"] == []
    assert "Tags" not in provider


def test_deleting_a_missing_provider_succeeds(account: Account, other_account: Account) -> None:
    other_arn = create_provider(other_account)
    iam = account.iam
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=other_arn)
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=other_arn.replace("idp", "none"))
    assert get_provider(other_account, other_arn)["Url"] == "idp.example.com"


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
def test_provider_of_another_account_is_no_such_entity(
    account: Account, other_account: Account, operation: str, params: dict[str, Any]
) -> None:
    other_arn = create_provider(other_account, ClientIDList=["a"], Tags=TAGS)
    before = state(other_account)
    error = error_of(account, operation, OpenIDConnectProviderArn=other_arn, **params)
    assert error == ("NoSuchEntity", 404, f"OpenIDConnect Provider not found for arn {other_arn}")
    assert state(other_account) == before


def test_resource_tag_conditions_apply_to_providers(account: Account) -> None:
    arn = create_provider(account, Tags=TAGS)
    condition = {"StringEquals": {"aws:ResourceTag/team": "a"}}
    caller = account.user("caller", allow("iam:GetOpenIDConnectProvider", Condition=condition))
    caller.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    account.iam.untag_open_id_connect_provider(OpenIDConnectProviderArn=arn, TagKeys=["team"])
    error = refused(caller, "GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn)
    assert error.code == "AccessDenied"
