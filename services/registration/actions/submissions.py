from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID, uuid5

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.registration.actions.option_places import take_options
from services.registration.errors import (
    AlreadyApplied,
    ApplicationsClosed,
    FormChanged,
    ProofSpent,
    ProofWorthless,
)
from services.registration.queries.applications import live_application_of
from services.registration.queries.drafts import standing_beside
from services.registration.rules import applications as rules
from services.registration.rules.countries import time_zone_of
from services.registration.rules.editions import takes_applications
from services.registration.rules.forms.compiled import Answers, content_hash
from services.registration.rules.forms.library import STANDARD_VERSION
from shared.facts.registration import AddressProofRequested
from shared.history import Deed, begun, move
from shared.outbox import record
from shared.people.actions.people import find_or_make_person
from shared.schema.base import new_id
from shared.schema.registration import Application, Edition, Form

APPLICATIONS: Final = cast("Table", Application.__table__)
INSERT_ONCE: Final = (
    insert(APPLICATIONS).on_conflict_do_nothing(constraint="uq_application_submission_key").returning(APPLICATIONS.c.id)
)
"""Sending a form is the hot path: plain Core, no unit of work, and statements that are put together once."""
_OF_DRAFT: Final = ("state", "edition_id", "person_id", "email", "name", "called", "locale", "country", "created_at")
DRAFT: Final = (
    select(
        *(
            APPLICATIONS.c[name]
            for name in (
                "state",
                "edition_id",
                "person_id",
                "email",
                "name",
                "called",
                "locale",
                "country",
                "created_at",
            )
        )
    )
    .where(APPLICATIONS.c.id == bindparam("application_id"))
    .with_for_update()
)
OPEN_NOW: Final = (
    select(
        Edition.opens_at,
        Edition.closes_at,
        Edition.published_at,
        select(Form.published)
        .where(Form.edition_id == Edition.id, Form.purpose == "application")
        .correlate(Edition)
        .scalar_subquery()
        .label("form"),
    )
    .where(Edition.id == bindparam("edition_id"))
    .with_for_update(read=True, of=Edition)
)


def start_application(
    session: Session,
    *,
    edition_id: UUID,
    submission_key: UUID,
    answers: Answers,
    locale: str,
    now: datetime,
) -> UUID:
    """Keep a filled-in form as a draft and ask for the address to be proved; return the application's id.

    The same ``submission_key`` and content again is the same draft, and no second mail goes out. Other content under
    the same name corrects a draft: its answers are replaced, or, where the address is another, the draft is, so that a
    link mailed to the old address proves nothing about the new one. Under another name, or after the first was
    submitted, it is an application of its own: the form was filled in anew. Refuses with :class:`ApplicationsClosed`,
    with :class:`FormChanged` when another version was published, with :class:`OptionFull` when a place is gone.
    """
    values = _values(answers, locale=locale, now=now)
    key = submission_key
    while True:
        row = _draft(values, application_id=new_id(), edition_id=edition_id, submission_key=key, now=now)
        if session.connection().execute(INSERT_ONCE, row).first() is not None:
            require_open(session, edition_id=edition_id, now=now, version=answers.version)
            take_options(session, edition_id=edition_id, application_id=row["id"], answers=answers)
            begun(session, rules.APPLICATION, "draft", Deed(None, now), [row])
            return UUID(str(row["id"]))
        known = _known(session, edition_id=edition_id, submission_key=key)
        if known is None:
            continue  # it was dropped between the two statements
        if known.state != "withdrawn" and known.content_hash == values["content_hash"]:
            return known.id
        if known.state == "draft" and known.name == row["name"]:
            require_open(session, edition_id=edition_id, now=now, version=answers.version)
            return _correct(session, known, row=row, values=values, answers=answers, now=now)
        key = uuid5(key, values["content_hash"])


def _values(answers: Answers, *, locale: str, now: datetime) -> dict[str, Any]:
    return {
        **answers.columns(),
        "locale": locale,
        "form_version": answers.version,
        "answers": answers.answers(),
        "content_hash": content_hash(answers.columns(), answers.answers()),
        "consent": answers.consent,
        "consented_at": now,
        "updated_at": now,
    }


def _draft(
    values: dict[str, Any], *, application_id: UUID, edition_id: UUID, submission_key: UUID, now: datetime
) -> dict[str, Any]:
    return {
        **values,
        "id": application_id,
        "edition_id": edition_id,
        "submission_key": submission_key,
        "state": "draft",
        "created_at": now,
    }


def _known(session: Session, *, edition_id: UUID, submission_key: UUID) -> Application | None:
    return session.execute(
        select(Application)
        .where(Application.edition_id == edition_id, Application.submission_key == submission_key)
        .with_for_update()
    ).scalar()


def _correct(
    session: Session,
    known: Application,
    *,
    row: dict[str, Any],
    values: dict[str, Any],
    answers: Answers,
    now: datetime,
) -> UUID:
    if known.email == row["email"]:
        take_options(session, edition_id=known.edition_id, application_id=known.id, answers=answers)
        session.execute(
            update(Application)
            .where(Application.id == known.id)
            .values(values)
            .execution_options(synchronize_session=False)
        )
        return known.id
    drop_draft(session, application_id=known.id, why="address corrected", now=now)
    session.execute(insert(Application).values(row))
    take_options(session, edition_id=known.edition_id, application_id=row["id"], answers=answers)
    begun(session, rules.APPLICATION, "draft", Deed(None, now), [row])
    return UUID(str(row["id"]))


