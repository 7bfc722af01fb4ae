"""What registration tells the others."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.facts.base import Fact


class AddressProofRequested(Fact):
    """Somebody filled in an application and has to prove the address it names."""

    application_id: UUID
    edition_id: UUID


class ApplicationSubmitted(Fact):
    """The address is proved and the application counts."""

    application_id: UUID
    person_id: UUID
    edition_id: UUID


class ApplicationWithdrawn(Fact):
    """The applicant took the application back."""

    application_id: UUID
    person_id: UUID
    edition_id: UUID


class DecisionReleased(Fact):
    """A decision became visible to the applicant."""

    decision_id: UUID
    application_id: UUID
    person_id: UUID
    edition_id: UUID
    outcome: Literal["accept", "reserve", "decline"]


class OfferMade(Fact):
    """A place is held for the person until the offer expires."""

    offer_id: UUID
    person_id: UUID
    edition_id: UUID


class OfferAccepted(Fact):
    """The person took the place."""

    offer_id: UUID
    enrolment_id: UUID
    person_id: UUID
    edition_id: UUID


class OfferDeclined(Fact):
    """The person gave the place back."""

    offer_id: UUID
    person_id: UUID
    edition_id: UUID


class OfferExpired(Fact):
    """Nobody answered in time; the place is free again."""

    offer_id: UUID
    person_id: UUID
    edition_id: UUID


class EnrolmentWithdrawn(Fact):
    """An enrolled person gave up the place."""

    enrolment_id: UUID
    person_id: UUID
    edition_id: UUID
