"""What people type reaches the database as text PostgreSQL can hold and everybody can read."""

from __future__ import annotations

import unicodedata


def clean_line(text: str) -> str:
    """Return ``text`` as one line: NFC, without control characters, runs of white space as one space."""
    return " ".join(_kept(text, also="").split())


def clean_text(text: str) -> str:
    """Return ``text`` with its line breaks: NFC, without other control characters, trimmed."""
    lines = _kept(text.replace("\r\n", "\n").replace("\r", "\n"), also="\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _kept(text: str, *, also: str) -> str:
    # NUL and lone surrogates cannot be stored; other controls and the direction overrides only serve to mislead.
    # Joiners and marks (Cf: U+200C, U+200D, U+200E, U+200F) stay: Arabic, Persian and emoji are spelled with them.
    normal = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode("utf-8"))
    return "".join(
        " " if character in "\t\v\f\x85\u2028\u2029" else character
        for character in normal
        if character in also
        or character in "\t\v\f\x85\u2028\u2029\n"
        or (
            unicodedata.category(character) != "Cc"
            and character not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        )
    )
