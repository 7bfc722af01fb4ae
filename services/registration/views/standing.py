"""Where am I, what is next, by when: one sentence each, made from what stands in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.registration.queries.applications import Mine
from services.registration.queries.reserves import ReservePlace
from services.registration.rules.applications import is_editable
from services.registration.views.wording import APPLICATION, OFFER
from shared.words.formats import format_date
from shared.words.languages import zone_of
from shared.words.sentences import _, _n


@dataclass(frozen=True)
class WhereYouAre:
    """What the personal page says first about one application."""

    state: str
    kind: str
    sentence: str
    following: str
    by: datetime | None
    action: str = ""
    url: str = ""
    waits: bool = False
    """On the reserve list, which can be left."""


_HOLD: Final = {
    "held": lambda: _("A place is held for you."),
    "contested": lambda: _("A place is offered to you; whoever accepts first has it."),
    "full": lambda: _("A place was offered to you, but all are taken at the moment."),
}


def standing(mine: Mine, *, now: datetime) -> WhereYouAre:
    """Return where ``mine`` stands at ``now``. Only released decisions are told."""
    if mine.enrolment is not None and mine.enrolment.holds_place:
        return WhereYouAre(
            str(OFFER["accepted"][0]),
            "good",
            _("You have a place."),
            _("Your materials are on this page. We write to you before the Academy begins."),
            None,
        )
    if mine.offer is not None and mine.offer.state != "accepted":
        return _offered(mine, now=now)
    return _applied(mine, now=now)


def _offered(mine: Mine, *, now: datetime) -> WhereYouAre:
    offer = mine.offer
    assert offer is not None  # noqa: S101 - the caller has looked
    state = "expired" if offer.state == "offered" and offer.expires_at <= now else offer.state
    label, kind = OFFER[state]
    if state == "offered":
        return WhereYouAre(
            str(label),
            "warn",
            _HOLD[mine.hold](),
            _("Answer the offer by then") if mine.hold == "full" else _("Accept or decline it"),
            offer.expires_at,
            _("Answer the offer"),
            f"/me/offers/{offer.id}",
        )
    told = {
        "declined": _("You declined the place that was offered to you."),
        "expired": _("The place that was offered to you was not answered in time."),
        "withdrawn": _("You gave your place up."),
    }[state]
    return WhereYouAre(str(label), kind, told, "", None)


def _on_reserve(at: ReservePlace | None) -> str:
    if at is None:
        return _("You are on the reserve list.")
    told = _("You are number %(place)s of %(of)s on the reserve list today.", place=at.place, of=at.of)
    moved = _n(
        "%(num)s person has had a place from it so far.", "%(num)s people have had a place from it so far.", at.moved_up
    )
    return f"{told} {moved}" if at.moved_up else told


def _applied(mine: Mine, *, now: datetime) -> WhereYouAre:
    application, url = mine.application, f"/me/applications/{mine.application.id}"
    label, kind = APPLICATION[application.state]
    if application.state == "decided":
        if mine.outcome == "reserve":
            return WhereYouAre(
                _("On the reserve list"),
                "warn",
                _on_reserve(mine.reserve),
                _("If a place becomes free we offer it by mail."),
                None,
                waits=True,
            )
        return WhereYouAre(_("Not selected"), "calm", _("You were not selected for this edition."), "", None)
    if application.state == "withdrawn":
        return WhereYouAre(str(label), kind, _("You withdrew your application."), "", None)
    if application.state == "needs_information":
        return WhereYouAre(
            str(label),
            kind,
            _("The organisers need some answers from you."),
            _("Your application waits for them"),
            None,
            _("Answer the questions"),
            f"{url}/asked",
        )
    editable = is_editable(state=application.state, closes_at=mine.edition.closes_at, now=now)
    if editable:
        return WhereYouAre(
            str(label),
            kind,
            _("Your application is submitted.") + _promise(mine, now=now),
            _("You can change it until the deadline"),
            mine.edition.closes_at,
            _("Change my application"),
            f"{url}/edit",
        )
    return WhereYouAre(
        str(label),
        kind,
        _("Your application is being read."),
        _("We write to you as soon as it is decided.") + _promise(mine, now=now),
        None,
    )


def _promise(mine: Mine, *, now: datetime) -> str:
    """Say by when the applicant hears, where that is promised and not over."""
    day = mine.edition.heard_by
    if day is None or day < now.astimezone(zone_of(mine.edition.time_zone)).date():
        return ""
    return " " + _("You hear from us by %(day)s.", day=format_date(day))
