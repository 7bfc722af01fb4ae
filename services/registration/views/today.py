"""What waits for one member of staff: numbers that lead to something her roles let her do, and no others."""

from __future__ import annotations

from dataclasses import dataclass

from services.registration.queries.desk import LibraryWork, Waiting
from shared.web.door.identity import SignedIn
from shared.web.pages.navigation import APPLICATIONS, CAMPAIGNS, DECISIONS, MATERIALS, RETURNS, REVIEWS
from shared.words.numbers import format_number
from shared.words.sentences import _


@dataclass(frozen=True)
class Task:
    """A number that waits, in words, and where it is dealt with; ``url`` is empty where there is only the number."""

    number: int
    label: str
    url: str = ""
    hint: str = ""


def tasks_in_edition(waiting: Waiting, person: SignedIn) -> list[Task]:
    """Return what waits for ``person`` in an edition, as far as her roles there reach."""
    slug = waiting.edition.slug
    tasks = [*_about_people(waiting, person, slug), *_about_mail(waiting, person, slug)]
    if person.holds_in(slug, "door", "organiser"):
        hint = _("%(num)s confirmed", num=format_number(waiting.confirmed))
        tasks.append(Task(waiting.pool.enrolled, _("People with a place"), hint=hint))
    return tasks


def _about_people(waiting: Waiting, person: SignedIn, slug: str) -> list[Task]:
    tasks, pool = [], waiting.pool
    if waiting.my_reviews and (reviews := REVIEWS.way(person, slug)):
        tasks.append(Task(waiting.my_reviews, _("For you to review"), reviews))
    if applications := APPLICATIONS.way(person, slug):
        undecided = f"{applications}?decision=none&state=submitted&state=under_review"
        tasks.append(Task(waiting.undecided, _("Without a decision"), undecided))
    if decisions := DECISIONS.way(person, slug):
        tasks.append(Task(waiting.to_release, _("To release"), decisions))
    if applications and person.holds_in(slug, "organiser", "viewer"):
        tasks.append(Task(waiting.expiring, _("Offers ending within 3 days"), f"{applications}?decision=offer:offered"))
        taken = _(
            "%(taken)s of %(capacity)s places taken",
            taken=format_number(pool.enrolled),
            capacity=format_number(pool.capacity),
        )
        tasks.append(Task(pool.left, _("Can still be offered"), hint=taken))
    return tasks


def _about_mail(waiting: Waiting, person: SignedIn, slug: str) -> list[Task]:
    campaigns, counts = CAMPAIGNS.way(person, slug) or "", waiting.campaigns
    tasks = []
    if person.holds_in(slug, "organiser", "writer"):
        tasks.append(Task(counts.get("draft", 0), _("Campaigns being written"), campaigns))
    if person.holds_in(slug, "organiser", "approver", "writer"):
        tasks.append(Task(counts.get("awaiting_approval", 0), _("Campaigns to approve"), campaigns))
    if waiting.unreached and (returns := RETURNS.way(person, slug)):
        tasks.append(Task(waiting.unreached, _("To be told in another way"), returns))
    if counts.get("paused") and campaigns:
        tasks.append(Task(counts["paused"], _("Campaigns paused"), campaigns))
    return tasks


def tasks_in_library(work: LibraryWork, person: SignedIn) -> list[Task]:
    """Return what waits in the library, for who keeps it."""
    shelves = MATERIALS.way(person, None)
    if shelves is None or not person.holds("organiser", "librarian"):
        return []
    return [
        Task(work.drafts, _("Releases not published"), shelves),
        Task(
            work.unshelved,
            _("Published, but on no shelf"),
            shelves,
            _("Nobody can open them.") if work.unshelved else "",
        ),
    ]
