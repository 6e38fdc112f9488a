"""AuthZEN's questions: whether a subject may perform an action on a resource.

They are those of "Authorization API 1.0" of the OpenID Foundation, sections 5 and 6.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

Json = Mapping[str, Any]


class Subject(NamedTuple):
    """Whose permission it is: `type` is `user`, `role` or `session`, `id` a name, a unique ID or an ARN.

    `properties` are condition keys; for a session, `session_token` among them is its token.
    """

    type: str
    id: str
    properties: Json | None = None


class Resource(NamedTuple):
    """What is acted on: `type` is the service, or `service:type`; `id` may be an ARN.

    `properties` are condition keys.
    """

    type: str
    id: str
    properties: Json | None = None


class Evaluation(NamedTuple):
    """One question of several. An action without a colon belongs to the resource's service."""

    subject: Subject | Json
    action: str | Json
    resource: Resource | Json
    context: Json | None = None

    def document(self) -> dict[str, Any]:
        """Return the question as the object that iamd is sent."""
        document: dict[str, Any] = {
            "subject": _entity(self.subject),
            "action": {"name": self.action} if isinstance(self.action, str) else dict(self.action),
            "resource": _entity(self.resource),
        }
        return document if self.context is None else {**document, "context": dict(self.context)}


def _entity(entity: Subject | Resource | Json) -> dict[str, Any]:
    if isinstance(entity, Mapping):
        return dict(entity)
    document: dict[str, Any] = {"type": entity.type, "id": entity.id}
    return document if entity.properties is None else {**document, "properties": dict(entity.properties)}
