"""What is told about accounts and sign-in."""

from __future__ import annotations

from uuid import UUID

from shared.facts.base import Fact


class SignInLinkRequested(Fact, noun="link"):
    """A person asked for a link to sign in; the link's id is signed into the mail."""

    person_id: UUID
    link_id: UUID


class StrangerAskedForLink(Fact, noun="link"):
    """Somebody asked for a sign-in link with an address that nobody has; the link leads nowhere."""

    link_id: UUID


class StaffInvited(Fact, noun="invitation"):
    """Somebody may choose a passphrase as staff; the invitation's id is signed into the mail."""

    person_id: UUID
    invitation_id: UUID
