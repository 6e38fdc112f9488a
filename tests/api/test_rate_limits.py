"""The setting IAMD_RATE_LIMIT: calls count for their caller, failed ones for the client address."""

from tests import servers
from tests.api.responses import refused
from tests.servers import Account, Server, client


def test_bad_signatures_are_limited_and_do_not_count_for_the_owner(server: Server, account: Account) -> None:
    key_id = account.access_key_id
    with servers.serving(server.store, *server.arguments, IAMD_RATE_LIMIT="1") as limited:
        bad = client(limited.url, "iam", (key_id, "x" * 40))
        codes = [refused(bad, "ListUsers").code for _ in range(4)]
        assert codes[:2] == ["SignatureDoesNotMatch"] * 2
        assert codes[2:] == ["Throttling"] * 2
        unknown = client(limited.url, "iam", ("AKIAAAAAAAAAAAAAAAAA", "x" * 40))
        assert refused(unknown, "ListUsers").code == "Throttling"
        owner = client(limited.url, "iam", (key_id, account.secret_access_key))
        owner.list_users()
        owner.list_users()
        assert refused(owner, "ListUsers")[:2] == ("Throttling", 400)
