"""Refusals of anonymous clients: at most one audit event a minute for each kind."""

from dataclasses import dataclass

from iamd.gate.repeated_events import MAX_KINDS, WINDOW_SECONDS, RepeatedEvents
from iamd.store.audit import AuditEvent


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def event(number: int) -> AuditEvent:
    return AuditEvent("111122223333", "2026-01-01T00:00:00Z", str(number), "sts.amazonaws.com", "A", "{}")


def test_first_refusal_of_a_kind_is_recorded_at_once() -> None:
    refusals = RepeatedEvents[AuditEvent](Clock())
    assert refusals.is_first(("a",), event(1))
    assert not refusals.is_first(("a",), event(2))
    assert refusals.is_first(("b",), event(3))


def test_repetitions_are_recorded_once_a_minute_with_their_number() -> None:
    clock = Clock()
    refusals = RepeatedEvents[AuditEvent](clock)
    for minute in range(3):
        for number in range(5):
            assert refusals.is_first(("a",), event(number)) == (minute == number == 0)
        assert refusals.take() == []
        clock.now += WINDOW_SECONDS
        assert refusals.take() == [(event(4), 4 if minute == 0 else 5)]


def test_kind_without_repetitions_is_forgotten_after_a_minute() -> None:
    clock = Clock()
    refusals = RepeatedEvents[AuditEvent](clock)
    refusals.is_first(("a",), event(1))
    clock.now += WINDOW_SECONDS
    assert refusals.take() == []
    assert refusals.is_first(("a",), event(2))


def test_repetition_that_stands_for_several_counts_for_each() -> None:
    refusals = RepeatedEvents[AuditEvent](Clock())
    for number, times in enumerate((5, 1, 30)):
        refusals.is_first(("a",), event(number), times)
    assert refusals.take(unfinished=True) == [(event(2), 31)]


def test_unfinished_counts_are_taken_when_the_server_stops() -> None:
    refusals = RepeatedEvents[AuditEvent](Clock())
    for number in range(3):
        refusals.is_first(("a",), event(number))
    assert refusals.take() == []
    assert refusals.take(unfinished=True) == [(event(2), 2)]


def test_number_of_kinds_is_bounded() -> None:
    refusals = RepeatedEvents[AuditEvent](Clock())
    recorded = [refusals.is_first((str(number),), event(number)) for number in range(MAX_KINDS + 100)]
    assert recorded == [True] * (MAX_KINDS + 1) + [False] * 99
    assert refusals.take(unfinished=True) == [(event(MAX_KINDS + 99), 99)]
