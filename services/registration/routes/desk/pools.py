"""Places of groups: a room of one language, fellowship places, a constituency, each with a number of its own."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from flask import Blueprint, render_template, request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from services.registration.actions.pools import change_pool, make_pool, remove_pool
from services.registration.queries.editions import edition_at
from services.registration.queries.places import pool
from services.registration.queries.pools import groupings
from services.registration.queries.scenarios import candidates, values_of_traits
from services.registration.rules.selection.traits import ANSWER
from services.registration.views.editions import present
from services.registration.views.questions import choice_label, said
from services.registration.views.scenarios import group_name, groups
from shared.clock import now
from shared.schema.registration import Edition
from shared.web.door.identity import my_deed
from shared.web.door.policy import staff
from shared.web.door.redirects import see_other
from shared.web.door.tools import tools
from shared.web.pages.flashes import flash_message
from shared.web.pages.forms import fill, read_form
from shared.web.pages.refusing import refused_at
from shared.words.cleaning import clean_line
from shared.words.languages import current_locale
from shared.words.sentences import _, _l

blueprint = Blueprint("desk_pools", __name__)
_HERE = "/desk/e/<edition_slug>/selection/pools"
_PAGE = "/desk/e/{edition_slug}/selection/pools"
_NAME = "name_"
_ROOM = 100


class PoolChanged(BaseModel):
    """How many places there are; the names are the fields ``name_…`` beside it, one for each language."""

    capacity: Annotated[int, Field(ge=0, le=100_000)]


class PoolWanted(PoolChanged):
    """The group as ``trait:value``, and how many places it has."""

    group: Annotated[str, Field(max_length=150, pattern=r"^[a-z][A-Za-z0-9_.-]*:[A-Za-z0-9_-]+$")]


@blueprint.get(_HERE)
@staff("organiser", "approver")
def list_pools(edition_slug: str) -> str:
    """Show the places of the edition and of each group: how many, how many are held, how many are left."""
    with tools().database.reading() as session:
        edition = edition_at(session, edition_slug)
        places = pool(session, edition.id)
        could = _groups(session, edition)
    known = {f"{one.trait}:{one.value}" for one in places.named}
    names = dict(could)
    return render_template(
        "registration/desk/pools.html",
        edition=present(edition, language=current_locale(), now=now()),
        places=places,
        groups=[(key, label) for key, label in could if key not in known],
        group_of=lambda one: names.get(f"{one.trait}:{one.value}") or group_name(f"{one.trait}:{one.value}"),
        said=said,
        known=lambda one: fill({"capacity": one.capacity, **{_NAME + code: text for code, text in one.name.items()}}),
    )


@blueprint.post(_HERE)
@staff("organiser")
@refused_at(_PAGE)
def begin_pool(edition_slug: str) -> Response:
    """Give a group places of its own."""
    wanted = read_form(PoolWanted, request.form, messages={"group": _l("Choose a group from the list")})
    trait, _colon, value = wanted.group.partition(":")
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        names = _names(edition) or {edition.languages[0]: str(dict(_groups(session, edition)).get(wanted.group, value))}
        make_pool(
            session,
            edition_id=edition.id,
            name=names,
            trait=trait,
            value=value,
            capacity=wanted.capacity,
            deed=my_deed(),
        )
    flash_message(_("From now on an offer to somebody of this group takes one of these places too."))
    return see_other(_PAGE.format(edition_slug=edition_slug))


@blueprint.post(f"{_HERE}/<uuid:pool_id>")
@staff("organiser")
@refused_at(_PAGE)
def write_pool(edition_slug: str, pool_id: UUID) -> Response:
    """Change what the places are called and how many there are."""
    wanted = read_form(PoolChanged, request.form)
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        change_pool(
            session,
            edition_id=edition.id,
            pool_id=pool_id,
            name=_names(edition),
            capacity=wanted.capacity,
            deed=my_deed(),
        )
    flash_message(_("Saved. Nobody loses a place."))
    return see_other(_PAGE.format(edition_slug=edition_slug))


@blueprint.post(f"{_HERE}/<uuid:pool_id>/remove")
@staff("organiser")
@refused_at(_PAGE)
def drop_pool(edition_slug: str, pool_id: UUID) -> Response:
    """Let the group need no places of its own any more."""
    with tools().database.transaction() as session:
        edition = edition_at(session, edition_slug)
        remove_pool(session, edition_id=edition.id, pool_id=pool_id, deed=my_deed())
    flash_message(_("Gone. Every offer and place stays."))
    return see_other(_PAGE.format(edition_slug=edition_slug))


def _groups(session: Session, edition: Edition) -> list[tuple[str, str]]:
    """Return the groups that may have places of their own, as ``(trait:value, label)``."""
    found, _named = candidates(session, edition_id=edition.id, formula="mean")
    values = values_of_traits(found)
    values["language"] = sorted({*values["language"], *edition.languages})
    values["fellowship"] = ["yes"]
    answers = [
        (f"{ANSWER}{field.key}:{choice}", f"{said(field.label) or field.key}: {choice_label(field, choice)}")
        for field in groupings(session, edition_id=edition.id)
        for choice in field.choices()
    ]
    return [*groups(values), *answers]


def _names(edition: Edition) -> dict[str, str]:
    given = {code: clean_line(request.form.get(_NAME + code, "")[:_ROOM]) for code in edition.languages}
    return {code: text for code, text in given.items() if text}
