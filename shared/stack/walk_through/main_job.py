"""The main job, step by step, as the people of the Academy do it."""

from __future__ import annotations

from shared.stack.walk_through.journey import Journey, Step, require


def first_page_answers(journey: Journey) -> str:
    """Open the first page."""
    page = journey.visitor("applicant").open("/")
    require(bool(page.title), "the first page has no title")
    return page.title


STEPS: list[Step] = [first_page_answers]
