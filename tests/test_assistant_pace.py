"""How long jobs still take: told from what was measured, and not at all where nothing was."""

from __future__ import annotations

import pytest

from assistant.pace import Pace


class Clock:
    """A clock that is set by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def read(pace: Pace, clock: Clock, job_id: str, pages: int, *, completed: bool = True) -> None:
    """A filing as it is read: 0.1 s a page, then 2 s a page without a word of how far, then 0.5 s a page."""
    pace.note(job_id, 0, pages, "Reading")
    clock.now += 0.1 * pages
    pace.note(job_id, pages, pages, "Replacing names")
    clock.now += 2.0 * pages
    pace.note(job_id, 0, pages, "Indexing")
    clock.now += 0.5 * pages
    pace.end(job_id, completed=completed)


def test_the_first_job_is_told_no_time_because_what_comes_after_a_step_is_not_known(clock: Clock) -> None:
    pace = Pace(clock)
    pace.note("one", 0, 100, "Reading")
    clock.now += 5
    pace.note("one", 50, 100, "Reading")
    assert pace.latest("one") == (50, 100, "Reading") and pace.left("one") is None
    read(pace, clock, "two", 10, completed=False)  # nor from one that failed
    assert pace.left("one") is None and pace.left("unknown") is None


def test_the_time_left_is_the_steps_own_pace_and_what_came_after_it_in_jobs_before(clock: Clock) -> None:
    pace = Pace(clock)
    for number, pages in enumerate((10, 20, 40)):
        read(pace, clock, f"before-{number}", pages)
    pace.note("now", 0, 60, "Reading")
    assert pace.left("now") == pytest.approx(60 * 2.6)  # nothing read yet: as those before
    clock.now += 30
    pace.note("now", 20, 60, "Reading")  # a slow file: 1.5 s a page
    assert pace.left("now") == pytest.approx(40 * 1.5 + 60 * 2.5)
    clock.now += 60
    pace.note("now", 60, 60, "Replacing names")
    clock.now += 50
    assert pace.left("now") == pytest.approx(60 * 2.0 - 50 + 60 * 0.5)
    clock.now += 100  # longer than any that was measured: nobody knows
    assert pace.left("now") is None
    pace.note("now", 0, 60, "Indexing")
    clock.now += 10
    pace.note("now", 20, 60, "Indexing")
    assert pace.left("now") == pytest.approx(20.0)


def test_a_step_of_no_known_size_has_no_time_left_and_ended_jobs_have_none(clock: Clock) -> None:
    pace = Pace(clock)
    read(pace, clock, "before", 10)
    pace.note("now", 0, 0, "Reading")
    clock.now += 5
    assert pace.left("now") is None
    assert pace.left("before") is None and pace.latest("before") == (0, 10, "Indexing")
    pace.clear()
    assert pace.latest("before") == (0, 0, "")
    pace.note("next", 0, 10, "Reading")
    assert pace.left("next") == pytest.approx(26.0)  # what was learnt stays
