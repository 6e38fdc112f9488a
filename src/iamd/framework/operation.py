"""What an operation is: a function, what it acts on, and what it asks leave for."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple

from iamd.core import models
from iamd.core.errors import Fault
from iamd.core.models import OperationModel
from iamd.framework.call import Call, Caller, Dependencies

Params = Mapping[str, Any]
Context = Mapping[str, str | tuple[str, ...]]
Reply = Mapping[str, Any] | None


# Who calls, found out from a call's parameters at a moment in seconds since 1970; it may ask other servers.
CallerResolver = Callable[[Dependencies, Params, int], Caller]


class UnresolvedCaller(Exception):
    """Nobody vouches for a caller: why not, and who it seems to be, which the audit is told."""

    def __init__(self, fault: Fault, caller: Caller) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.caller = caller


class Target(NamedTuple):
    """What an operation acts on.

    `context` holds condition keys in lower case. `not_found` is raised only for a caller who may perform the
    operation. `display_name` is what a denial calls the target where AWS uses the requested name: the ARN
    contains the stored path, which would reveal whether the entity exists. `resource_policy` is the target's
    own policy; if `requires_grant` is set, it must allow the call, as a trust policy must. `account_id` is the
    account that owns the target if that is not the caller's.
    """

    arn: str
    record: Any = None
    context: Context = MappingProxyType({})
    not_found: Fault | None = None
    display_name: str | None = None
    resource_policy: str | None = None
    requires_grant: bool = False
    account_id: str | None = None


class TargetFinder(NamedTuple):
    """How an operation's target is found.

    `consumes` names the parameters that the record stands for: the operation is given the record instead.
    `resource_type` is the type that AWS's service authorization reference names, or all that it names where
    the target may be of any; None where it names none.
    """

    find: Callable[[Call, Params], Target]
    resource_type: str | tuple[str, ...] | None
    consumed_params: tuple[str, ...] = ()


class ConditionKeys(NamedTuple):
    """Condition keys that a request brings along; `names` are AWS's spellings."""

    names: tuple[str, ...]
    read: Callable[[Params, Target], Context]


class PermissionCheck(NamedTuple):
    """One question to the policies: whether the caller may do this to that; with keys of its own.

    `shown` is what a refusal calls the resource, as that of a `Target`.
    """

    action: str
    resource_arn: str
    context: Context = MappingProxyType({})
    display_name: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that is served.

    `action` is what policies name it by. `prepare` does slow work before the transaction and gives back the
    parameters to run with. `own` says where no policy need allow the call, because it concerns nobody but its
    caller; a policy may still deny it. `root_only` is what no policy can grant. `confirm` asks somebody who
    is signed in to show once more who it is. `enrols` says what a session that has yet to set up MFA may do,
    whatever policies say. `issues`: it gives out temporary credentials, which the audit has without their
    secrets. `second_factor`: it may come with a code of an MFA device, which is used up before anybody is
    asked, since policies may ask for MFA. `vouch` finds out who calls where no signature says so.
    """

    model: OperationModel
    run: Callable[..., Reply]
    target_finder: TargetFinder
    condition_keys: tuple[ConditionKeys, ...]
    extra_checks: Callable[[Call, Target, Params], Iterable[PermissionCheck]]
    read_only: bool
    action: str
    prepare: Callable[[Dependencies, Call, Any, Params], Params] | None
    is_self_service: Callable[[Call, Target], bool]
    root_only: bool
    requires_confirmation: bool
    allowed_during_enrollment: Callable[[Call, Target], bool]
    issues_credentials: bool
    accepts_mfa_code: bool
    resolve_caller: CallerResolver | None

    def invoke(self, call: Call, target: Target, params: Params) -> Reply:
        """Run the operation on a target that was found and allowed."""
        if not self.target_finder.consumed_params:
            return self.run(call, **params)
        remaining = {
            name: value for name, value in params.items() if name not in self.target_finder.consumed_params
        }
        return self.run(call, target.record, **remaining)


def no_extra_checks(_call: Call, _target: Target, _params: Params) -> Iterable[PermissionCheck]:
    return ()


def never(_call: Call, _target: Target) -> bool:
    """Say no, whoever calls."""
    return False


def always(_call: Call, _target: Target) -> bool:
    """Say yes, whoever calls."""
    return True


def targets_caller(call: Call, target: Target) -> bool:
    """Say whether somebody acts on themselves."""
    return target.arn == call.caller.principal.arn


def operation(
    service: str,
    target_finder: TargetFinder,
    condition_keys: tuple[ConditionKeys, ...] = (),
    extra_checks: Callable[[Call, Target, Params], Iterable[PermissionCheck]] = no_extra_checks,
    *,
    action: str | None = None,
    prepare: Callable[[Dependencies, Call, Any, Params], Params] | None = None,
    is_self_service: Callable[[Call, Target], bool] = never,
    root_only: bool = False,
    requires_confirmation: bool = False,
    allowed_during_enrollment: Callable[[Call, Target], bool] = never,
    issues_credentials: bool = False,
    accepts_mfa_code: bool = False,
    resolve_caller: CallerResolver | None = None,
    function_name: str | None = None,
) -> Callable[[Callable[..., Reply]], Operation]:
    """Turn a function into the operation that it is named after; its parameters are members of the input.

    `function_name` stands in for the function's own name where one function serves several operations. An
    operation is read-only if its name begins with Get, List or Simulate, or if it issues temporary
    credentials, which are not stored; any other may write. Its action is the service and its name unless
    `action` is given.
    """

    def decorate(function: Callable[..., Reply]) -> Operation:
        models_by_function = {model.function: model for model in models.load(service).operations.values()}
        model = models_by_function[function_name or function.__name__]
        return Operation(
            model,
            function,
            target_finder,
            condition_keys,
            extra_checks,
            read_only=issues_credentials or model.name.startswith(("Get", "List", "Simulate")),
            action=action or f"{service}:{model.name}",
            prepare=prepare,
            is_self_service=is_self_service,
            root_only=root_only,
            requires_confirmation=requires_confirmation,
            allowed_during_enrollment=allowed_during_enrollment,
            issues_credentials=issues_credentials,
            accepts_mfa_code=accepts_mfa_code,
            resolve_caller=resolve_caller,
        )

    return decorate


def collect_operations(*modules: object) -> dict[str, Operation]:
    """Return the operations that modules define, alone or in tuples, by their names on the wire."""
    members = (member for module in modules for _, member in inspect.getmembers(module))
    operations = chain.from_iterable(member if isinstance(member, tuple) else (member,) for member in members)
    return {item.model.name: item for item in operations if isinstance(item, Operation)}
