"""Somebody on the way through a long form: what was saved so far, known to their browser or to their account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID, uuid4

from flask import session as cookie
from werkzeug.datastructures import MultiDict

from services.registration.actions.form_drafts import MOST_TYPED, keep_step
from services.registration.errors import FormTooLong
from services.registration.queries.applications import person_of
from services.registration.queries.form_drafts import half_filled
from services.registration.queries.forms import FormInUse, version_of_form
from services.registration.routes.attachments import files_sent
from services.registration.routes.public.applications import known_values, open_edition
from services.registration.routes.public.editions import showcase
from services.registration.rules.forms.changes import Change, changes_between
from services.registration.rules.forms.compiled import FormRead
from services.registration.rules.forms.definitions import Section
from services.registration.rules.forms.fields.base import CameBefore
from services.registration.views.editions import EditionView
from shared.clock import now
from shared.schema.registration import FormDraft
from shared.web.door.identity import signed_in
from shared.web.door.tools import tools
from shared.words.languages import current_locale

HALF_HERE: Final = "d"
"""Where the cookie keeps which half-filled form this browser is at."""


@dataclass(frozen=True)
class Filling:
    """Somebody at a form: the version in use, and what was saved of it."""

    edition: EditionView
    asks: FormInUse
    draft: FormDraft | None
    typed: Mapping[str, list[str]]
    proved: str
    """The address of somebody signed in."""
    files: Mapping[str, CameBefore]
    """Those that it names, by their ids."""

    @property
    def url(self) -> str:
        """Where the form stands."""
        return f"/e/{self.edition.slug}/apply"

    def step(self, number: int) -> str:
        """Where one section of it is filled in."""
        return f"/e/{self.edition.slug}/apply/steps/{number}"

    def raw(self) -> dict[str, object]:
        """Return what was saved, as the form reads it."""
        sent = MultiDict([(name, value) for name, values in self.typed.items() for value in values])
        raw = self.asks.form.collect(sent)
        field = self.asks.form.definition.meaning("email")
        return raw | {field.key: self.proved} if self.proved and field is not None else raw

    def known(self) -> dict[str, Any]:
        """Return what was saved, as the inputs hold it."""
        known = {name: values if len(values) != 1 else values[0] for name, values in self.typed.items()}
        field = self.asks.form.definition.meaning("email")
        return known | {field.key: self.proved} if self.proved and field is not None else known

    def sections(self) -> list[Section]:
        """Return the sections that are asked, given what was saved."""
        return self.asks.form.asked(self.so_far())

    def so_far(self) -> dict[str, Any]:
        """Return the answers that can be read from what was saved."""
        return self.asks.form.so_far(
            self.raw(), languages=self.edition.languages, locale=current_locale(), files=self.files
        )

    def read(self, raw: Mapping[str, object], *, within: frozenset[str] | None = None) -> FormRead:
        """Return ``raw`` as answers, or what is wrong with them."""
        return self.asks.form.read(
            raw, languages=self.edition.languages, locale=current_locale(), files=self.files, within=within
        )


def filling_of(slug: str) -> Filling:
    """Return who is at the form of an edition; refuses with :class:`ApplicationsClosed`."""
    edition = open_edition(slug)
    asks = showcase().form(edition.id)
    person = signed_in()
    draft_id = _known_id(cookie.get(HALF_HERE))
    known: dict[str, str] = {}
    draft = None
    with tools().database.reading() as session:
        if person is not None:
            row = person_of(session, person.person_id)
            known = {"name": row.name, "called": row.called, "email": row.email}
        if person is not None or draft_id is not None:
            draft = half_filled(
                session, edition_id=edition.id, draft_id=draft_id, person_id=person.person_id if person else None
            )
    typed = draft.typed if draft is not None else {
        name: [value] for name, value in known_values(asks, known, edition).items() if value
    }  # fmt: skip
    return _with_files(Filling(edition, asks, draft, typed, known.get("email", ""), {}))


def _with_files(filling: Filling) -> Filling:
    return replace(filling, files=files_sent(filling.asks.form, filling.raw(), form_id=filling.asks.form_id))


def saved(filling: Filling, section: Section, sent: MultiDict[str, str]) -> Filling:
    """Keep the inputs of one section in place of what was saved of it."""
    own = {field.key for field in section.fields}
    typed = {name: values for name, values in filling.typed.items() if name.partition(".")[0] not in own}
    typed |= {name: sent.getlist(name) for name in sent if name.partition(".")[0] in own}
    if sum(len(value) for values in typed.values() for value in values) > MOST_TYPED:
        raise FormTooLong
    person = signed_in()
    after = _with_files(replace(filling, typed=typed))
    with tools().database.transaction() as session:
        draft_id = keep_step(
            session,
            draft_id=filling.draft.id if filling.draft is not None else uuid4(),
            edition_id=filling.edition.id,
            version=filling.asks.form.version,
            typed=typed,
            locale=current_locale(),
            person_id=person.person_id if person is not None else None,
            now=now(),
            files=[UUID(one) for one in after.files],
        )
        draft = half_filled(
            session,
            edition_id=filling.edition.id,
            draft_id=draft_id,
            person_id=person.person_id if person is not None else None,
        )
    if person is None:
        cookie[HALF_HERE] = str(draft_id)
    return replace(after, draft=draft)


def changes_seen(filling: Filling) -> Sequence[Change]:
    """Return what differs from the version that was seen when something was typed last."""
    draft, asks = filling.draft, filling.asks
    if draft is None or asks.form_id is None or draft.form_version == asks.form.version:
        return ()
    with tools().database.reading() as session:
        before = version_of_form(session, form_id=asks.form_id, number=draft.form_version)
    return changes_between(before.definition, asks.form.definition)


def _known_id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
