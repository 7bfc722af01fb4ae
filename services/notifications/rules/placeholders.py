"""Which words of a letter stand for something of the person: a flat list of names, and no language to program in.

A writer types ``{{ name }}``. The text is cut once, at compile time, into literal pieces and slots; a person's values
go into the slots as they are and are never looked at again, so a person called ``{{ 7*7 }}`` stays so called.

A slot knows where it stands. Among words a value that runs against the text is kept apart from it (UAX 9, FSI and PDI);
inside an address a value is percent-encoded (RFC 3986, 2.1), unless the address begins with it.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import quote

from shared.errors import Invalid
from shared.words.sentences import _l

_WRITTEN: Final = re.compile(r"\{\{([^{}]*+)\}\}")
"""What stands between is stripped afterwards: beside ``[^{}]*``, a ``\\s*`` would try every split of the spaces."""
_MARKS: Final = re.compile(
    r"(?<![{$])\{ {0,3}\w{1,40} {0,3}\}(?!\})|\$\{ {0,3}\w{1,40} {0,3}\}|%\w{2,40}%"
    r"|<<\w{1,40}>>|\*\|\w{1,40}\|\*|\[\[\w{1,40}\]\]"
)
_IN_URL: Final = "|url"
_IN_WORDS: Final = "|words"
_PRETENDED: Final = "https://"
"""Stands before the token of a link, so that Markdown takes it for an address wherever it takes one."""


@dataclass(frozen=True)
class Placeholder:
    """One name a writer may use. ``fallback`` stands in where a person has no value."""

    name: str
    kind: Literal["text", "link"]
    example: str
    fallback: str = ""


CAMPAIGN_PLACEHOLDERS: Final[Mapping[str, Placeholder]] = {
    placeholder.name: placeholder
    for placeholder in (
        Placeholder("name", "text", "Aïssatou Diallo", "—"),
        Placeholder("country", "text", "Senegal", "—"),
        Placeholder("edition", "text", "Social and Solidarity Economy Academy", "Academy"),
        Placeholder("place", "text", "Montreal, Canada", "—"),
        Placeholder("dates", "text", "24\N{EN DASH}28 October 2011", "—"),
        Placeholder("my_page", "link", "https://academy.example/me"),
        Placeholder("materials", "link", "https://academy.example/materials"),
        Placeholder("edition_page", "link", "https://academy.example/e/2011"),
    )
}


class UnknownPlaceholder(Invalid):
    """The text uses a name that is not on the list."""

    title = _l("A text uses a placeholder that does not exist")


@dataclass(frozen=True)
class Slots:
    """Hands out one token per name: letters and digits only, so that Markdown and HTML carry it through unchanged.

    The middle of a token is random, so nobody can write one by hand.
    """

    nonce: str = field(default_factory=lambda: secrets.token_hex(8))

    def words(self, name: str) -> str:
        """Return the token for a value that is read, as opposed to a link."""
        return self.token(name + _IN_WORDS)

    def token(self, name: str) -> str:
        """Return what stands for ``name`` in a template until it is cut."""
        return f"zq{self.nonce}{name.encode().hex()}qz"

    def link(self, name: str) -> str:
        """Return the token for an address, such that Markdown takes it for one."""
        return f"{_PRETENDED}zl{self.nonce}{name.encode().hex()}qz"

    def in_words(self, text: str) -> str:
        """Return words of a Markdown text with the tokens as words have them."""
        return self._replace(text, lambda name, link, _first: self.token(name) if link else self.words(name))

    def in_url(self, address: str) -> str:
        """Return an address of a Markdown text with the tokens as addresses have them."""
        return self._replace(address, lambda name, link, first: self.token(name if link and first else name + _IN_URL))

    def _replace(self, text: str, token: Callable[[str, bool, bool], str]) -> str:
        def one(match: re.Match[str]) -> str:
            return token(bytes.fromhex(match[1] or match[2]).decode(), bool(match[1]), match.start() == 0)

        return re.sub(f"{_PRETENDED}zl{self.nonce}([0-9a-f]+?)qz|zq{self.nonce}([0-9a-f]+?)qz", one, text)

    def cut(self, template: str) -> list[str]:
        """Return literal pieces and slots in turn, literals first and last; see :func:`filled`."""
        pieces = re.split(f"zq{self.nonce}([0-9a-f]+?)qz", template)
        return [bytes.fromhex(piece).decode() if index % 2 else piece for index, piece in enumerate(pieces)]


def filled(slot: str, values: Mapping[str, str], *, rtl: bool) -> str:
    """Return what goes into a slot of a text whose own direction is from the right (``rtl``) or from the left."""
    name, _, place = slot.partition("|")
    value = one_line(values.get(name, ""))
    if place == "url":
        return quote(value, safe="")
    if place == "words" and value and (rtl or _runs_from_the_right(value)):
        return f"\N{FIRST STRONG ISOLATE}{value}\N{POP DIRECTIONAL ISOLATE}"
    return value


def _runs_from_the_right(value: str) -> bool:
    return not value.isascii() and any(unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in value)


def one_line(value: str) -> str:
    """Return ``value`` as one line: control characters and every kind of line break become spaces.

    What is left can end neither a header field nor the header; lone surrogates become ``?``.
    """
    if value.isascii() and value.isprintable():
        return value.strip()
    breaks_removed = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"} else char for char in value)
    return " ".join(breaks_removed.split())


def placeholders_in(text: str) -> list[str]:
    """Return the names written in ``text``, in order, repeated where they are repeated."""
    return [name.strip() for name in _WRITTEN.findall(text)]


def unknown_placeholders(text: str, allowed: Iterable[str]) -> list[str]:
    """Return the names in ``text`` that are not ``allowed``, each once."""
    known = set(allowed)
    return list(dict.fromkeys(name for name in placeholders_in(text) if name not in known))


def marks_in(text: str) -> list[str]:
    """Return what looks like a placeholder of another system, such as ``{ name }`` or ``%name%``, each once."""
    return list(dict.fromkeys(_MARKS.findall(text)))


def slot_line(text: str, slots: Slots, allowed: Mapping[str, Placeholder]) -> str:
    """Return a one-line text such as a subject with its placeholders replaced by tokens."""
    return _WRITTEN.sub(lambda match: _plain(match[1].strip(), slots, allowed), text)


def _plain(name: str, slots: Slots, allowed: Mapping[str, Placeholder]) -> str:
    return slots.token(name) if name in allowed and allowed[name].kind == "link" else slots.words(name)


def slot_markdown(text: str, slots: Slots, allowed: Mapping[str, Placeholder]) -> str:
    """Return Markdown with its placeholders replaced by tokens, those of links as addresses.

    What Markdown makes of it goes through :meth:`Slots.in_words` and :meth:`Slots.in_url`. Unknown names are refused
    with :class:`UnknownPlaceholder`.
    """
    unknown = unknown_placeholders(text, allowed)
    if unknown:
        raise UnknownPlaceholder(", ".join(unknown))

    def replace(match: re.Match[str]) -> str:
        name = match[1].strip()
        return slots.link(name) if allowed[name].kind == "link" else slots.token(name)

    return _WRITTEN.sub(replace, text)
