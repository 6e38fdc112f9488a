"""Action index: finds the statements of a policy that match an action, by the action's service."""

from collections.abc import Container, Iterable, Iterator, Sequence

from iamd.policy.document import Statement
from iamd.policy.patterns import matches_action

_ALL_ACTIONS = ("*", "*:*")


class ActionIndex:
    """A policy's statements, identified by their index, by the services of their actions.

    `services` are the services that the statements name, None if a statement applies to any service.
    """

    __slots__ = ("_any_service", "_by_service", "_statements", "services")

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._statements = statements
        services = [_services(statement) for statement in statements]
        known_services = {
            service
            for statement_services in services
            if statement_services is not None
            for service in statement_services
        }
        self._by_service = {
            service: tuple(_statement_indexes(services, service)) for service in known_services
        }
        self._any_service = tuple(_statement_indexes(services, None))
        self.services: Container[str] | None = None if self._any_service else self._by_service

    def statement_indexes(self, action: str) -> Iterator[int]:
        """Yield the indexes of the statements that match an action, given in lower case."""
        for index in self._by_service.get(action.partition(":")[0], self._any_service):
            if _covers_action(self._statements[index], action):
                yield index


def _services(statement: Statement) -> set[str] | None:
    """Return the services that a statement names; None if it applies to any service."""
    if statement.actions is None or any(pattern in _ALL_ACTIONS for pattern in statement.actions):
        return None
    return {pattern.partition(":")[0].lower() for pattern in statement.actions}


def _statement_indexes(services: Iterable[set[str] | None], service: str | None) -> Iterator[int]:
    return (
        index
        for index, statement_services in enumerate(services)
        if statement_services is None or service in statement_services
    )


def _covers_action(statement: Statement, action: str) -> bool:
    if statement.actions is not None:
        return any(_matches_action(pattern, action) for pattern in statement.actions)
    if statement.not_actions is None:
        return False
    return not any(_matches_action(pattern, action) for pattern in statement.not_actions)


def _matches_action(pattern: str, action: str) -> bool:
    """Match like `matches_action`, with fast paths for exact names and a single trailing `*`."""
    lowered_pattern = pattern.lower()
    if "?" not in lowered_pattern and ":" in lowered_pattern:
        star = lowered_pattern.find("*")
        if star < 0:
            return lowered_pattern == action
        if star == len(lowered_pattern) - 1:
            return action.startswith(lowered_pattern[:-1])
    return matches_action(lowered_pattern, action)
