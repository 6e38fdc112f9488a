"""Which statements of a policy are on an action: found by its service, the others are never looked at."""

from collections.abc import Container, Iterable, Iterator, Sequence

from iamd.policy.document import Statement
from iamd.policy.patterns import matches_action

_ALL = ("*", "*:*")


class Actions:
    """The actions of a policy's statements, by service; statements are told by their place.

    `services` are those that any statement speaks of, None where that is all of them.
    """

    __slots__ = ("_by_service", "_elsewhere", "_statements", "services")

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._statements = statements
        services = [_services(statement) for statement in statements]
        known = {service for some in services if some is not None for service in some}
        self._by_service = {service: tuple(_places(services, service)) for service in known}
        self._elsewhere = tuple(_places(services, None))
        self.services: Container[str] | None = None if self._elsewhere else self._by_service

    def on(self, action: str) -> Iterator[int]:
        """Go through the statements that are on an action, which is in lower case."""
        for place in self._by_service.get(action.partition(":")[0], self._elsewhere):
            if _is_on(self._statements[place], action):
                yield place


def _services(statement: Statement) -> set[str] | None:
    """Return the services that a statement speaks of; None where that is any."""
    if statement.actions is None or any(pattern in _ALL for pattern in statement.actions):
        return None
    return {pattern.partition(":")[0].lower() for pattern in statement.actions}


def _places(services: Iterable[set[str] | None], service: str | None) -> Iterator[int]:
    return (place for place, some in enumerate(services) if some is None or service in some)


def _is_on(statement: Statement, action: str) -> bool:
    if statement.actions is not None:
        return any(_fits(pattern, action) for pattern in statement.actions)
    if statement.not_actions is None:
        return False
    return not any(_fits(pattern, action) for pattern in statement.not_actions)


def _fits(pattern: str, action: str) -> bool:
    """Answer as `matches_action`; most patterns are a name, or end in their only wildcard."""
    plain = pattern.lower()
    if "?" not in plain and ":" in plain:
        star = plain.find("*")
        if star < 0:
            return plain == action
        if star == len(plain) - 1:
            return action.startswith(plain[:-1])
    return matches_action(plain, action)
