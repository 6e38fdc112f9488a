"""A real Swift learns from iamd who has signed an S3 request, and whose a token is."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from tests import servers
from tests.forward_auth.conftest import s3_client
from tests.keystone import swift
from tests.keystone.conftest import Asker
from tests.servers import Account, allow
from tests.service_client import create_api_key, send

pytestmark = pytest.mark.integrations

_FILTERS = """
[filter:s3token]
use = egg:swift#s3token
auth_uri = {url}/v3
auth_url = {url}/v3
auth_type = password
user_domain_id = {account_id}
project_domain_id = {account_id}
project_name = {account_id}
username = swift
password = {api_key}
secret_cache_duration = 0
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
www_authenticate_uri = {url}/v3
auth_url = {url}/v3
auth_plugin = password
user_domain_id = {account_id}
project_domain_id = {account_id}
project_name = {account_id}
username = swift
password = {api_key}
delay_auth_decision = True
token_cache_time = -1
"""


class Swift(NamedTuple):
    """A Swift proxy and the account that it asks about."""

    url: str
    account: Account


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swift]:
    """Return a Swift that asks an iamd of its own."""
    swift.require_programs()
    with servers.serving_new_store(tmp_path_factory.mktemp("iamd") / "data") as server:
        account = servers.create_account(server)
        api_key = create_api_key(account, "swift", allow("iamd:AuthorizeRequest"))
        filters = _FILTERS.format(url=server.url, api_key=api_key, account_id=account.account_id)
        with swift.running(tmp_path_factory.mktemp("swift"), filters) as url:
            yield Swift(url, account)


def status_of(function: Any, **params: Any) -> int:
    with pytest.raises(ClientError) as caught:
        function(**params)
    return int(caught.value.response["ResponseMetadata"]["HTTPStatusCode"])


def test_access_key_is_one_of_the_account_s_project(proxy: Swift) -> None:
    key = proxy.account.key_of("alice")
    s3 = s3_client(proxy.url, key)
    s3.create_bucket(Bucket="alice-bucket")
    s3.put_object(Bucket="alice-bucket", Key="ü file+1.txt", Body=b"hello")
    assert s3.get_object(Bucket="alice-bucket", Key="ü file+1.txt")["Body"].read() == b"hello"
    wrong = s3_client(proxy.url, (key[0], "x" * 40))
    assert status_of(wrong.list_buckets) == 403


def test_deleted_access_key_is_dead_at_the_next_request(proxy: Swift) -> None:
    key = proxy.account.key_of("carol")
    s3 = s3_client(proxy.url, key)
    s3.list_buckets()
    proxy.account.iam.delete_access_key(UserName="carol", AccessKeyId=key[0])
    assert status_of(s3.list_buckets) == 403


def test_token_of_an_api_key_opens_swift_itself(proxy: Swift) -> None:
    account = proxy.account
    dora = Asker(account, "dora", create_api_key(account, "dora"))
    swift_account = account._replace(server=account.server._replace(url=proxy.url))
    path = f"/v1/AUTH_{account.account_id}"
    for token, status in {dora.token(): 200, "nonsense": 401}.items():
        response = send(swift_account, "GET", f"{path}?format=json", None, {"X-Auth-Token": token})
        assert response.status == status
    (credential,) = account.iam.list_service_specific_credentials(UserName="dora")[
        "ServiceSpecificCredentials"
    ]
    token = dora.token()
    account.iam.delete_service_specific_credential(
        UserName="dora", ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"]
    )
    assert send(swift_account, "GET", path, None, {"X-Auth-Token": token}).status == 401
