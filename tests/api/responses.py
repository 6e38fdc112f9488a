"""Helpers that call operations by their wire names and return responses, errors and pages."""

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

# Reads and refused calls write to these tables too, so they are not part of an account's state.
_LOG_TABLES = (audit_events, access_key_uses, role_uses)
_ACCOUNT_ROWS = {
    name: Query(sa.select(table).where(columns_equal(table, "account_id")), tuple)
    for name, table in metadata.tables.items()
    if "account_id" in table.c and table not in _LOG_TABLES
}


class Refused(NamedTuple):
    """An error response: its code, HTTP status and message."""

    code: str
    status: int
    message: str


def call(client: Any, operation: str, **params: Any) -> Any:
    """Call an operation by its wire name."""
    return getattr(client, xform_name(operation))(**params)


def refused(client: Any, operation: str, **params: Any) -> Refused:
    """Call an operation that must be refused; return the error."""
    with pytest.raises(ClientError) as raised:
        call(client, operation, **params)
    return refusal(raised.value)


def refusal(error: ClientError) -> Refused:
    response: Any = error.response
    details = response["Error"]
    return Refused(details["Code"], response["ResponseMetadata"]["HTTPStatusCode"], details["Message"])


def allowed(client: Any, operation: str, **params: Any) -> bool:
    """Return whether a call is allowed; any error but AccessDenied fails the test."""
    try:
        call(client, operation, **params)
    except ClientError as error:
        denial = refusal(error)
    else:
        return True
    assert denial[:2] == ("AccessDenied", 403)
    return False


def together(
    client: Any, operation: str, calls: list[dict[str, Any]], *others: Any
) -> tuple[list[Any], list[Refused]]:
    """Make calls concurrently, round-robin over the clients; return the responses and the errors."""

    def call_or_error(client: Any, params: dict[str, Any]) -> Any:
        try:
            return call(client, operation, **params)
        except ClientError as error:
            return refusal(error)

    with ThreadPoolExecutor(len(calls)) as threads:
        results = list(threads.map(call_or_error, cycle((client, *others)), calls))
    return (
        [result for result in results if not isinstance(result, Refused)],
        [result for result in results if isinstance(result, Refused)],
    )


def body(client: Any, operation: str, **params: Any) -> str:
    """Return the XML of a response as it came over the wire, before boto3 decodes it."""
    bodies: list[bytes] = []

    def save_body(response_dict: dict[str, Any], **_: Any) -> None:
        bodies.append(response_dict["body"])

    client.meta.events.register("before-parse.iam", save_body)
    try:
        call(client, operation, **params)
    finally:
        client.meta.events.unregister("before-parse.iam", save_body)
    return bodies[0].decode()


def pages(client: Any, operation: str, **params: Any) -> Iterator[Any]:
    """Yield all pages of a list operation."""
    page = call(client, operation, **params)
    yield page
    while page["IsTruncated"]:
        page = call(client, operation, **params | {"Marker": page["Marker"]})
        yield page


def state(account: Account) -> dict[str, list[Any]]:
    """Return every stored row of an account, to assert that nothing changed."""
    with account.server.store.database.read() as tx:
        return {
            name: sorted(rows.all(tx, account_id=account.account_id)) for name, rows in _ACCOUNT_ROWS.items()
        }


def set_counter(account: Account, column: str, count: int) -> None:
    """Set a quota counter of the account, such as `users`, without creating the entities."""
    with account.server.store.database.write() as tx:
        tx.cursor.execute(f"UPDATE accounts SET {column} = {count} WHERE account_id = '{account.account_id}'")
