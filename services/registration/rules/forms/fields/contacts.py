"""How somebody is reached: mail, telephone, a page of theirs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

import phonenumbers

from services.registration.rules.forms.fields.base import UNREADABLE, Problem, Question, Reading, line
from shared.people.rules.emails import LONGEST, is_email, needs_other_letters, normal_email
from shared.words.cleaning import clean_address
from shared.words.numbers import western_digits

_LONGEST_PHONE: Final = 60
_LONGEST_LINK: Final = 2000
_HOST: Final = re.compile(r"[^\s@/\\<>\"']+\.[^\s@/\\<>\"'.]{2,}")


class Email(Question):
    """An e-mail address, as it is compared and kept."""

    meanings: ClassVar[frozenset[str]] = frozenset({"email"})
    type: Literal["email"] = "email"

    def read(self, raw: object, reading: Reading) -> object:
        """Return the address in lower case, its domain in ASCII."""
        if raw is None:
            return None
        if not isinstance(raw, str):
            return UNREADABLE
        address = normal_email(raw)
        if not address.strip():
            return None
        if not is_email(address):
            return Problem("email_letters" if needs_other_letters(address) else "email_shape")
        return address

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the format."""
        return {"type": "string", "format": "email", "minLength": 3, "maxLength": LONGEST}


class Phone(Question):
    """A telephone number with its country, kept as ITU-T E.164 writes it."""

    type: Literal["phone"] = "phone"

    def read(self, raw: object, reading: Reading) -> object:
        """Return the number, ``+22670123456``."""
        written = line(raw, most=_LONGEST_PHONE)
        if not isinstance(written, str):
            return written if written is None else Problem("no_phone")
        written = western_digits(written)
        if written.startswith("00"):
            written = "+" + written[2:]
        try:
            number = phonenumbers.parse(written, None)
        except phonenumbers.NumberParseException as wrong:
            abroad = wrong.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
            return Problem("phone_without_country" if abroad else "no_phone")
        if not phonenumbers.is_possible_number(number):
            return Problem("no_phone")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the pattern."""
        return {"type": "string", "pattern": r"^\+[0-9 ()./-]{3,58}$"}


class Link(Question):
    """The address of a page on the web."""

    type: Literal["link"] = "link"

    def read(self, raw: object, reading: Reading) -> object:
        """Return the address, ``https`` put before one that names no scheme."""
        if raw is None:
            return None
        if not isinstance(raw, str):
            return UNREADABLE
        if len(raw) > 2 * _LONGEST_LINK:
            return Problem("too_long", {"most": _LONGEST_LINK})
        address = clean_address(raw)
        if not address:
            return None
        if "://" not in address:
            address = f"https://{address}"
        try:
            parts = urlsplit(address)
            known = parts.scheme in {"http", "https"} and _HOST.fullmatch(parts.hostname or "") and parts.port != 0
        except ValueError:
            return Problem("no_link")
        if not known or parts.username is not None or any(one.isspace() for one in address):
            return Problem("no_link")
        if len(address) > _LONGEST_LINK:
            return Problem("too_long", {"most": _LONGEST_LINK})
        return address if address.isprintable() else Problem("no_link")

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the format."""
        return {"type": "string", "format": "uri", "maxLength": _LONGEST_LINK}
