"""Two nodes: what is revoked on one counts at the next request for whoever asks the other."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests import servers
from tests.authzen.conftest import Service, evaluation
from tests.forward_auth.proxy import Proxy
from tests.forward_auth.s3_signing import Key, S3Request
from tests.keystone.conftest import Asker as KeystoneAsker
from tests.keystone.conftest import credentials
from tests.opa.conftest import MINIO
from tests.opa.conftest import Asker as OpaAsker
from tests.opa.test_minio import minio_input
from tests.servers import Account, allow, deny, document
from tests.service_client import create_api_key

LIBRARY = "service: library\nhosts: [localhost]\nroutes: [{request: GET /books, action: ListBooks}]\n"
BODY = b'{"QueueUrl": "http://localhost/123456789012/orders", "MessageBody": "x"}'


class OtherNode(NamedTuple):
    """The account on the other node, bob's access key, and the API key of whoever asks."""

    account: Account
    key: Key
    api_key: str

    def service(self) -> bool:
        """Ask by forward authorization, about a request to a service of one's own."""
        return self._forward("library", "GET", "/books", b"", {})

    def emulator(self) -> bool:
        """Ask by forward authorization, about a request to SQS."""
        headers = {"X-Amz-Target": "AmazonSQS.SendMessage", "Content-Type": "application/x-amz-json-1.0"}
        return self._forward("sqs", "POST", "/", BODY.replace(b"123456789012", self._account_id), headers)

    def authzen(self) -> bool:
        """Ask about bob by AuthZEN."""
        response = Service(self.account, self.api_key).evaluate(evaluation("bob", "read", "1"))
        return response.status == 200 and bool(response.body["decision"])

    def opa(self) -> bool:
        """Ask about bob as of an Open Policy Agent."""
        body = json.dumps({"input": minio_input("bob")}).encode()
        authorization = f"Bearer {self.api_key}"
        response = OpaAsker(self.account, self.api_key).query(MINIO, body, Authorization=authorization)
        return response.status == 200 and response.body == {"result": True}

    def keystone(self) -> bool:
        """Ask who has signed a request."""
        asker = KeystoneAsker(self.account, "asker", self.api_key)
        login = asker.log_in()
        if login.status != 201:
            return False
        return (
            asker.s3tokens(credentials((self.key[0], self.key[1])), login.headers["x-subject-token"]).status
            == 200
        )

    @property
    def _account_id(self) -> bytes:
        return self.account.account_id.encode()

    def _forward(self, service: str, method: str, target: str, body: bytes, headers: dict[str, str]) -> bool:
        request = AWSRequest(method, f"http://localhost{target}", {"Host": "localhost", **headers}, body)
        SigV4Auth(Credentials(*self.key), service, "us-east-1").add_auth(request)
        signed = {name.lower(): value for name, value in request.headers.items()}
        proxy = Proxy(self.account, self.api_key)
        path = "/forward-auth/aws/with-body" if body else f"/forward-auth/{service}"
        return (
            proxy.ask(path, proxy.headers(S3Request(method, target, signed)), method, body or None).status
            == 200
        )


DOORS: dict[str, Callable[[OtherNode], bool]] = {
    "a service of one's own": OtherNode.service,
    "an emulator": OtherNode.emulator,
    "AuthZEN": OtherNode.authzen,
    "Open Policy Agent": OtherNode.opa,
    "Keystone": OtherNode.keystone,
}


def revoke_permission(iam: Any, _: Key) -> None:
    iam.put_user_policy(UserName="bob", PolicyName="deny", PolicyDocument=document(deny("*")))


def deactivate_access_key(iam: Any, key: Key) -> None:
    iam.update_access_key(UserName="bob", AccessKeyId=key.access_key_id, Status="Inactive")


def reset_api_key(iam: Any, _: Key) -> None:
    (credential,) = iam.list_service_specific_credentials(UserName="asker")["ServiceSpecificCredentials"]
    iam.reset_service_specific_credential(
        UserName="asker", ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"]
    )


def forbid_to_ask(iam: Any, _: Key) -> None:
    iam.put_user_policy(UserName="asker", PolicyName="deny", PolicyDocument=document(deny("iamd:*")))


# By AuthZEN and as of a policy agent, the service names bob; by Keystone, it learns who bob is, no more.
WITHOUT_EFFECT: dict[Callable[[Any, Key], None], tuple[str, ...]] = {
    deactivate_access_key: ("AuthZEN", "Open Policy Agent"),
    revoke_permission: ("Keystone",),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("revoke", [revoke_permission, deactivate_access_key, reset_api_key, forbid_to_ask])
def test_revocation_on_one_node_counts_on_the_other(
    account: Account, tmp_path: Path, revoke: Callable[[Any, Key], None]
) -> None:
    (tmp_path / "library.yaml").write_text(LIBRARY)
    bob = allow("library:*", "sqs:*", "record:*", "s3:*")
    key = Key(*account.key_of("bob", bob))
    api_key = create_api_key(account, "asker", allow("iamd:AuthorizeRequest", "iamd:EvaluateAccess"))
    store, arguments = account.server.store, account.server.arguments
    with servers.serving(store, *arguments, IAMD_SERVICES=str(tmp_path / "library.yaml")) as server:
        node = OtherNode(account._replace(server=server), key, api_key)
        assert {name: door(node) for name, door in DOORS.items()} == dict.fromkeys(DOORS, True)
        revoke(account.iam, key)
        expected = {name: name in WITHOUT_EFFECT.get(revoke, ()) for name in DOORS}
        assert {name: door(node) for name, door in DOORS.items()} == expected
