"""What registration tells the others."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.facts.base import Fact


class AddressProofRequested(Fact, noun="application"):
    """Somebody filled in an application and has to prove the address it names."""

    application_id: UUID
    edition_id: UUID


class SavedFormLinkRequested(Fact, noun="form_draft"):
    """Somebody wants to go on with a half-filled form elsewhere, or later."""

    form_draft_id: UUID
    edition_id: UUID


class PlacesChanged(Fact, noun="edition"):
    """How many places there are, or how they are given, changed: some may be free that were not."""

    edition_id: UUID


class EditionDuplicated(Fact, noun="edition"):
    """An edition was made from another one, ``days`` later; what hangs on that one may follow."""

    edition_id: UUID
    from_edition_id: UUID
    days: int


class ApplicationSubmitted(Fact, noun="application"):
    """The address is proved and the application counts."""

    application_id: UUID
    person_id: UUID
    edition_id: UUID


class InformationRequested(Fact, noun="application"):
    """An organiser asked an applicant to answer some questions again, or further."""

    application_id: UUID
    person_id: UUID
    edition_id: UUID


class ApplicationWithdrawn(Fact, noun="application"):
    """The applicant took the application back."""

    application_id: UUID
    person_id: UUID
    edition_id: UUID


class DecisionReleased(Fact, noun="decision"):
    """A decision became visible to the applicant."""

    decision_id: UUID
    application_id: UUID
    person_id: UUID
    edition_id: UUID
    outcome: Literal["accept", "reserve", "decline"]


class OfferMade(Fact, noun="offer"):
    """A place is held for the person until the offer expires."""

    offer_id: UUID
    person_id: UUID
    edition_id: UUID


class OfferAccepted(Fact, noun="offer"):
    """The person took the place."""

    offer_id: UUID
    enrolment_id: UUID
    person_id: UUID
    edition_id: UUID


class OfferDeclined(Fact, noun="offer"):
    """The person gave the place back."""

    offer_id: UUID
    person_id: UUID
    edition_id: UUID


class OfferEnding(Fact, noun="offer"):
    """An offer nobody has answered ends soon."""

    offer_id: UUID
    person_id: UUID
    edition_id: UUID


class OfferExpired(Fact, noun="offer"):
    """Nobody answered in time; the place is free again."""

    offer_id: UUID
    person_id: UUID
    edition_id: UUID


class EnrolmentWithdrawn(Fact, noun="enrolment"):
    """An enrolled person gave up the place."""

    enrolment_id: UUID
    person_id: UUID
    edition_id: UUID


class BulkProposalBegun(Fact, noun="bulk_proposal"):
    """A decision is to be proposed for more applications than one transaction takes."""

    bulk_proposal_id: UUID
    edition_id: UUID


class BulkProposalContinued(Fact, noun="bulk_proposal"):
    """A part of it is proposed, or undone, and more are left."""

    bulk_proposal_id: UUID
    edition_id: UUID


class BulkUndoBegun(Fact, noun="bulk_proposal"):
    """What was proposed in one act is to be undone as a whole."""

    bulk_proposal_id: UUID
    edition_id: UUID


class ReleaseBegun(Fact, noun="decision_batch"):
    """A batch too large for one transaction was frozen; its decisions become known part by part."""

    decision_batch_id: UUID
    edition_id: UUID


class ReleaseContinued(Fact, noun="decision_batch"):
    """A part of a large batch became known, and more are left."""

    decision_batch_id: UUID
    edition_id: UUID


class ReleaseFinished(Fact, noun="decision_batch"):
    """Everything in a release is known."""

    decision_batch_id: UUID
    edition_id: UUID
