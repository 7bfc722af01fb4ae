from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from services.registration.queries.applications import application_of, applications_of, person_of
from services.registration.queries.decisions import standings
from services.registration.queries.deliveries import mails_to
from services.registration.queries.editions import edition_at
from services.registration.queries.facets import choices_counted
from services.registration.queries.forms import application_form
from services.registration.queries.lines import (
    SHOWN as SHOWN_OF_MANY,
    Order,
    Wish,
    application_page,
    countries_present,
)
from services.registration.queries.responses import responses_of
from services.registration.queries.saved_views import saved_views
from services.registration.queries.timelines import story_of
from services.registration.rules.decisions import OUTCOMES
from services.registration.rules.forms.compiled import COLUMNS as MEANT
from services.registration.rules.forms.fields.base import Question
from services.registration.rules.forms.special import is_sealed
from services.registration.views import wording
from services.registration.views.answers import FILE, answer_lines
from services.registration.views.application_tables import (
    ASKED,
    CHOSEN,
    COLUMNS,
    all_columns,
    columns_of,
    questions_of,
    shown_in,
)
from services.registration.views.editions import EditionView, present
from services.registration.views.histories import story
from services.registration.views.questions import choice_label, said
from shared.clock import now
from shared.histories import MOST
from shared.schema.registration import Edition
from shared.web.door.policy import staff
from shared.web.door.tools import tools
from shared.web.pages.navigation import APPLICATIONS
from shared.web.pages.tables import Filter, TableQuery, read_table_query
from shared.words.formats import COUNTRIES, country_name, in_order, language_name
from shared.words.languages import current_locale
from shared.words.sentences import _l

blueprint = Blueprint("desk_applications", __name__)
SHOWN: Final = 100
"""How much of a story is shown before somebody asks for all of it."""


@blueprint.get(APPLICATIONS.rule)
@APPLICATIONS.opens
def list_applications(edition_slug: str) -> str:
    """Show the edition's applications as a table."""
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        form = application_form(session, edition.id).form
        listed = form.listed
        query = table_query(request.args, edition, countries_present(session, edition_id=edition.id), listed)
        views = saved_views(session, edition_id=edition.id)
        page = application_page(
            session,
            edition_id=edition.id,
            wish=wish_of(query, listed),
            order=order_of(query, edition),
            descending=query.descending,
            offset=query.offset,
            limit=query.limit,
        )
        counts = choices_counted(session, edition_id=edition.id, wish=wish_of(query, listed))
    return render_template(
        "registration/desk/applications.html",
        edition=_shown(edition),
        columns=columns_of(query.kept.get(CHOSEN, ""), form),
        could=all_columns(form),
        views=views,
        asked=questions_of(form),
        shown=shown_in,
        lines=page.rows,
        query=query,
        total=page.count.number,
        counts=counts,
        turnable=SHOWN_OF_MANY if page.count.more else None,
        wording=wording,
        outcomes=OUTCOMES,
    )


@blueprint.get("/desk/e/<edition_slug>/applications/<uuid:application_id>")
@staff("organiser", "reviewer", "viewer")
def show_application(edition_slug: str, application_id: UUID) -> str:
    """Show one application as a story: who, what now, what happened."""
    most = MOST if request.args.get("story") == "all" else SHOWN
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        told = told_of(session, edition, application_id, most=most)
    return render_template("registration/desk/application.html", edition=_shown(edition), **told)


def told_of(session: Session, edition: Edition, application_id: UUID, *, most: int) -> dict[str, Any]:
    """Return what a page shows of one application: answers, where it stands, ``most`` lines of its story."""
    application = application_of(session, edition_id=edition.id, application_id=application_id)
    [standing] = standings(session, edition_id=edition.id, application_ids=[application_id], lock=False)
    person_id = application.person_id
    hung = applications_of(session, person_id=person_id, application_id=application_id) if person_id else []
    form = application_form(session, edition.id, number=application.form_version).form
    files_at = f"/desk/e/{edition.slug}/files/{FILE}"
    responses = responses_of(session, application_id=application_id)
    given = [
        (said(version.definition.title) or row.slug, answer_lines(version, in_clear, in_clear, files_at=files_at))
        for row, response, version in responses
        for in_clear in [{key: one for key, one in response.answers.items() if not is_sealed(one)}]
    ]
    beyond = min(most + 1, MOST)
    steps, outcomes = story_of(session, application=application, most=beyond)
    mails = mails_to(session, email=application.email, person_id=person_id, edition_id=edition.id, most=beyond)
    entries = story(steps, mails, outcomes=outcomes, form=form)
    return {
        "application": application,
        "locale": person_of(session, person_id).locale if person_id else application.locale,
        "lines": answer_lines(
            form, {name: getattr(application, name) for name in MEANT}, application.answers, files_at=files_at
        ),
        "given": given,
        "sealed": any(is_sealed(one) for _row, response, _form in responses for one in response.answers.values()),
        "askable": [
            (key, said(field.label)) for key, field in form.by_key.items() if field.means not in {"email", "consent"}
        ],
        "standing": standing,
        "offer": hung[0].offer if hung else None,
        "entries": entries[:most],
        "has_more": len(entries) > most,
        "wording": wording,
        "outcomes": OUTCOMES,
    }


def _shown(edition: Edition) -> EditionView:
    return present(edition, language=current_locale(), now=now())


def table_query(
    args: MultiDict[str, str], edition: Edition, countries: Sequence[str], listed: Sequence[Question]
) -> TableQuery:
    """Read which rows of the table are asked for, in which order."""
    named = [(code, country_name(code)) for code in in_order(countries, country_name)]
    states = [(state, label) for state, (label, _kind) in wording.APPLICATION.items()]
    chosen = MultiDict(args)
    if args.getlist("col"):
        chosen[CHOSEN] = ",".join(args.getlist("col"))
    return read_table_query(
        chosen,
        keep=(CHOSEN,),
        columns=COLUMNS,
        default_sort="-submitted_at",
        filters=(
            Filter("state", _l("State"), states),
            Filter("decision", _l("Decision"), wording.DECISION_FILTER),
            Filter(
                "language",
                _l("Language"),
                [(code, language_name(code)) for code in in_order(edition.languages, language_name)],
            ),
            Filter("country", _l("Country"), named),
            *(
                Filter(
                    ASKED + field.key, said(field.label), [(one, choice_label(field, one)) for one in field.choices()]
                )
                for field in listed
                if field.choices()
            ),
        ),
    )


def order_of(query: TableQuery, edition: Edition) -> Order:
    """Return the order of a table; codes stand in that of their names."""
    codes = {
        "country": lambda: in_order(COUNTRIES, country_name),
        "language": lambda: in_order(edition.languages, language_name),
        "state": lambda: in_order(wording.APPLICATION, lambda state: wording.APPLICATION[state][0]),
    }
    return Order(query.sort, current_locale(), codes[query.sort]() if query.sort in codes else ())


def wish_of(query: TableQuery, listed: Sequence[Question]) -> Wish:
    """Return what a table shows, as the queries ask for it."""
    return Wish(
        search=query.search.replace("\x00", ""),
        states=query.chosen("state"),
        countries=query.chosen("country"),
        languages=query.chosen("language"),
        decisions=query.chosen("decision"),
        answers=[
            (field.key, [field.holding(choice) for choice in chosen])
            for field in listed
            if (chosen := query.chosen(ASKED + field.key))
        ],
    )
