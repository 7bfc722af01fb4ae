"""Releasing: a quiet page with the consequences, then a page on which the release can be taken back for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from services.registration.actions.releases import recall_release, release_decisions, take_out_of_release
from services.registration.queries.editions import edition_at
from services.registration.queries.figures import balance_of
from services.registration.queries.places import pool
from services.registration.queries.release_plans import planned_release
from services.registration.queries.releases import own_proposals, waiting_batch
from services.registration.queries.releases_shown import decisions_in, is_gone, release_with, releases_of
from services.registration.rules.decisions import OUTCOMES
from services.registration.rules.offers import expires_at
from services.registration.views import wording
from services.registration.views.editions import present
from services.registration.views.figures import balance_charts, places_chart
from services.registration.views.questions import said
from shared.clock import now
from shared.errors import Invalid
from shared.web.door.identity import actor_id, my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import read_form
from shared.web.pages.refusing import refused_at
from shared.web.pages.tables import read_table_query
from shared.words.languages import current_locale
from shared.words.sentences import _, _l, _n

blueprint = Blueprint("desk_releases", __name__)
_REVIEW = "/desk/e/<edition_slug>/decisions/release"
_RELEASE = "/desk/e/<edition_slug>/releases/<uuid:batch_id>"


class SeenBatch(BaseModel):
    """The form that releases: the batch as it was shown."""

    seen: Annotated[str, Field(max_length=200)] = ""


class TakenOut(BaseModel):
    """The form that takes people out of a release."""

    ids: list[UUID] = []


class NobodyChosen(Invalid):
    """People are taken out of a release, and none was chosen."""

    title = _l("Choose whom to take out first")


@blueprint.get(_REVIEW)
@staff("organiser", "approver")
def review_release(edition_slug: str) -> str:
    """Say exactly what releasing does, to how many, and what is otherwise than last time."""
    moment, settings = now(), tools().settings
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        batch = waiting_batch(session, edition_id=edition.id)
        places = pool(session, edition.id)
        planned = planned_release(session, edition_id=edition.id, batch=batch, places=places)
        releases = releases_of(session, edition_id=edition.id)
        balance = balance_of(session, edition_id=edition.id)
        mine = own_proposals(session, edition_id=edition.id, by=actor_id())
    known_from = moment + timedelta(seconds=settings.recall_seconds)
    return render_template(
        "registration/desk/release.html",
        edition=present(edition, language=current_locale(), now=moment),
        charts=[
            places_chart(places, proposed=batch.accepts),
            *balance_charts(balance, title=_("Places and offers by country, with this release")),
        ],
        plan=planned.plan,
        planned=planned,
        said=said,
        mine=mine,
        seen=batch.digest,
        last=releases[0] if releases else None,
        expires=expires_at(now=known_from, days=edition.offer_days, time_zone=edition.time_zone),
        recall=settings.recall_seconds,
        outcomes=OUTCOMES,
        wording=wording,
    )


@blueprint.post(_REVIEW)
@staff("organiser", "approver")
@refused_at("/desk/e/{edition_slug}/decisions/release")
def release(edition_slug: str) -> Response:
    """Freeze the batch that was shown; it becomes known once the time to take it back is over."""
    seen = read_form(SeenBatch, request.form).seen
    recall = timedelta(seconds=tools().settings.recall_seconds)
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        begun = release_decisions(session, edition_id=edition.id, seen=seen, deed=my_deed(), recall=recall)
    return see_other(f"/desk/e/{edition_slug}/releases/{begun.batch_id}")


@blueprint.get(_RELEASE)
@staff("organiser", "reviewer", "approver", "viewer")
def show_release(edition_slug: str, batch_id: UUID) -> str:
    """Show a release: how long it can be taken back, who is in it, or how far it has become known."""
    moment = now()
    query = read_table_query(request.args, columns=(), default_sort="")
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        found = release_with(session, edition_id=edition.id, batch_id=batch_id)
        people = decisions_in(session, release=found, limit=query.limit, offset=query.offset)
    return render_template(
        "registration/desk/release_begun.html",
        edition=present(edition, language=current_locale(), now=moment),
        release=found,
        people=people,
        query=query,
        seconds=max(0, round((found.known_from - moment).total_seconds())),
        outcomes=OUTCOMES,
        wording=wording,
    )


@blueprint.post(f"{_RELEASE}/recall")
@staff("organiser", "approver")
@refused_at("/desk/e/{edition_slug}/releases/{batch_id}")
def recall(edition_slug: str, batch_id: UUID) -> Response:
    """Take the release back: nobody has learnt anything."""
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        freed = recall_release(session, edition_id=edition.id, batch_id=batch_id, deed=my_deed())
    flash_message(
        _n(
            "The release is taken back. %(num)s decision is a proposal again, and nobody was told.",
            "The release is taken back. %(num)s decisions are proposals again, and nobody was told.",
            freed,
        )
    )
    return see_other(f"/desk/e/{edition_slug}/decisions")


@blueprint.post(f"{_RELEASE}/take-out")
@staff("organiser", "approver")
@refused_at("/desk/e/{edition_slug}/releases/{batch_id}")
def take_out(edition_slug: str, batch_id: UUID) -> Response:
    """Take the people chosen out of the release; the others stay in it."""
    chosen = read_form(TakenOut, request.form, messages={"ids": NobodyChosen.title}).ids
    if not chosen:
        raise NobodyChosen
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        freed = take_out_of_release(
            session, edition_id=edition.id, batch_id=batch_id, decision_ids=chosen, deed=my_deed()
        )
        is_over = is_gone(session, batch_id=batch_id)
    flash_message(_n("%(num)s person is taken out.", "%(num)s people are taken out.", freed))
    if is_over:
        flash_message(_("Nobody is left in the release: it is taken back."), "information")
        return see_other(f"/desk/e/{edition_slug}/decisions")
    return see_other(f"/desk/e/{edition_slug}/releases/{batch_id}")
