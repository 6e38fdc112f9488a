"""AuthZEN evaluation requests, in IAM's terms.

The information model is that of "Authorization API 1.0" of the OpenID Foundation (January 2026), sections 5
to 7. A resource whose ID is an ARN is that resource. Any other is named by its type, which is the service or
`service:type`: `{"type": "record", "id": "1"}` is `arn:aws:record::ACCOUNT:1`, and
`{"type": "library:book", "id": "1"}` is `arn:aws:library::ACCOUNT:book/1`. An action without a colon belongs
to the resource's service: `record:read`.
"""

import re
from enum import Enum
from typing import Any, NamedTuple

import orjson

from iamd.authzen import condition_keys
from iamd.authzen.condition_keys import ContextKeys
from iamd.core.errors import MalformedInput
from iamd.gate.subjects import SubjectId
from iamd.wire.json_body import Json, as_object, find_object, is_text, require_text

MAX_EVALUATIONS = 1_000
_MAX_ID_LENGTH = 2_048
_SERVICE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
_TYPE = re.compile(r"[A-Za-z0-9][\w.-]{0,127}", re.ASCII)
_ACTION = re.compile(r"[a-z0-9][a-z0-9-]{0,62}:[\w.-]{1,128}", re.ASCII | re.IGNORECASE)
_ARN_PREFIX = "arn:"
_ARN_COLONS = 5
_POLICY = "resource_policy"
_NO_KEYS: ContextKeys = {}
# What has a policy of its own must have one name: buckets, their objects, and S3's other types of resources.
_S3 = "s3"
_S3_ARN = re.compile(
    r"arn:aws:s3:(::[^/\0]+(/.*)?|[a-z0-9-]*:[0-9]{12}:(accesspoint|access-grants|job|storage-lens)[/-].*)",
    re.ASCII | re.DOTALL,
)


class Semantic(Enum):
    """When a batch of evaluations ends."""

    EXECUTE_ALL = "execute_all"
    DENY_ON_FIRST_DENY = "deny_on_first_deny"
    PERMIT_ON_FIRST_PERMIT = "permit_on_first_permit"

    @property
    def last_decision(self) -> bool | None:
        """The decision that ends the batch; None if all evaluations are executed."""
        return None if self is Semantic.EXECUTE_ALL else self is Semantic.PERMIT_ON_FIRST_PERMIT


class Evaluation(NamedTuple):
    """A question: whether a subject may perform an action on a resource, with condition keys.

    The service may send the resource's own policy with it, as JSON text.
    """

    subject: SubjectId
    action: str
    resource_arn: str
    context: ContextKeys
    resource_policy: str | None = None


class _Subject(NamedTuple):
    subject_id: SubjectId
    properties: Json


class _Action(NamedTuple):
    name: str
    keys: ContextKeys


def encode(value: Any, option: int | None = None) -> bytes:
    """Return a part of a request as JSON; MalformedInput if it is nested deeper than can be written."""
    try:
        return orjson.dumps(value, option=option)
    except orjson.JSONEncodeError as error:
        raise MalformedInput("The request is nested too deeply.") from error


class EvaluationReader:
    """Reads the evaluations of one request, whose entities are often the same objects: each is read once.

    `request` has the defaults of its evaluations. Objects are told apart by identity, so the request must
    not change.
    """

    def __init__(self, request: Json, account_id: str) -> None:
        names = ("subject", "resource", "action", "context")
        self._defaults = {name: request.get(name) for name in names}
        self._account_id = account_id
        self._subjects: dict[int, _Subject] = {}
        self._actions: dict[tuple[int, str], _Action] = {}
        self._contexts: dict[tuple[int, str], ContextKeys] = {}

    def read(self, evaluation: Json) -> Evaluation:
        """Return the question of an evaluation; MalformedInput says what is missing or wrong in it."""
        get, defaults = evaluation.get, self._defaults
        subject = self._subject(get("subject", defaults["subject"]))
        resource = _entity(get("resource", defaults["resource"]), "resource")
        service, resource_arn = _read_resource(resource, self._account_id)
        properties, resource_policy = (
            _read_properties(resource) if "properties" in resource else (_NO_KEYS, None)
        )
        action = self._action(get("action", defaults["action"]), service)
        context_keys = self._context(get("context", defaults["context"]), service)
        keys = _NO_KEYS
        if subject.properties or properties or action.keys or context_keys:
            subject_keys = _read_keys(subject.properties, service, "subject")
            resource_keys = _read_keys(properties, service, "resource")
            keys = _merge((subject_keys, resource_keys, action.keys, context_keys))
        return Evaluation(subject.subject_id, action.name, resource_arn, keys, resource_policy)

    def _subject(self, value: Any) -> _Subject:
        subject = self._subjects.get(id(value))
        if subject is None:
            subject = self._subjects[id(value)] = _read_subject(_entity(value, "subject"))
        return subject

    def _action(self, value: Any, service: str) -> _Action:
        action = self._actions.get((id(value), service))
        if action is None:
            action = self._actions[id(value), service] = _read_action(as_object(value, "action"), service)
        return action

    def _context(self, value: Any, service: str) -> ContextKeys:
        if value is None:
            return _NO_KEYS
        keys = self._contexts.get((id(value), service))
        if keys is None:
            context = as_object(value, "context")
            keys = self._contexts[id(value), service] = _read_keys(context, service, "context")
        return keys


