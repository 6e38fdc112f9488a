"""How requests name resources, where it is not by a name or an ARN. Each function returns an ARN, or `*`."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from iamd.services.aws.resource_types import ALL, RESOURCE_TYPES, Owner, ResourceType, check_owner
from iamd.services.service_request import AmbiguousRequest, UnmappedRequest

Reader = Callable[[ResourceType, Owner, tuple[str, ...]], str]

# A queue's URL: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME, or of the same form at another host.
# LocalStack has /queue/REGION/ACCOUNT/NAME too.
_QUEUE_URL: Final = re.compile(
    r"https?://(?P<host>[A-Za-z0-9.:_\[\]-]+)/(?:queue/(?P<region>[a-z0-9-]+)/)?(?P<account>[0-9]{12})/(?P<name>[^/]+)"
)
_FUNCTION: Final = re.compile(
    r"(?:(?:arn:aws:lambda:(?P<region>[a-z0-9-]+):)?(?P<account>[0-9]{12}):function:)?"
    r"(?P<name>[A-Za-z0-9_-]+)(?::(?P<qualifier>\$LATEST(?:\.PUBLISHED)?|[A-Za-z0-9_-]+))?"
)
_QUALIFIER: Final = re.compile(r"\$LATEST(?:\.PUBLISHED)?|[A-Za-z0-9_-]+")
_STATE_MACHINE: Final = re.compile(r"(arn:[^:]*:states:[^:]*:[^:]*:stateMachine:[^:/]+)(?:[:/]([^:/]+))?")
_SELECTOR: Final = re.compile(r"([^:]+)(?::[A-Za-z0-9_.-]+)?")
_SUBSCRIPTION: Final = re.compile(r"(arn:aws:sns:[^:]*:[^:]*:[^:]+):[0-9a-f-]{36}")
_ARN_PREFIX: Final = "arn:"
_REFERENCE: Final = "aws/reference/"
# What AWS appends to the name of a new secret is not known from the name: it matches patterns with the same
# number of question marks, or an asterisk, as AWS recommends them.
_UNKNOWN_SUFFIX: Final = "-??????"


def read_resource(resource_type: ResourceType, owner: Owner, values: tuple[str, ...]) -> str:
    """Return the ARN of the resource that values name, in the way of its type.

    Raises AmbiguousRequest or UnmappedRequest if it is not certain, or belongs to another account.
    """
    return _READERS[resource_type.reader](resource_type, owner, values)


def function_arn(owner: Owner, name: str) -> str:
    """Return the ARN of the Lambda function that a name or ARN stands for."""
    return _read_function(RESOURCE_TYPES["lambda", "function"], owner, (name,))


def state_machine_qualifier(arn: str) -> str | None:
    """Return the version or alias in the ARN of a state machine."""
    match = _STATE_MACHINE.fullmatch(arn)
    return None if match is None else match[2]


def _read_named(resource_type: ResourceType, owner: Owner, values: tuple[str, ...]) -> str:
    first, *others = values
    if not first.startswith(_ARN_PREFIX):
        return resource_type.build(owner, values)
    check_owner(owner, first)
    if not others:
        if resource_type.find_names(owner, first) is None:
            raise AmbiguousRequest(f"{first[:256]} is not the ARN of a {resource_type.name}.")
        return first
    names = RESOURCE_TYPES[resource_type.service, resource_type.parent].find_names(owner, first)
    if names is None:
        raise AmbiguousRequest(f"{first[:256]} is not the ARN of a {resource_type.parent}.")
    return resource_type.build(owner, (*names, *others))


def _read_queue(resource_type: ResourceType, owner: Owner, values: tuple[str, ...]) -> str:
    (value,) = values
    match = _QUEUE_URL.fullmatch(value)
    if match is None:
        return _read_named(resource_type, owner, values)
    if match["account"] != owner.account_id:
        raise UnmappedRequest(f"the queue {value[:256]} belongs to another account")
    host = match["host"].lower()
    in_region = f".{owner.region}." in host or "amazonaws" not in host
    if not in_region or match["region"] not in (None, owner.region):
        raise AmbiguousRequest(f"The queue is of another Region than {owner.region}, which is signed for.")
    return resource_type.build(owner, (match["name"],))


def _read_topic(resource_type: ResourceType, owner: Owner, values: tuple[str, ...]) -> str:
    """Return the topic of a subscription too, whose ARN is that of its topic with an ID appended."""
    match = _SUBSCRIPTION.fullmatch(values[0])
    return _read_named(resource_type, owner, values if match is None else (match[1],))


def _read_function(resource_type: ResourceType, owner: Owner, values: tuple[str, ...]) -> str:
    match = _FUNCTION.fullmatch(values[0])
    if match is None:
        raise AmbiguousRequest(f"{values[0][:256]!r} is not the name or ARN of a function.")
    if match["account"] not in (None, owner.account_id):
        raise UnmappedRequest(f"the function {values[0][:256]} belongs to another account")
    if match["region"] not in (None, owner.region):
        raise AmbiguousRequest(f"The function is of another Region than {owner.region}, which is signed for.")
    qualifiers = {value for value in (match["qualifier"], *values[1:]) if value is not None}
    if len(qualifiers) > 1 or not all(map(_QUALIFIER.fullmatch, qualifiers)):
        raise AmbiguousRequest("The function has two qualifiers, or an invalid one.")
    function = RESOURCE_TYPES["lambda", "function"].build(owner, (match["name"],))
    return ":".join((function, *qualifiers))


def _read_secret(resource_type: ResourceType, owner: Owner, values: tuple[str, ...]) -> str:
    arn = _read_named(resource_type, owner, values)
    return arn if values[0].startswith(_ARN_PREFIX) else arn + _UNKNOWN_SUFFIX


def _read_key(resource_type: ResourceType, owner: Owner, values: tuple[str, ...]) -> str:
    """Return `*` for an alias, which does not tell the key that it stands for."""
    alias = RESOURCE_TYPES[resource_type.service, "alias"]
    if values[0].startswith("alias/") or ":alias/" in values[0]:
        _read_alias(alias, owner, values)
        return ALL
    return _read_named(resource_type, owner, values)


def _read_alias(resource_type: ResourceType, owner: Owner, values: tuple[str, ...]) -> str:
    return _read_named(resource_type, owner, (values[0].removeprefix("alias/"),))


def _read_parameter(resource_type: ResourceType, owner: Owner, values: tuple[str, ...]) -> str:
    """Return an ARN without leading slash, and without the version or label that the request selects."""
    if values[0] == "/":
        return resource_type.build(owner, ("x",)).removesuffix("x")  # the path of all parameters
    if values[0].startswith(_ARN_PREFIX):
        arn = _read_public(resource_type, owner, values)
        name = arn.partition(":parameter/")[2]
    else:
        match = _SELECTOR.fullmatch(values[0])
        if match is None:
            raise AmbiguousRequest(f"{values[0][:256]!r} is not the name of a parameter.")
        name = match[1].removeprefix("/")
        arn = _read_public(resource_type, owner, (name,))
    if name.lower().startswith(_REFERENCE):
        raise UnmappedRequest("the parameter is a secret of Secrets Manager; read it with GetSecretValue")
    return arn


def _read_public(resource_type: ResourceType, owner: Owner, values: tuple[str, ...]) -> str:
    """Return an ARN without an account for what belongs to AWS: nobody else can use such names."""
    public = Owner("", owner.region)
    if values[0].startswith(_ARN_PREFIX):
        names = resource_type.find_names(public, values[0]) or resource_type.find_names(owner, values[0])
        if names is None:
            return _read_named(resource_type, owner, values)
        values = names
    is_public = values[0].lower().startswith("aws")
    arn = resource_type.build(owner, values)
    return arn.replace(f":{owner.account_id}:", "::", 1) if is_public else arn


def _read_setting(resource_type: ResourceType, owner: Owner, values: tuple[str, ...]) -> str:
    return _read_named(resource_type, owner, (values[0].removeprefix("/"),))


def _read_state_machine(resource_type: ResourceType, owner: Owner, values: tuple[str, ...]) -> str:
    """Return the ARN of the state machine, without a version, an alias or the label of a map."""
    match = _STATE_MACHINE.fullmatch(values[0])
    return _read_named(resource_type, owner, values if match is None else (match[1],))


def _read_rule(resource_type: ResourceType, owner: Owner, values: tuple[str, ...]) -> str:
    """Rules of the default bus do not have its name in their ARN."""
    bus = RESOURCE_TYPES[resource_type.service, resource_type.parent]
    if len(values) > 1 and values[0] in ("default", bus.build(owner, ("default",))):
        return RESOURCE_TYPES[resource_type.service, "rule-on-default-event-bus"].build(owner, values[1:])
    return _read_named(resource_type, owner, values)


_READERS: Final[Mapping[str, Reader]] = {
    "": _read_named,
    "alias": _read_alias,
    "function": _read_function,
    "key": _read_key,
    "parameter": _read_parameter,
    "public": _read_public,
    "queue-url": _read_queue,
    "rule": _read_rule,
    "secret": _read_secret,
    "setting": _read_setting,
    "state-machine": _read_state_machine,
    "topic": _read_topic,
}
