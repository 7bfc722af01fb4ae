"""Histories as lines of a timeline: what the desk reads, and the part of it that the applicant reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from services.registration.queries.deliveries import Mailed
from services.registration.rules.forms.compiled import CompiledForm
from services.registration.views.answers import differences_in, labels_of
from services.registration.views.wording import OUTCOME
from shared.histories import Past
from shared.links import DELIVERY
from shared.web.pages.histories import Titles
from shared.words.formats import format_list
from shared.words.sentences import LazyText, _, _l

TITLES: Final[Mapping[tuple[str, str], tuple[LazyText, str]]] = {
    ("application", "submitted"): (_l("Application submitted"), "news"),
    ("application", "edited"): (_l("Answers changed"), "news"),
    ("application", "came_late"): (_l("Other answers came too late"), "warn"),
    ("application", "answered"): (_l("Another form filled in"), "news"),
    ("application", "noted"): (_l("Note"), "calm"),
    ("application", "looked_at_special"): (_l("Special answers looked at"), "calm"),
    ("application", "needs_information"): (_l("Information asked for"), "warn"),
    ("application", "under_review"): (_l("Taken under review"), "news"),
    ("application", "decided"): (_l("Application decided"), "good"),
    ("application", "withdrawn"): (_l("Application withdrawn"), "warn"),
    ("decision", "proposed"): (_l("Decision proposed"), "news"),
    ("decision", "released"): (_l("Decision released"), "good"),
    ("decision", "replaced"): (_l("Decision replaced"), "calm"),
    ("offer", "offered"): (_l("Place offered"), "good"),
    ("offer", "accepted"): (_l("Offer accepted"), "good"),
    ("offer", "declined"): (_l("Offer declined"), "warn"),
    ("offer", "expired"): (_l("Offer expired"), "warn"),
    ("offer", "withdrawn"): (_l("Offer ended"), "calm"),
    ("enrolment", "accepted"): (_l("Place taken"), "good"),
    ("enrolment", "withdrawn"): (_l("Place given up"), "warn"),
}
EDITION: Final[Titles] = {
    ("edition", "unpublished"): (_l("Created"), "calm"),
    ("edition", "published"): (_l("Made public"), "good"),
    ("edition", "published unpublished"): (_l("Taken from public view"), "warn"),
    ("edition", "edited"): (_l("Changed"), "calm"),
    ("edition", "pool_made"): (_l("Places given to a group"), "calm"),
    ("edition", "pool_changed"): (_l("Places of a group changed"), "calm"),
    ("edition", "pool_removed"): (_l("Places of a group taken away"), "calm"),
}
FACTS: Final[Mapping[str, LazyText]] = {
    "AddressProofRequested": _l("Form received, address to be confirmed"),
    "OfferEnding": _l("Reminded of the offer"),
    "ShelfOpened": _l("Reader put on the shelf"),
    "DownloadStarted": _l("Download started"),
}
MAILS: Final[Mapping[str, LazyText]] = {
    "written": _l("message from the organisers"),
    "address_proof": _l("link to confirm the address"),
    "form_saved": _l("link to the half-filled form"),
    "sign_in": _l("link to sign in"),
    "application_received": _l("application received"),
    "application_withdrawn": _l("application withdrawn"),
    "information_requested": _l("information asked for"),
    "decision_reserve": _l("decision: reserve list"),
    "decision_decline": _l("decision: not selected"),
    "offer_made": _l("place offered"),
    "offer_accepted": _l("place confirmed"),
    "offer_declined": _l("offer declined"),
    "place_given_up": _l("place given up"),
    "offer_ending": _l("offer ends soon"),
    "offer_expired": _l("offer expired"),
    "reader_ready": _l("Reader ready"),
    "campaign": _l("letter from the organisers"),
}
MAIL_STATES: Final[Mapping[str, LazyText]] = {
    "queued": _l("waiting to be sent"),
    "sending": _l("being sent"),
    "sent": _l("sent"),
    "deferred": _l("put off, will be tried again"),
    "failed": _l("failed"),
    "suppressed": _l("not sent: opted out or undeliverable"),
    "uncertain": _l("perhaps sent; look into it"),
    "bounced": _l("came back: not delivered"),
    "complained": _l("arrived, and was called unwanted"),
}
_MINE: Final = frozenset(
    {
        ("application", "submitted"), ("application", "edited"), ("application", "answered"),
        ("application", "came_late"), ("application", "needs_information"), ("application", "withdrawn"),
        ("decision", "released"), ("offer", "offered"), ("offer", "accepted"), ("offer", "declined"),
        ("offer", "expired"), ("enrolment", "withdrawn"),
    }
)  # fmt: skip
"""What the applicant is told: never what the desk only considers."""


def story(
    steps: Iterable[Past], mails: Iterable[Mailed], *, outcomes: Mapping[UUID, str], form: CompiledForm
) -> list[dict[str, Any]]:
    """Return what happened and the mails as one story for the desk, newest first.

    Answers that changed are shown as they were and as they are; ``form`` says what its questions are called.
    """
    lines = [_entry(step, outcomes, form) for step in steps]
    lines += [
        {
            "at": mail.at,
            "title": _("Mail: %(what)s", what=MAILS.get(mail.kind, mail.kind)),
            "text": MAIL_STATES.get(mail.state, mail.state),
            "kind": "bad" if mail.state in {"failed", "uncertain", "bounced", "complained"} else "calm",
            "by": "",
            "url": DELIVERY.address("", id=mail.id),
        }
        for mail in mails
    ]
    return sorted(lines, key=lambda line: line["at"], reverse=True)


def my_entries(
    steps: Iterable[Past], *, outcomes: Mapping[UUID, str], person_id: UUID, form: CompiledForm
) -> list[dict[str, Any]]:
    """Return the applicant's part of the story, without names of staff and internal notes."""
    found = []
    for step in steps:
        if (step.noun, step.after) in _MINE:
            own = step.by_id == person_id
            entry = _entry(step, outcomes, form)
            found.append(entry | {"by": "", "text": entry["text"] if own else ""})
    return found


def _entry(step: Past, outcomes: Mapping[UUID, str], form: CompiledForm) -> dict[str, Any]:
    if step.details:
        labels = labels_of(form)
        names = format_list([str(labels.get(field, field)) for field in step.details])
        counts = step.after != "came_late"
        title: object = (
            _("Answers changed: %(fields)s", fields=names)
            if counts
            else _("Other answers came too late and do not count: %(fields)s", fields=names)
        )
        return {
            "at": step.at,
            "title": title,
            "text": differences_in(form, step.details),
            "by": step.by,
            "kind": "news" if counts else "warn",
        }
    if step.after is None or (step.noun, step.after) == ("application", "draft"):
        return {"at": step.at, "title": FACTS.get(step.name, step.name), "text": "", "by": "", "kind": "calm"}
    known, kind = TITLES.get((step.noun, step.after), (None, "calm"))
    title = known or f"{step.noun}: {step.after}"
    outcome = outcomes.get(step.subject_id, "") if step.subject_id else ""
    if outcome in OUTCOME:
        title = _("%(what)s: %(outcome)s", what=title, outcome=OUTCOME[outcome][0])
    return {"at": step.at, "title": title, "text": step.why, "by": step.by, "kind": kind}
