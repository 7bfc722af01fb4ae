"""Who hears what: the one place that says it. Each named service has one reaction to each fact it hears."""

from __future__ import annotations

from typing import Final

from shared.facts import people as p, registration as r
from shared.facts.base import Fact
from shared.facts.materials import MakingContinued, MakingWanted, ShelfOpened

SUBSCRIBERS: Final[dict[type[Fact], tuple[str, ...]]] = {
    r.AddressProofRequested: ("notifications",),
    r.SavedFormLinkRequested: ("notifications",),
    p.SignInLinkRequested: ("notifications",),
    p.StaffInvited: ("notifications",),
    p.TokenMade: ("notifications",),
    p.PassphraseChanged: ("notifications",),
    p.AuthenticatorChanged: ("notifications",),
    p.AccountReset: ("notifications",),
    p.NewBrowserSignedIn: ("notifications",),
    r.ApplicationSubmitted: ("notifications",),
    r.ApplicationWithdrawn: ("notifications",),
    r.InformationRequested: ("notifications",),
    r.DecisionReleased: ("notifications",),
    r.BulkProposalBegun: ("registration",),
    r.BulkProposalContinued: ("registration",),
    r.BulkUndoBegun: ("registration",),
    r.ReleaseBegun: ("registration",),
    r.ReleaseContinued: ("registration",),
    r.ReleaseFinished: ("registration",),
    r.PlacesChanged: ("registration",),
    r.OfferMade: ("notifications",),
    r.EditionDuplicated: ("materials",),
    r.OfferAccepted: ("materials", "notifications"),
    r.OfferDeclined: ("notifications", "registration"),
    r.OfferEnding: ("notifications",),
    r.OfferExpired: ("notifications", "registration"),
    r.EnrolmentWithdrawn: ("materials", "notifications", "registration"),
    ShelfOpened: ("notifications",),
    MakingWanted: ("maker",),
    MakingContinued: ("maker",),
}
