"""What is refused about accounts, sign-in and roles, in the customer's words."""

from __future__ import annotations

from shared.errors import Conflict, Invalid
from shared.words.sentences import LazyText, _l


class LinkSpent(Conflict):
    """A sign-in link that was used, is too old, or never led anywhere."""

    title = _l("This link has been used or is too old")


class SignInRefused(Invalid):
    """Address, passphrase or code are wrong; which one is nobody's business."""

    title = _l("Address, passphrase and code do not belong together")


class CodeRefused(Invalid):
    """A factor is about to change, and passphrase or code were wrong."""

    title = _l("Passphrase and code do not belong together")


class InvitationSpent(Conflict):
    """An invitation that was taken up, replaced by a newer one, or is too old."""

    title = _l("This invitation has been used or is too old")


class PassphraseRefused(Invalid):
    """A passphrase that would not keep anybody out."""

    title = _l("Choose another passphrase")


class PassphraseTooShort(PassphraseRefused):
    """A passphrase outside the allowed lengths."""

    title = _l("Choose a longer passphrase")

    @staticmethod
    def hint(shortest: int) -> LazyText:
        """Say how long is long enough."""
        return _l("Use at least %(shortest)s characters, for example four or five words", shortest=shortest)


class PassphraseGuessed(PassphraseRefused):
    """A passphrase that is long, but made of what guessers try first."""

    title = _l("Choose a passphrase that is harder to guess")
    hint = _l(
        "This one is made of what is tried first: common passwords, rows of keys, repetitions or your own name. "
        "Take four or five words that have nothing to do with each other"
    )


class LastOrganiser(Conflict):
    """Without an organiser of all editions nobody could grant a role again."""

    title = _l("The last organiser of all editions keeps this role")


class AuthenticatorBound(Conflict):
    """An authenticator was enrolled already."""

    title = _l("An authenticator is set up already")
