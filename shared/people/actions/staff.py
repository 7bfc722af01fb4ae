"""Staff: invited with roles, proved by a passphrase and a one-time code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.facts.people import AccountReset, AuthenticatorChanged, PassphraseChanged
from shared.history import Deed, begun, move, note
from shared.links import STAFF_INVITATION
from shared.outbox import record
from shared.people.actions.roles import grant_role
from shared.people.actions.sessions import end_sessions_of
from shared.people.actions.tokens import end_tokens_of
from shared.people.errors import AuthenticatorBound, InvitationSpent, PassphraseGuessed, PassphraseTooShort
from shared.people.rules.emails import normal_email
from shared.people.rules.histories import INVITATION
from shared.people.rules.passphrases import is_guessed_first
from shared.people.rules.staff import (
    SHORTEST,
    hash_passphrase,
    is_long_enough,
    new_recovery_codes,
    plain_code,
)
from shared.schema.base import new_id
from shared.schema.people.credentials import RecoveryCode, StaffCredential, StaffInvitation
from shared.schema.people.persons import Person, Role
from shared.vault import Vault


def create_first_organiser(session: Session, *, email: str, name: str, now: datetime) -> UUID | None:
    """Invite the one who invites everybody else; return the invitation's id.

    None when there is an organiser of all editions already: then that person is asked to invite.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("first organiser"))))
    if session.scalar(select(Role.id).where(Role.name == "organiser", Role.edition_id.is_(None)).limit(1)):
        return None
    person_id = _staff_person(session, email=email, name=name, now=now)
    deed = Deed(None, now)
    grant_role(session, person_id=person_id, name="organiser", edition_id=None, deed=deed)
    invitation_id = _invite(session, person_id=person_id, deed=deed)
    note(session, INVITATION.noun, invitation_id, deed, what="shown", person_id=person_id)
    return invitation_id


def invite_staff(
    session: Session,
    *,
    email: str,
    name: str,
    role: str,
    edition_id: UUID | None,
    deed: Deed,
) -> bool:
    """Give the person with this address the role; mail a link to choose a passphrase, and say whether one was needed.

    A person who is not known yet is made; one who has a passphrase gets no link. The link goes to the address and
    nowhere else, or whoever invites could sign in as the one invited.
    """
    person_id = _staff_person(session, email=email, name=name, now=deed.at)
    grant_role(session, person_id=person_id, name=role, edition_id=edition_id, deed=deed)
    is_new = session.get(StaffCredential, person_id) is None
    if is_new:
        _mail_invitation(session, person_id=person_id, deed=deed)
    return is_new


def create_staff_member(
    session: Session,
    *,
    email: str,
    name: str,
    passphrase: str,
    one_time_secret: str,
    roles: Iterable[tuple[str, UUID | None]],
    vault: Vault,
    now: datetime,
) -> UUID:
    """Make a member of staff who can sign in at once, for demonstrations and tests; return the person's id."""
    person_id = _staff_person(session, email=email, name=name, now=now)
    for role, edition_id in roles:
        grant_role(session, person_id=person_id, name=role, edition_id=edition_id, deed=Deed(None, now))
    own = Deed(person_id, now)
    set_passphrase(session, passphrase=passphrase, deed=own)
    _bind(session, secret=one_time_secret, step=0, vault=vault, deed=own)
    return person_id


def _staff_person(session: Session, *, email: str, name: str, now: datetime) -> UUID:
    address = normal_email(email)
    person_id = session.scalar(select(Person.id).where(func.lower(Person.email) == address))
    if person_id is None:
        person_id = new_id()
        session.add(Person(id=person_id, email=address, name=name.strip(), email_proved_at=now))
        session.flush()  # roles and the invitation point to the person
    return person_id


def reset_staff_credential(session: Session, *, person_id: UUID, deed: Deed) -> None:
    """Take passphrase and codes from a member of staff who lost them, end all sessions and tokens, invite anew.

    Whoever found what was lost may have made a token for the API with it.
    """
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    session.execute(delete(StaffCredential).where(StaffCredential.person_id == person_id))
    end_sessions_of(session, person_id=person_id, now=deed.at)
    end_tokens_of(session, person_id=person_id, deed=deed)
    record(session, AccountReset(person_id=person_id), deed)
    note(session, "person", person_id, deed, what="credentials_reset", person_id=person_id)
    _mail_invitation(session, person_id=person_id, deed=deed)


def _mail_invitation(session: Session, *, person_id: UUID, deed: Deed) -> None:
    invitation_id = _invite(session, person_id=person_id, deed=deed)
    row = {"id": invitation_id, "person_id": person_id, "invitation_id": invitation_id}
    begun(session, INVITATION, "sent", deed, [row])


def _invite(session: Session, *, person_id: UUID, deed: Deed) -> UUID:
    session.execute(
        update(StaffInvitation)
        .where(StaffInvitation.person_id == person_id, StaffInvitation.used_at.is_(None))
        .values(used_at=deed.at)
    )
    invitation = StaffInvitation(
        id=new_id(), person_id=person_id, invited_by=deed.by, expires_at=deed.at + STAFF_INVITATION.lasts
    )
    session.add(invitation)
    return invitation.id


