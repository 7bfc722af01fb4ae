"""What notifications does about the facts it hears: one notice each, in the person's language and zone."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from services.notifications.actions.notices import queue_notice
from services.notifications.queries.recipients import (
    Recipient,
    applicant,
    link_expiry,
    offer_expiry,
    person,
)
from shared.editions import KnownEdition, known_edition
from shared.facts import people, registration as facts
from shared.facts.materials import ShelfOpened
from shared.outbox import Heard, Reactions
from shared.words.formats import format_deadline, format_range
from shared.words.languages import use_locale

reactions = Reactions("notifications")


@reactions.hear(facts.AddressProofRequested)
def mail_address_proof(session: Session, fact: facts.AddressProofRequested, heard: Heard) -> None:
    """Mail the link that proves the address of an application."""
    recipient = applicant(session, application_id=fact.application_id)
    _queue(session, "address_proof", fact.application_id, recipient, heard, edition_id=fact.edition_id)


@reactions.hear(facts.SavedFormLinkRequested)
def mail_saved_form(session: Session, fact: facts.SavedFormLinkRequested, heard: Heard) -> None:
    """Mail the link that leads back to a half-filled form."""
    recipient = applicant(session, application_id=fact.form_draft_id)
    _queue(session, "form_saved", fact.form_draft_id, recipient, heard, edition_id=fact.edition_id)


@reactions.hear(people.SignInLinkRequested)
def mail_sign_in_link(session: Session, fact: people.SignInLinkRequested, heard: Heard) -> None:
    """Mail the link that signs a person in."""
    recipient = person(session, person_id=fact.person_id)
    expires_at = link_expiry(session, link_id=fact.link_id)
    _queue(session, "sign_in", fact.link_id, recipient, heard, deadline=expires_at)


@reactions.hear(people.StaffInvited)
def mail_staff_invitation(session: Session, fact: people.StaffInvited, heard: Heard) -> None:
    """Mail the link with which a member of staff chooses a passphrase."""
    recipient = person(session, person_id=fact.person_id)
    expires_at = link_expiry(session, link_id=fact.invitation_id)
    _queue(session, "staff_invitation", fact.invitation_id, recipient, heard, deadline=expires_at)


@reactions.hear(people.TokenMade)
def tell_token(session: Session, fact: people.TokenMade, heard: Heard) -> None:
    """Tell the owner that a program may act for them from now on."""
    _warn(session, "token_made", fact.person_id, heard)


@reactions.hear(people.PassphraseChanged)
def tell_passphrase(session: Session, fact: people.PassphraseChanged, heard: Heard) -> None:
    """Tell the owner that the passphrase was changed."""
    _warn(session, "passphrase_changed", fact.person_id, heard)


@reactions.hear(people.AccountReset)
def tell_reset(session: Session, fact: people.AccountReset, heard: Heard) -> None:
    """Tell a member of staff that an organiser took both factors away."""
    _warn(session, "account_reset", fact.person_id, heard)


@reactions.hear(people.AuthenticatorChanged)
def tell_authenticator(session: Session, fact: people.AuthenticatorChanged, heard: Heard) -> None:
    """Tell the owner that an authenticator was set up."""
    _warn(session, "authenticator_changed", fact.person_id, heard)


@reactions.hear(people.NewBrowserSignedIn)
def tell_new_browser(session: Session, fact: people.NewBrowserSignedIn, heard: Heard) -> None:
    """Tell the owner that a browser not seen before is signed in as them."""
    _warn(session, "new_browser", fact.person_id, heard)


@reactions.hear(facts.ApplicationSubmitted)
def confirm_application(session: Session, fact: facts.ApplicationSubmitted, heard: Heard) -> None:
    """Tell the applicant that the application has arrived."""
    _tell(session, "application_received", fact.application_id, fact, heard)


@reactions.hear(facts.ApplicationWithdrawn)
def confirm_withdrawal(session: Session, fact: facts.ApplicationWithdrawn, heard: Heard) -> None:
    """Tell the applicant that the application is withdrawn."""
    _tell(session, "application_withdrawn", fact.application_id, fact, heard)


@reactions.hear(facts.InformationRequested)
def ask_for_information(session: Session, fact: facts.InformationRequested, heard: Heard) -> None:
    """Tell the applicant that the organisers need some answers."""
    _tell(session, "information_requested", fact.application_id, fact, heard)


@reactions.hear(facts.DecisionReleased)
def tell_decision(session: Session, fact: facts.DecisionReleased, heard: Heard) -> None:
    """Tell who is on the reserve list or has no place; who is accepted hears it with the offer."""
    if fact.outcome != "accept":
        _tell(session, f"decision_{fact.outcome}", fact.application_id, fact, heard)


@reactions.hear(facts.OfferMade)
def tell_offer(session: Session, fact: facts.OfferMade, heard: Heard) -> None:
    """Offer the place, with the moment until which it is held."""
    recipient = person(session, person_id=fact.person_id)
    deadline = offer_expiry(session, offer_id=fact.offer_id)
    _queue(session, "offer_made", fact.offer_id, recipient, heard, edition_id=fact.edition_id, deadline=deadline)


@reactions.hear(facts.OfferEnding)
def remind_of_offer(session: Session, fact: facts.OfferEnding, heard: Heard) -> None:
    """Remind the person until when the place is held."""
    recipient = person(session, person_id=fact.person_id)
    deadline = offer_expiry(session, offer_id=fact.offer_id)
    _queue(session, "offer_ending", fact.offer_id, recipient, heard, edition_id=fact.edition_id, deadline=deadline)


@reactions.hear(facts.OfferAccepted)
def confirm_place(session: Session, fact: facts.OfferAccepted, heard: Heard) -> None:
    """Tell the person that the place is theirs."""
    _tell(session, "offer_accepted", fact.offer_id, fact, heard)


@reactions.hear(facts.OfferDeclined)
def confirm_refusal(session: Session, fact: facts.OfferDeclined, heard: Heard) -> None:
    """Tell the person that the place has been given back."""
    _tell(session, "offer_declined", fact.offer_id, fact, heard)


@reactions.hear(facts.OfferExpired)
def tell_expiry(session: Session, fact: facts.OfferExpired, heard: Heard) -> None:
    """Tell the person that the place is no longer held."""
    _tell(session, "offer_expired", fact.offer_id, fact, heard)


@reactions.hear(facts.EnrolmentWithdrawn)
def confirm_place_given_up(session: Session, fact: facts.EnrolmentWithdrawn, heard: Heard) -> None:
    """Confirm that a place was given up."""
    _tell(session, "place_given_up", fact.enrolment_id, fact, heard)


@reactions.hear(ShelfOpened)
def announce_reader(session: Session, fact: ShelfOpened, heard: Heard) -> None:
    """Tell the person that the Reader can be opened."""
    _tell(session, "reader_ready", fact.shelf_id, fact, heard)


class _AboutPlace(Protocol):
    @property
    def person_id(self) -> UUID: ...
    @property
    def edition_id(self) -> UUID: ...


def _tell(session: Session, kind: str, about_id: UUID, fact: _AboutPlace, heard: Heard) -> None:
    recipient = person(session, person_id=fact.person_id)
    _queue(session, kind, about_id, recipient, heard, edition_id=fact.edition_id)


def _warn(session: Session, kind: str, person_id: UUID, heard: Heard) -> None:
    """Tell of what was done with an account, and when; if it was not its owner, every minute counts."""
    recipient = person(session, person_id=person_id)
    _queue(session, kind, person_id, recipient, heard, moment=heard.recorded_at)


def _queue(
    session: Session,
    kind: str,
    about_id: UUID,
    recipient: Recipient | None,
    heard: Heard,
    *,
    edition_id: UUID | None = None,
    deadline: datetime | None = None,
    moment: datetime | None = None,
) -> None:
    if recipient is None:  # erased between the fact and now: nobody to tell
        return
    edition = known_edition(session, edition_id) if edition_id else None
    queue_notice(
        session,
        kind=kind,
        cause=heard.fact_id,
        recipient=recipient,
        about_id=about_id,
        edition_id=edition_id,
        fields=notice_fields(recipient, edition, deadline, moment),
        now=heard.now,
    )


def notice_fields(
    recipient: Recipient, edition: KnownEdition | None, deadline: datetime | None, moment: datetime | None = None
) -> dict[str, str]:
    """Return the values of a notice's text as the person reads them; moments in her zone with the edition's beside."""
    zone = edition.time_zone if edition else None
    with use_locale(recipient.locale, recipient.time_zone):
        fields = {"name": recipient.called}
        if edition:
            fields["reply_to"] = edition.contact
            fields["edition"] = edition.name_in(recipient.locale) or edition.slug
            fields["place"] = edition.place
            fields["dates"] = format_range(edition.starts_on, edition.ends_on)
        if deadline:
            fields["deadline"] = format_deadline(deadline, zone)
        if moment:
            fields["moment"] = format_deadline(moment, zone)
    return fields
