"""What Trino's Open Policy Agent plugin asks: operations on catalogs, schemas, tables, functions and users.

The operation `DropTable` is the action `trino:DropTable`, and the table a resource of the account:
`arn:aws:trino::ACCOUNT:table/CATALOG/SCHEMA/TABLE`. Source: plugin/trino-opa of trino.
"""

import re
from typing import Any

from iamd.core.errors import MalformedInput
from iamd.opa.question import Question, ask, read_object, read_text
from iamd.services.service_request import RequiredPermission, UnmappedRequest
from iamd.wire.json_body import Json

MAX_RESOURCES = 10_000
_MAX_COLUMNS = 5_000
_OPERATION = re.compile(r"[A-Za-z]{1,64}", re.ASCII)
_NAME = re.compile(r"[^/\x00-\x1f\x7f]+")
_FILTER_COLUMNS = "FilterColumns"
# The members of a resource that name it, in order.
_NAMES: dict[str, tuple[str, ...]] = {
    "catalog": ("name",),
    "catalogSessionProperty": ("catalogName", "propertyName"),
    "column": ("catalogName", "schemaName", "tableName", "columnName"),
    "function": ("catalogName", "schemaName", "functionName"),
    "schema": ("catalogName", "schemaName"),
    "systemSessionProperty": ("name",),
    "table": ("catalogName", "schemaName", "tableName"),
    "user": ("user",),
}
_TYPES = {"catalogSessionProperty": "catalog-session-property", "systemSessionProperty": "session-property"}
_COLUMNS_KEY, _GRANTEE_KEY = "trino:columns", "trino:grantee"


def read(values: Json, account_id: str) -> list[Question]:
    """Return the question of an input about one operation."""
    action = read_object(values, "action")
    if "filterResources" in action:
        raise MalformedInput("input: filterResources belong to the URI opa.policy.batched-uri.")
    resources = [read_object(action, "resource")]
    if action.get("targetResource") is not None:  # of a renaming
        resources.append(read_object(action, "targetResource"))
    return [_question(values, resources, account_id)]


def read_filter(values: Json, account_id: str) -> list[Question]:
    """Return a question for each resource to filter; for the columns of a table, one for each column."""
    action = read_object(values, "action")
    resources = action.get("filterResources")
    if not isinstance(resources, list) or len(resources) > MAX_RESOURCES:
        raise MalformedInput(f"input: filterResources must be a list of {MAX_RESOURCES} resources at most.")
    if read_text(action, "operation") == _FILTER_COLUMNS:
        resources = _split_columns(resources)
    return [_question(values, [resource], account_id) for resource in resources]


def _split_columns(resources: list[Any]) -> list[Json]:
    """Return the table once for each of its columns: Trino wants the columns of one table back."""
    if len(resources) != 1 or not isinstance(resources[0], dict):
        raise MalformedInput("input: FilterColumns must have one table.")
    table = read_object(resources[0], "table")
    return [{"table": {**table, "columns": [column]}} for column in _columns(table)]


def _question(values: Json, resources: list[Any], account_id: str) -> Question:
    user = read_text(read_object(read_object(values, "context"), "identity"), "user")
    action = read_object(values, "action")
    return ask(
        user, account_id, lambda: [_permission(action, resource, account_id) for resource in resources]
    )


def _permission(action: Json, resource: Any, account_id: str) -> RequiredPermission:
    operation = read_text(action, "operation")
    if not _OPERATION.fullmatch(operation):
        raise UnmappedRequest("The operation is not one of Trino's.")
    if not isinstance(resource, dict):
        raise MalformedInput("input: a resource must be an object.")
    keys: dict[str, str | tuple[str, ...]] = {}
    columns = _columns(read_object(resource, "table"))
    if columns:
        keys[_COLUMNS_KEY] = columns
    grantee = read_text(read_object(action, "grantee"), "name")
    if grantee:
        keys[_GRANTEE_KEY] = grantee
    return RequiredPermission(f"trino:{operation}", _arn(resource, account_id), keys)


def _arn(resource: Json, account_id: str) -> str:
    """Return the ARN of a resource; `*` without one, as for ExecuteQuery."""
    kinds = [kind for kind in _NAMES if resource.get(kind) is not None]
    if not kinds and not resource:
        return "*"
    if len(kinds) != 1:
        raise UnmappedRequest("It is not known what kind of resource this is.")
    kind = kinds[0]
    names = [read_text(read_object(resource, kind), name) for name in _NAMES[kind]]
    if kind == "function" and names[:2] == ["", ""]:  # a built-in function
        names = names[2:]
    if not all(_NAME.fullmatch(name) for name in names):
        raise UnmappedRequest("A name is missing, or has a slash or a control character.")
    return f"arn:aws:trino::{account_id}:{_TYPES.get(kind, kind)}/{'/'.join(names)}"


def _columns(table: Json) -> tuple[str, ...]:
    columns = table.get("columns")
    if columns is None:
        return ()
    is_list = isinstance(columns, list) and len(columns) <= _MAX_COLUMNS
    if not is_list or not all(isinstance(column, str) for column in columns):
        raise MalformedInput(f"input: columns must be a list of {_MAX_COLUMNS} names at most.")
    return tuple(columns)
