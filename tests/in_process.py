"""Operations called in this process as the root user, to set up what a test needs.

A call over HTTP costs milliseconds, most of them in the client. Here it is a function call on the store.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any

from iamd.core import arns, clock, ids
from iamd.core.clock_steps import ClockSteps
from iamd.core.models import Shape, require_shape
from iamd.crypto.password_blocklist import PasswordBlocklist
from iamd.datastore import Store
from iamd.federation.jwks_cache import JwksCache
from iamd.framework.call import Call, Caller, Dependencies
from iamd.framework.operation import Operation
from iamd.operations import OPERATIONS
from iamd.policy import Principal, PrincipalKind
from iamd.store import accounts
from tests import cheap_hashes

_hasher = cache(cheap_hashes.hasher)


class RootClient:
    """Has the methods of a boto3 client; each invokes its operation in one transaction."""

    def __init__(self, dependencies: Dependencies, call: Call, service: str) -> None:
        self._dependencies = dependencies
        self._call = call
        self._operations = {item.model.function: item for item in OPERATIONS[service].values()}

    def __getattr__(self, function: str) -> Callable[..., Any]:
        return partial(_invoke, self._dependencies, self._call, self._operations[function])


@contextlib.contextmanager
def root_client(store: Store, account_id: str, service: str = "iam") -> Iterator[RootClient]:
    """Yield a client of an account's root user; its changes are committed when the block ends."""
    now = clock.now()
    with store.database.write() as tx:
        accounts.lock(tx, account_id)
        account = accounts.find(tx, account_id)
        assert account is not None
        root = Principal(PrincipalKind.ROOT, arns.root(account_id), account_id, account_id)
        caller = Caller(root, account_id, account_id, "", None, ())
        data_key = store.vault.data_key(account_id, account.data_key)
        dependencies = Dependencies(
            store.database, _hasher(), PasswordBlocklist(), JwksCache(), ClockSteps(), allow_root_keys=True
        )
        call = Call(tx, caller, data_key, clock.iso(now), int(now.timestamp()))
        yield RootClient(dependencies, call, service)
        accounts.set_revision(tx, account_id, ids.revision())


def _invoke(dependencies: Dependencies, call: Call, operation: Operation, **members: Any) -> Any:
    params = _to_params(operation.model.input, members)
    target = operation.target_finder.find(call, params)
    if target.not_found is not None:
        raise target.not_found
    if operation.prepare is not None:
        params = operation.prepare(dependencies, call, target.record, params)
    result = operation.invoke(call, target, params)
    return {} if operation.model.output is None else _to_members(operation.model.output, result or {})


def _to_params(shape: Shape, value: Any) -> Any:
    """Convert parameters as boto3 takes them to the members' Python names."""
    if shape.type == "structure":
        return {
            member.attr: _to_params(member.shape, value[member.name])
            for member in shape.members
            if member.name in value
        }
    if shape.type == "list":
        return [_to_params(require_shape(shape.element), item) for item in value]
    return value


def _to_members(shape: Shape, value: Any) -> Any:
    """Convert a result to the members' names on the wire."""
    if shape.type == "structure":
        values = (
            (member, value.get(member.name, value.get(member.attr)))
            if isinstance(value, Mapping)
            else (member, getattr(value, member.attr, None))
            for member in shape.members
        )
        return {member.name: _to_members(member.shape, item) for member, item in values if item is not None}
    if shape.type == "list":
        return [_to_members(require_shape(shape.element), item) for item in value]
    return value