def take_up_invitation(session: Session, *, invitation_id: UUID, passphrase: str, locale: str, now: datetime) -> UUID:
    """Choose the passphrase, once; return the person, whom the desk greets in ``locale``. The code is enrolled next."""
    require_long_enough(passphrase)  # before the invitation is spent
    person_id = session.scalar(
        select(StaffInvitation.person_id)
        .where(StaffInvitation.id == invitation_id, StaffInvitation.used_at.is_(None), StaffInvitation.expires_at > now)
        .with_for_update()
    )
    if person_id is None:
        raise InvitationSpent
    deed = Deed(person_id, now)
    move(session, INVITATION, [invitation_id], "used", deed)
    session.execute(update(Person).where(Person.id == person_id).values(locale=locale))
    set_passphrase(session, passphrase=passphrase, deed=deed)
    return person_id


def set_passphrase(session: Session, *, passphrase: str, deed: Deed, keep_session: str = "") -> None:
    """Replace the doer's passphrase; end the other sessions and all tokens for the API, and tell its owner.

    Who has no authenticator yet is told when that is bound, which is when the account opens.
    """
    require_long_enough(passphrase)
    _require_not_guessed(session, passphrase, person_id=deed.doer)
    hashed = hash_passphrase(passphrase)
    authenticator = session.scalar(
        insert(StaffCredential)
        .values(person_id=deed.doer, passphrase_hash=hashed, changed_at=deed.at)
        .on_conflict_do_update(index_elements=["person_id"], set_={"passphrase_hash": hashed, "changed_at": deed.at})
        .returning(StaffCredential.totp_secret)
    )
    if authenticator is not None:
        record(session, PassphraseChanged(person_id=deed.doer), deed)
    note(session, "person", deed.doer, deed, what="passphrase_set", person_id=deed.doer)
    _end_what_the_factor_opened(session, deed, keep_session=keep_session)


def enrol_first_authenticator(session: Session, *, secret: str, step: int, vault: Vault, deed: Deed) -> Sequence[str]:
    """Bind the first authenticator of a doer who has none; return recovery codes, to be shown once.

    Refuses with :class:`AuthenticatorBound` when one was bound meanwhile.
    """
    bare = session.scalar(
        select(StaffCredential.person_id)
        .where(StaffCredential.person_id == deed.doer, StaffCredential.totp_secret.is_(None))
        .with_for_update()
    )
    if bare is None:
        raise AuthenticatorBound
    return bind_authenticator(session, secret=secret, step=step, vault=vault, deed=deed)


def bind_authenticator(
    session: Session, *, secret: str, step: int, vault: Vault, deed: Deed, keep_session: str = ""
) -> Sequence[str]:
    """Bind the authenticator with ``secret``, whose code of ``step`` was just shown; return fresh recovery codes.

    Earlier recovery codes end, and so do all tokens for the API and the person's sessions but for ``keep_session``;
    the owner is told.
    """
    record(session, AuthenticatorChanged(person_id=deed.doer), deed)
    return _bind(session, secret=secret, step=step, vault=vault, deed=deed, keep_session=keep_session)


def _bind(
    session: Session, *, secret: str, step: int, vault: Vault, deed: Deed, keep_session: str = ""
) -> Sequence[str]:
    session.execute(
        update(StaffCredential)
        .where(StaffCredential.person_id == deed.doer)
        .values(totp_secret=vault.seal(secret), totp_last_step=step, changed_at=deed.at)
    )
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == deed.doer))
    codes = new_recovery_codes()
    session.add_all(
        RecoveryCode(id=new_id(), person_id=deed.doer, code_hash=vault.fingerprint(plain_code(code))) for code in codes
    )
    note(session, "person", deed.doer, deed, what="authenticator_bound", person_id=deed.doer)
    _end_what_the_factor_opened(session, deed, keep_session=keep_session)
    return codes


def _end_what_the_factor_opened(session: Session, deed: Deed, *, keep_session: str) -> None:
    end_sessions_of(session, person_id=deed.doer, now=deed.at, keep=keep_session)
    end_tokens_of(session, person_id=deed.doer, deed=Deed(deed.by, deed.at, "factor changed"))


def require_long_enough(passphrase: str) -> None:
    """Refuse a passphrase that is too short or absurdly long."""
    if not is_long_enough(passphrase):
        raise PassphraseTooShort(errors={"passphrase": PassphraseTooShort.hint(SHORTEST)})


def _require_not_guessed(session: Session, passphrase: str, *, person_id: UUID) -> None:
    own = session.execute(select(Person.name, Person.email).where(Person.id == person_id)).one()
    if is_guessed_first(passphrase, about=own):
        raise PassphraseGuessed(errors={"passphrase": PassphraseGuessed.hint})
