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


class TokenMade(Fact, noun="api_token"):
    """Somebody made a token for the API, with both factors of its owner."""

    person_id: UUID
    api_token_id: UUID


class PassphraseChanged(Fact, noun="person"):
    """A member of staff who signs in already has another passphrase."""

    person_id: UUID


class AuthenticatorChanged(Fact, noun="person"):
    """A member of staff has another authenticator, or the first one."""

    person_id: UUID


class AccountReset(Fact, noun="person"):
    """An organiser took passphrase and authenticator from a member of staff, who is invited anew."""

    person_id: UUID


class NewBrowserSignedIn(Fact, noun="person"):
    """Somebody signed in as this member of staff with a browser that had not been in before."""

    person_id: UUID
