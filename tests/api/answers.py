"""Calls by their names on the wire, and what the server said to them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from botocore import xform_name
from botocore.exceptions import ClientError

from iamd.store.query import Query, columns_equal
from iamd.store.schema import access_key_uses, audit_events, metadata, role_uses
from tests.servers import Account

# What reads and refusals leave behind is no change of the account.
_LEFT_BEHIND = (audit_events, access_key_uses, role_uses)
_ROWS = {
    name: Query(sa.select(table).where(columns_equal(table, "account_id")), tuple)
    for name, table in metadata.tables.items()
    if "account_id" in table.c and table not in _LEFT_BEHIND
}


class Refused(NamedTuple):
    """A refusal as a caller sees it."""

    code: str
    status: int
    message: str


def call(client: Any, operation: str, **params: Any) -> Any:
    """Call an operation by its name on the wire."""
    return getattr(client, xform_name(operation))(**params)


def refused(client: Any, operation: str, **params: Any) -> Refused:
    """Call an operation that must be refused; return how."""
    with pytest.raises(ClientError) as caught:
        call(client, operation, **params)
    return refusal(caught.value)


def refusal(error: ClientError) -> Refused:
    answer: Any = error.response
    said = answer["Error"]
    return Refused(said["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], said["Message"])


def allowed(client: Any, operation: str, **params: Any) -> bool:
    """Say whether a caller may do something; any refusal but AccessDenied is a failure of the test."""
    try:
        call(client, operation, **params)
    except ClientError as error:
        said = refusal(error)
    else:
        return True
    assert said[:2] == ("AccessDenied", 403)
    return False


def together(
    client: Any, operation: str, calls: list[dict[str, Any]], *others: Any
) -> tuple[list[Any], list[Refused]]:
    """Make calls all at once, in turn by each client; return what was answered and what was refused."""

    def one(client: Any, params: dict[str, Any]) -> Any:
        try:
            return call(client, operation, **params)
        except ClientError as error:
            return refusal(error)

    with ThreadPoolExecutor(len(calls)) as threads:
        said = list(threads.map(one, cycle((client, *others)), calls))
    return (
        [answer for answer in said if not isinstance(answer, Refused)],
        [answer for answer in said if isinstance(answer, Refused)],
    )


def body(client: Any, operation: str, **params: Any) -> str:
    """Return the XML of a reply as it came over the wire; the client's own decoding hides its form."""
    seen: list[bytes] = []

    def keep(response_dict: dict[str, Any], **_: Any) -> None:
        seen.append(response_dict["body"])

    client.meta.events.register("before-parse.iam", keep)
    try:
        call(client, operation, **params)
    finally:
        client.meta.events.unregister("before-parse.iam", keep)
    return seen[0].decode()


def pages(client: Any, operation: str, **params: Any) -> Iterator[Any]:
    """Walk through all pages of a list."""
    answer = call(client, operation, **params)
    yield answer
    while answer["IsTruncated"]:
        answer = call(client, operation, **params | {"Marker": answer["Marker"]})
        yield answer


def state(account: Account) -> dict[str, list[Any]]:
    """Return every row that the store holds of an account, to see that nothing changed."""
    with account.server.store.database.read() as tx:
        return {name: sorted(rows.all(tx, account_id=account.account_id)) for name, rows in _ROWS.items()}


def set_counter(account: Account, column: str, count: int) -> None:
    """Make the account count so many users, groups or policies as it has not."""
    with account.server.store.database.write() as tx:
        tx.cursor.execute(f"UPDATE accounts SET {column} = {count} WHERE account_id = '{account.account_id}'")