def ask_for_proof_again(session: Session, *, edition_id: UUID, submission_key: UUID, now: datetime) -> None:
    """Send the proof link of a draft once more; nothing happens for an application that is no draft.

    After the deadline as before it: the draft was handed in in time, and only its mail was lost.
    """
    application_id = session.execute(
        select(Application.id).where(
            Application.edition_id == edition_id,
            Application.submission_key == submission_key,
            Application.state == "draft",
        )
    ).scalar()
    if application_id is not None:
        fact = AddressProofRequested(application_id=application_id, edition_id=edition_id)
        record(session, fact, Deed(None, now))


def prove_address(session: Session, *, application_id: UUID, now: datetime) -> UUID:
    """Submit the draft whose address was just proved; return the person, found by the address or made.

    Refuses with :class:`ProofSpent` when it was submitted before, or put away because another application of the same
    address stands, with :class:`ProofWorthless` when the draft was replaced, with
    :class:`ApplicationsClosed` after the deadline and :class:`AlreadyApplied` when the person has a live application.
    """
    draft = session.connection().execute(DRAFT, {"application_id": application_id}).first()
    if draft is None:
        raise ProofWorthless
    if draft.state != "draft":
        replaced = draft.person_id is None and standing_beside(session, application_id=application_id) is None
        raise ProofWorthless if replaced else ProofSpent
    # Handed in before the deadline counts, though the mail was read after it; the link's own life bounds the delay.
    require_open(session, edition_id=draft.edition_id, now=min(now, draft.created_at))
    person_id = find_or_make_person(
        session,
        email=draft.email,
        name=draft.name,
        called=draft.called,
        locale=draft.locale,
        time_zone=time_zone_of(draft.country) or "",
        now=now,
    )
    submit_draft(session, application_id=application_id, edition_id=draft.edition_id, deed=Deed(person_id, now))
    return person_id


def submit_draft(session: Session, *, application_id: UUID, edition_id: UUID, deed: Deed) -> None:
    """Let a draft count as the application of the doer, whose address is proved.

    Refuses with :class:`AlreadyApplied`; a partial unique index decides, so that two at once never both win.
    """
    try:
        with session.begin_nested():  # the refusal below has to look up what stands in the way
            move(
                session,
                rules.APPLICATION,
                [application_id],
                "submitted",
                deed,
                leaving="draft",
                person_id=deed.doer,
                submitted_at=deed.at,
                updated_at=deed.at,
            )
    except IntegrityError as error:
        if "uq_application_live" not in str(error.orig):
            raise
        existing = live_application_of(session, edition_id=edition_id, person_id=deed.doer)
        raise AlreadyApplied(existing or application_id, deed.doer) from error


def submit_application(
    session: Session,
    *,
    edition_id: UUID,
    submission_key: UUID,
    answers: Answers,
    locale: str,
    deed: Deed,
) -> UUID:
    """Submit the application of the doer, whose address is proved; return its id.

    The same key and content is the same application.
    Another person's key, or one whose application was withdrawn, makes an application of its own. Refuses with
    :class:`AlreadyApplied` when an application of this person stands, with :class:`ApplicationsClosed` out of time,
    with :class:`FormChanged` and :class:`OptionFull` as :func:`start_application` does.
    """
    values = _values(answers, locale=locale, now=deed.at)
    key = submission_key
    while True:
        row = _draft(values, application_id=new_id(), edition_id=edition_id, submission_key=key, now=deed.at)
        if session.connection().execute(INSERT_ONCE, row).first() is not None:
            break
        known = _known(session, edition_id=edition_id, submission_key=key)
        if known is None:
            continue
        if known.person_id == deed.doer and known.state != "withdrawn":
            if known.content_hash == values["content_hash"]:
                return known.id
            raise AlreadyApplied(known.id, deed.doer)
        key = uuid5(key, f"{deed.doer} {values['content_hash']}")
    require_open(session, edition_id=edition_id, now=deed.at, version=answers.version)
    application_id: UUID = row["id"]
    take_options(session, edition_id=edition_id, application_id=application_id, answers=answers)
    submit_draft(session, application_id=application_id, edition_id=edition_id, deed=deed)
    return application_id


def drop_draft(session: Session, *, application_id: UUID, why: str, now: datetime) -> None:
    """Put a draft away for good, so that its link proves nothing any more."""
    deed = Deed(None, now, why)
    move(session, rules.APPLICATION, [application_id], "withdrawn", deed, leaving="draft", submission_key=None)


def require_open(session: Session, *, edition_id: UUID, now: datetime, version: int | None = None) -> None:
    """Refuse with :class:`ApplicationsClosed` unless the edition takes applications; it does until the commit.

    Refuses with :class:`FormChanged` when ``version`` is not the one that is published.
    """
    edition = session.connection().execute(OPEN_NOW, {"edition_id": edition_id}).one()
    if not takes_applications(
        opens_at=edition.opens_at,
        closes_at=edition.closes_at,
        published=edition.published_at is not None,
        now=now,
    ):
        raise ApplicationsClosed
    if version is not None and version != (edition.form or STANDARD_VERSION):
        raise FormChanged
