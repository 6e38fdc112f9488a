"""AuthZEN evaluation requests, in IAM's terms.

The information model is that of "Authorization API 1.0" of the OpenID Foundation (January 2026), sections 5
to 7. A resource whose ID is an ARN is that resource. Any other is named by its type, which is the service or
`service:type`: `{"type": "record", "id": "1"}` is `arn:aws:record::ACCOUNT:1`, and
`{"type": "library:book", "id": "1"}` is `arn:aws:library::ACCOUNT:book/1`. An action without a colon belongs
to the resource's service: `record:read`.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from iamd.authzen import condition_keys
from iamd.authzen.condition_keys import ContextKeys
from iamd.core.errors import MalformedInput
from iamd.gate.subjects import SubjectId

MAX_EVALUATIONS = 1_000
_MAX_ID_LENGTH = 2_048
_SERVICE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
_TYPE = re.compile(r"[A-Za-z0-9][\w.-]{0,127}", re.ASCII)
_ACTION = re.compile(r"[a-z0-9][a-z0-9-]{0,62}:[\w.-]{1,128}", re.ASCII | re.IGNORECASE)
_ARN_PREFIX = "arn:"
_ARN_COLONS = 5

Json = Mapping[str, Any]


class Semantic(Enum):
    """When a batch of evaluations ends."""

    EXECUTE_ALL = "execute_all"
    DENY_ON_FIRST_DENY = "deny_on_first_deny"
    PERMIT_ON_FIRST_PERMIT = "permit_on_first_permit"

    def ends_with(self, decision: bool) -> bool:
        """Return whether a decision ends the batch."""
        if self is Semantic.EXECUTE_ALL:
            return False
        return decision is (self is Semantic.PERMIT_ON_FIRST_PERMIT)


class Evaluation(NamedTuple):
    """A question: whether a subject may perform an action on a resource, with condition keys."""

    subject: SubjectId
    action: str
    resource_arn: str
    context: ContextKeys


def read_evaluation(request: Json, account_id: str) -> Evaluation:
    """Return the question of an evaluation request; MalformedInput says what is missing or wrong in it."""
    subject = _entity(request, "subject")
    resource = _entity(request, "resource")
    service, resource_arn = _read_resource(resource, account_id)
    action = _object(request, "action")
    properties = {
        entity: _optional_object(values, "properties")
        for entity, values in (("subject", subject), ("resource", resource), ("action", action))
    }
    session_token = properties["subject"].get("session_token", "")
    context: ContextKeys = {}
    for entity, values in (*properties.items(), ("context", _optional_object(request, "context"))):
        if values:
            context.update(condition_keys.read(_without_token(values), service, entity))
    return Evaluation(
        SubjectId(subject["type"], subject["id"], session_token if isinstance(session_token, str) else ""),
        _read_action(action, service),
        resource_arn,
        context,
    )


def read_semantic(request: Json) -> Semantic:
    """Return when a batch ends; MalformedInput for an unknown semantic."""
    options = _optional_object(request, "options")
    name = options.get("evaluations_semantic", Semantic.EXECUTE_ALL.value)
    try:
        return Semantic(name)
    except ValueError as error:
        names = ", ".join(semantic.value for semantic in Semantic)
        raise MalformedInput(f"options.evaluations_semantic must be one of {names}.") from error


def merged_evaluations(request: Json) -> list[Json] | None:
    """Return the evaluations of a batch with the defaults of the request; None if it has none."""
    evaluations = request.get("evaluations")
    if evaluations is None or evaluations == []:
        return None
    if not isinstance(evaluations, list) or not all(isinstance(item, dict) for item in evaluations):
        raise MalformedInput("evaluations must be an array of objects.")
    if len(evaluations) > MAX_EVALUATIONS:
        raise MalformedInput(f"A request can have {MAX_EVALUATIONS} evaluations.")
    names = ("subject", "action", "resource", "context")
    defaults = {name: request[name] for name in names if name in request}
    return [{**defaults, **item} for item in evaluations]


def _read_action(action: Json, service: str) -> str:
    name = _text(action, "name", "action")
    qualified = name if ":" in name else f"{service}:{name}"
    if not _ACTION.fullmatch(qualified):
        raise MalformedInput("action.name must be an action such as s3:GetObject, or a name without spaces.")
    return qualified


def _read_resource(resource: Json, account_id: str) -> tuple[str, str]:
    """Return the service and the ARN of a resource."""
    identifier: str = resource["id"]
    if identifier.startswith(_ARN_PREFIX):
        fields = identifier.split(":", _ARN_COLONS)
        if len(fields) != _ARN_COLONS + 1 or not fields[2]:
            raise MalformedInput("resource.id must be a complete ARN, or an ID of another form.")
        return fields[2].lower(), identifier
    service, _, type_ = resource["type"].partition(":")
    if not _SERVICE.fullmatch(service) or (type_ and not _TYPE.fullmatch(type_)):
        raise MalformedInput("resource.type must be a service such as record, or service:type.")
    return service, f"arn:aws:{service}::{account_id}:{f'{type_}/' if type_ else ''}{identifier}"


def _entity(request: Json, name: str) -> Json:
    entity = _object(request, name)
    _text(entity, "type", name)
    _text(entity, "id", name)
    return entity


def _object(request: Json, name: str) -> Json:
    value = request.get(name)
    if not isinstance(value, dict):
        raise MalformedInput(f"{name} is required and must be an object.")
    return value


def _optional_object(values: Json, name: str) -> Json:
    value = values.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedInput(f"{name} must be an object.")
    return value


def _text(values: Json, name: str, parent: str) -> str:
    value = values.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_ID_LENGTH:
        raise MalformedInput(
            f"{parent}.{name} is required and must be text of {_MAX_ID_LENGTH} characters at most."
        )
    return value


def _without_token(properties: Json) -> Json:
    return {name: value for name, value in properties.items() if name != "session_token"}
