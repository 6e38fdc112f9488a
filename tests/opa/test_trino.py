"""What Trino's plugin sends for single operations and for filters in batches."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from iamd.opa import trino
from tests.opa.conftest import TRINO, TRINO_BATCH, Asker
from tests.servers import allow, deny

TABLE = {"catalogName": "hive", "schemaName": "sales", "tableName": "orders"}


def trino_input(user: str, operation: str, **action: Any) -> dict[str, Any]:
    return {
        "context": {
            "identity": {"user": user, "principal": user, "groups": []},
            "softwareStack": {"trinoVersion": "480"},
        },
        "action": {"operation": operation, **action},
    }


def arn(asker: Asker, path: str) -> str:
    return f"arn:aws:trino::{asker.account.account_id}:{path}"


def test_operations_are_actions_on_tables(asker: Asker, create_user: Callable[..., str]) -> None:
    create_user(
        "bob",
        allow("trino:ExecuteQuery"),
        allow("trino:SelectFromColumns", "trino:DropTable", resource=arn(asker, "table/hive/sales/*")),
        deny(
            "trino:SelectFromColumns",
            resource=arn(asker, "table/hive/sales/orders"),
            Condition={"ForAnyValue:StringEquals": {"trino:columns": "price"}},
        ),
    )
    columns = {**TABLE, "columns": ["id", "day"]}
    secret_columns = {**TABLE, "columns": ["id", "price"]}
    other = {**TABLE, "schemaName": "hr"}
    for operation, resource, expected in [
        ("ExecuteQuery", None, True),
        ("DropTable", {"table": TABLE}, True),
        ("DropTable", {"table": other}, False),
        ("SelectFromColumns", {"table": columns}, True),
        ("SelectFromColumns", {"table": secret_columns}, False),
        ("InsertIntoTable", {"table": TABLE}, False),
    ]:
        action = {} if resource is None else {"resource": resource}
        assert asker.result(TRINO, trino_input("bob", operation, **action)) is expected, (operation, resource)


def test_renaming_needs_both_names(asker: Asker, create_user: Callable[..., str]) -> None:
    create_user("bob", allow("trino:RenameTable", resource=arn(asker, "table/hive/sales/*")))
    for schema, expected in {"sales": True, "hr": False}.items():
        target = {"table": {**TABLE, "schemaName": schema, "tableName": "new"}}
        values = trino_input("bob", "RenameTable", resource={"table": TABLE}, targetResource=target)
        assert asker.result(TRINO, values) is expected


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        ({"catalog": {"name": "hive"}}, "catalog/hive"),
        ({"schema": {"catalogName": "hive", "schemaName": "sales"}}, "schema/hive/sales"),
        ({"table": {**TABLE, "columns": ["id"]}}, "table/hive/sales/orders"),
        ({"user": {"user": "carol", "groups": []}}, "user/carol"),
        ({"user": {"user": "carol"}}, "user/carol"),
        ({"systemSessionProperty": {"name": "x"}}, "session-property/x"),
        (
            {"catalogSessionProperty": {"catalogName": "hive", "propertyName": "x"}},
            "catalog-session-property/hive/x",
        ),
        ({"function": {"functionName": "lower"}}, "function/lower"),
        (
            {"function": {"catalogName": "hive", "schemaName": "sales", "functionName": "f"}},
            "function/hive/sales/f",
        ),
    ],
)
def test_kinds_of_resources(resource: dict[str, Any], path: str) -> None:
    values = trino_input("bob", "X", resource=resource)
    ((permission,),) = (question.permissions for question in trino.read(values, "123456789012"))
    assert permission.action == "trino:X"
    assert permission.resource_arn == f"arn:aws:trino::123456789012:{path}"


@pytest.mark.parametrize(
    "action",
    [
        {"operation": "Drop*"},
        {"operation": ""},
        {"operation": "DropTable", "resource": {"view": {"name": "x"}}},
        {"operation": "DropTable", "resource": {"table": TABLE, "catalog": {"name": "x"}}},
        {"operation": "DropTable", "resource": {"table": {**TABLE, "schemaName": ""}}},
        {"operation": "DropTable", "resource": {"table": {**TABLE, "schemaName": "a/b"}}},
        {"operation": "DropTable", "resource": {"table": {**TABLE, "tableName": "a\nb"}}},
        {"operation": "RenameTable", "resource": {"table": TABLE}, "targetResource": {"x": 1}},
    ],
)
def test_what_cannot_be_mapped_is_denied(
    asker: Asker, create_user: Callable[..., str], action: dict[str, Any]
) -> None:
    create_user("bob", allow("*"))
    assert asker.result(TRINO, trino_input("bob", "DropTable", resource={"table": TABLE}))
    assert asker.result(TRINO, {**trino_input("bob", "X"), "action": action}) is False


def test_filter_returns_the_indexes_of_what_is_allowed(asker: Asker, create_user: Callable[..., str]) -> None:
    create_user("bob", allow("trino:FilterTables", resource=arn(asker, "table/hive/*/orders")))
    tables = [{"table": {**TABLE, "tableName": name}} for name in ("a", "orders", "b")]
    tables.append({"table": {**TABLE, "schemaName": "hr"}})
    tables.append({"table": {**TABLE, "schemaName": "a/b"}})
    assert asker.result(TRINO_BATCH, trino_input("bob", "FilterTables", filterResources=tables)) == [1, 3]
    assert asker.result(TRINO_BATCH, trino_input("nobody", "FilterTables", filterResources=tables)) == []
    assert asker.result(TRINO_BATCH, trino_input("bob", "FilterTables", filterResources=[])) == []


def test_filter_of_columns_returns_the_indexes_of_columns(
    asker: Asker, create_user: Callable[..., str]
) -> None:
    not_price = {"ForAllValues:StringNotEquals": {"trino:columns": "price"}}
    create_user("bob", allow("trino:FilterColumns", Condition=not_price))
    table = {"table": {**TABLE, "columns": ["id", "price", "day"]}}
    assert asker.result(TRINO_BATCH, trino_input("bob", "FilterColumns", filterResources=[table])) == [0, 2]


@pytest.mark.parametrize(
    ("name", "action"),
    [
        (TRINO, {"filterResources": []}),
        (TRINO, {"resource": 1}),
        (TRINO, {"resource": {"table": 1}}),
        (TRINO, {"resource": {"table": {**TABLE, "columns": [1]}}}),
        (TRINO_BATCH, {}),
        (TRINO_BATCH, {"filterResources": 1}),
        (TRINO_BATCH, {"filterResources": [1]}),
        (TRINO_BATCH, {"filterResources": [{}] * 10_001}),
    ],
)
def test_malformed_input_is_told(asker: Asker, name: str, action: dict[str, Any]) -> None:
    body = json.dumps({"input": trino_input("bob", "X", **action)}).encode()
    assert asker.query(name, body).status == 400