def read_subject(request: Json) -> SubjectId:
    """Return the subject of a request; MalformedInput says what is missing or wrong in it."""
    return _read_subject(_entity(request.get("subject"), "subject")).subject_id


def read_resource_type(resource: Json) -> tuple[str, bool]:
    """Return the service of a resource, and whether its ID is an ARN."""
    service, _ = _read_resource(_entity(resource, "resource"), "")
    return service, str(resource["id"]).startswith(_ARN_PREFIX)


def read_semantic(request: Json) -> Semantic:
    """Return when a batch ends; MalformedInput for an unknown semantic."""
    options = find_object(request, "options")
    name = options.get("evaluations_semantic", Semantic.EXECUTE_ALL.value)
    try:
        return Semantic(name)
    except ValueError as error:
        names = ", ".join(semantic.value for semantic in Semantic)
        raise MalformedInput(f"options.evaluations_semantic must be one of {names}.") from error


def read_evaluations(request: Json) -> list[Json] | None:
    """Return the evaluations of a batch; None if it has none, and is a single request."""
    evaluations = request.get("evaluations")
    if evaluations is None or evaluations == []:
        return None
    if not isinstance(evaluations, list) or not all(isinstance(item, dict) for item in evaluations):
        raise MalformedInput("evaluations must be an array of objects.")
    if len(evaluations) > MAX_EVALUATIONS:
        raise MalformedInput(f"A request can have {MAX_EVALUATIONS} evaluations.")
    return evaluations


def _read_subject(subject: Json) -> _Subject:
    properties = find_object(subject, "properties")
    token = properties.get("session_token", "")
    if "session_token" in properties:
        properties = {name: value for name, value in properties.items() if name != "session_token"}
    session_token = token if isinstance(token, str) else ""
    return _Subject(SubjectId(subject["type"], subject["id"], session_token), properties)


def _read_action(action: Json, service: str) -> _Action:
    name = require_text(action, "name", _MAX_ID_LENGTH, "action.")
    qualified = name if ":" in name else f"{service}:{name}"
    if not _ACTION.fullmatch(qualified):
        raise MalformedInput("action.name must be an action such as s3:GetObject, or a name without spaces.")
    return _Action(qualified, _read_keys(find_object(action, "properties"), service, "action"))


def _read_resource(resource: Json, account_id: str) -> tuple[str, str]:
    """Return the service and the ARN of a resource."""
    service, arn = _read_name(resource, account_id)
    if service == _S3 and not _S3_ARN.fullmatch(arn):
        raise MalformedInput("resource.id must be the ARN of a bucket or an object: arn:aws:s3:::bucket/key.")
    return service, arn


def _read_name(resource: Json, account_id: str) -> tuple[str, str]:
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


def _read_properties(resource: Json) -> tuple[Json, str | None]:
    """Return the properties of a resource and its own policy, which is a property of it, as JSON text."""
    properties = find_object(resource, "properties")
    policy = properties.get(_POLICY)
    if policy is None:
        return properties, None
    text = policy if isinstance(policy, str) else encode(policy).decode()
    return {name: value for name, value in properties.items() if name != _POLICY}, text


def _read_keys(values: Json, service: str, entity: str) -> ContextKeys:
    return condition_keys.read(values, service, entity) if values else _NO_KEYS


def _merge(keys: tuple[ContextKeys, ...]) -> ContextKeys:
    """Return all keys; where two entities give the same key, the evaluation is not valid."""
    merged: ContextKeys = {}
    count = 0
    for entity_keys in keys:
        if entity_keys:
            count += len(entity_keys)
            merged = {**merged, **entity_keys}
    if len(merged) != count:
        raise MalformedInput("A condition key is given twice.")
    return merged


def _entity(value: Any, name: str) -> Json:
    entity = as_object(value, name)
    for member in ("type", "id"):
        if not is_text(entity.get(member), _MAX_ID_LENGTH):
            require_text(entity, member, _MAX_ID_LENGTH, f"{name}.")
    return entity
