"""Which words of a letter stand for something of the person: a flat list of names, and no language to program in.

A writer types ``{{ name }}``. The text is cut once, at compile time, into literal pieces and slots; a person's values
go into the slots as they are and are never looked at again, so a person called ``{{ 7*7 }}`` stays so called.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from shared.errors import Invalid
from shared.words.sentences import _l

_WRITTEN: Final = re.compile(r"\{\{([^{}]*+)\}\}")
"""What stands between is stripped afterwards: beside ``[^{}]*``, a ``\\s*`` would try every split of the spaces."""


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
    isolated: bool = False
    """Whether values may run against the text's direction, and are kept apart from it (UAX 9, FSI and PDI)."""

    def words(self, name: str) -> str:
        """Return the token for a value that is read, as opposed to a link."""
        token = self.token(name)
        return f"\N{FIRST STRONG ISOLATE}{token}\N{POP DIRECTIONAL ISOLATE}" if self.isolated else token

    def token(self, name: str) -> str:
        """Return what stands for ``name`` in a template until it is cut."""
        return f"zq{self.nonce}{name.encode().hex()}qz"

    def cut(self, template: str) -> list[str]:
        """Return literal pieces and names in turn: ``[literal, name, literal, name, …, literal]``."""
        pieces = re.split(f"zq{self.nonce}([0-9a-f]+?)qz", template)
        return [bytes.fromhex(piece).decode() if index % 2 else piece for index, piece in enumerate(pieces)]


def placeholders_in(text: str) -> list[str]:
    """Return the names written in ``text``, in order, repeated where they are repeated."""
    return [name.strip() for name in _WRITTEN.findall(text)]


def unknown_placeholders(text: str, allowed: Iterable[str]) -> list[str]:
    """Return the names in ``text`` that are not ``allowed``, each once."""
    known = set(allowed)
    return list(dict.fromkeys(name for name in placeholders_in(text) if name not in known))


def slot_line(text: str, slots: Slots) -> str:
    """Return a one-line text such as a subject with its placeholders replaced by tokens."""
    return _WRITTEN.sub(lambda match: slots.words(match[1].strip()), text)


def slot_markdown(text: str, slots: Slots, allowed: Mapping[str, Placeholder]) -> str:
    """Return Markdown with its placeholders replaced by tokens; a bare link placeholder becomes a link.

    Unknown names are refused with :class:`UnknownPlaceholder`.
    """
    unknown = unknown_placeholders(text, allowed)
    if unknown:
        raise UnknownPlaceholder(", ".join(unknown))

    def replace(match: re.Match[str]) -> str:
        name = match[1].strip()
        token = slots.token(name)
        inside_link = text.endswith(("](", "[", "<"), 0, match.start())
        if inside_link:
            return token
        return f"[{token}]({token})" if allowed[name].kind == "link" else slots.words(name)

    return _WRITTEN.sub(replace, text)
