"""What the input of a policy query asks, in IAM's terms."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from iamd.core.errors import MalformedInput
from iamd.gate.subjects import SubjectId
from iamd.services.service_request import AmbiguousRequest, RequiredPermission, UnmappedRequest
from iamd.wire.json_body import Json, find_object

_MAX_TEXT_LENGTH = 4_096


class Question(NamedTuple):
    """Whether a subject has all of the permissions, of which there is at least one.

    If there is none, a `refusal` says why it is not known which would be needed.
    """

    subject: SubjectId
    permissions: tuple[RequiredPermission, ...]
    refusal: str = ""


# Reads the questions of an input about resources of an account; MalformedInput if it has another shape.
Reader = Callable[[Json, str], list[Question]]


def ask(user: str, account_id: str, read_permissions: Callable[[], Iterable[RequiredPermission]]) -> Question:
    """Return the question whether a user has permissions.

    `read_permissions` raises AmbiguousRequest or UnmappedRequest if it is not known which. A store may call
    the account itself by its ID, which must not become the user of that name.
    """
    subject = SubjectId("user", user)
    if user in ("", account_id):
        return Question(subject, (), "The user is none of the account.")
    try:
        return Question(subject, tuple(read_permissions()))
    except (AmbiguousRequest, UnmappedRequest) as error:
        return Question(subject, (), str(error))


def read_object(values: Json, name: str) -> Json:
    """Return a member that is an object; empty if it is absent or null."""
    return find_object(values, name, "input: ")


def read_text(values: Json, name: str) -> str:
    """Return a member that is text; empty if it is absent or null."""
    value = values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _MAX_TEXT_LENGTH:
        raise MalformedInput(f"input: {name} must be text of {_MAX_TEXT_LENGTH} characters at most.")
    return value
