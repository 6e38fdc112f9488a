"""API operations and the `@operation` decorator: a function, its target and how it is authorized."""

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


# Authenticates a caller by the parameters of an unsigned call, at a time in seconds since 1970. It may make
# requests to other servers.
CallerResolver = Callable[[Dependencies, Params, int], Caller]


class UnresolvedCaller(Exception):
    """An unsigned call cannot be authenticated: the fault, and a partial caller for the audit log."""

    def __init__(self, fault: Fault, caller: Caller) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.caller = caller


class Target(NamedTuple):
    """What an operation acts on.

    `context` holds condition keys in lower case. `not_found` is raised only for a caller who may do the
    operation. `display_name` is what a denial calls the target where AWS uses the requested name: the ARN
    contains the stored path, which would reveal whether the entity exists. `resource_policy` is the target's
    own policy; if `requires_grant` is set, it must allow the call, as trust policies do. `account_id` is the
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

    `consumed_params` are the parameters that identify the record: the operation gets the record instead of
    them. `resource_type` is the resource type in AWS's service authorization reference, a tuple if the target
    may be of several types, and None if the reference names none.
    """

    find: Callable[[Call, Params], Target]
    resource_type: str | tuple[str, ...] | None
    consumed_params: tuple[str, ...] = ()


class ConditionKeys(NamedTuple):
    """Condition keys of a request: names in AWS's spelling, and a function that returns their values."""

    names: tuple[str, ...]
    read: Callable[[Params, Target], Context]


class PermissionCheck(NamedTuple):
    """An action and a resource that the policies must allow, with condition keys of its own.

    `display_name` is what a denial calls the resource, as in `Target`.
    """

    action: str
    resource_arn: str
    context: Context = MappingProxyType({})
    display_name: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An API operation and how it is authorized.

    - `action`: its name in policies.
    - `condition_keys`: the keys whose values come from its parameters or target.
    - `extra_checks`: further permissions that the call needs.
    - `read_only`: it writes nothing itself, so it runs in a read transaction unless it has an MFA code.
    - `prepare`: does slow work before the transaction, and returns the parameters to run with. That of a
      read-only operation runs once it is authorized, and may write in a transaction of its own.
    - `is_self_service`: whether a call needs no policy that allows it, because it only concerns its caller.
      An explicit deny still applies.
    - `root_only`: only the root user may call it; no policy can grant it.
    - `requires_confirmation`: a console session must have confirmed its identity recently. It is the default
      of all that writes or issues credentials: it may widen access or weaken sign-in, which would let
      whoever takes over a session keep a way back. `False` is for what does neither.
    - `allowed_during_enrollment`: whether a console session that must still set up MFA may call it, whatever
      policies say.
    - `issues_credentials`: it returns temporary credentials; the audit log omits their secrets.
    - `accepts_mfa_code`: it may have an MFA code, which is verified before authorization, since policies can
      require MFA.
    - `resolve_caller`: authenticates the caller of an unsigned call.
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
        """Run the operation on a target that was found and authorized."""
        if not self.target_finder.consumed_params:
            return self.run(call, **params)
        remaining = {
            name: value for name, value in params.items() if name not in self.target_finder.consumed_params
        }
        return self.run(call, target.record, **remaining)


def no_extra_checks(_call: Call, _target: Target, _params: Params) -> Iterable[PermissionCheck]:
    return ()


def never(_call: Call, _target: Target) -> bool:
    """Return False for every call."""
    return False


def always(_call: Call, _target: Target) -> bool:
    """Return True for every call."""
    return True


def targets_caller(call: Call, target: Target) -> bool:
    """Return whether the target is the caller."""
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
    requires_confirmation: bool | None = None,
    allowed_during_enrollment: Callable[[Call, Target], bool] = never,
    issues_credentials: bool = False,
    accepts_mfa_code: bool = False,
    resolve_caller: CallerResolver | None = None,
    function_name: str | None = None,
) -> Callable[[Callable[..., Reply]], Operation]:
    """Turn a function into the operation that it is named after; its parameters are input members.

    `function_name` replaces the function's own name if one function serves several operations. An operation
    is read-only if its name begins with Get, List or Simulate, or if it issues temporary credentials, which
    are not stored; any other may write. Its action is the service and its name unless `action` is given.
    """

    def decorate(function: Callable[..., Reply]) -> Operation:
        models_by_function = {model.function: model for model in models.load(service).operations.values()}
        model = models_by_function[function_name or function.__name__]
        read_only = issues_credentials or model.name.startswith(("Get", "List", "Simulate"))
        may_widen_access = issues_credentials or not read_only
        return Operation(
            model,
            function,
            target_finder,
            condition_keys,
            extra_checks,
            read_only=read_only,
            action=action or f"{service}:{model.name}",
            prepare=prepare,
            is_self_service=is_self_service,
            root_only=root_only,
            requires_confirmation=(
                may_widen_access if requires_confirmation is None else requires_confirmation
            ),
            allowed_during_enrollment=allowed_during_enrollment,
            issues_credentials=issues_credentials,
            accepts_mfa_code=accepts_mfa_code,
            resolve_caller=resolve_caller,
        )

    return decorate


def collect_operations(*modules: object) -> dict[str, Operation]:
    """Return the operations that modules define, as attributes or in tuples, by API name."""
    members = (member for module in modules for _, member in inspect.getmembers(module))
    operations = chain.from_iterable(member if isinstance(member, tuple) else (member,) for member in members)
    return {item.model.name: item for item in operations if isinstance(item, Operation)}
