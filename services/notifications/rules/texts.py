"""What makes a campaign's text fit to be sent, and which languages are missing for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from services.notifications.rules.audience import text_locale
from services.notifications.rules.placeholders import CAMPAIGN_PLACEHOLDERS, marks_in, unknown_placeholders

LOCALES: Final = ("en", "fr", "es", "pt", "ar")
LONGEST_NAME: Final = 120
LONGEST_SUBJECT: Final = 200
LONGEST_BODY: Final = 50_000


@dataclass(frozen=True)
class Said:
    """What a campaign says in one language."""

    subject: str
    preheader: str
    body: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written in this language."""
        return not (self.subject or self.preheader or self.body)


def unknown_names(texts: Mapping[str, Said]) -> dict[str, str]:
    """Return, by form field (``subject.fr``), the placeholders that do not exist."""
    found = {}
    for locale, said in texts.items():
        for part in ("subject", "preheader", "body"):
            unknown = unknown_placeholders(getattr(said, part), CAMPAIGN_PLACEHOLDERS)
            if unknown:
                found[f"{part}.{locale}"] = ", ".join(f"{{{{ {name} }}}}" for name in unknown)
    return found


def strange_marks(texts: Mapping[str, Said]) -> list[str]:
    """Return what looks like placeholders of another system, each once: it would be mailed as it stands."""
    found = (marks_in(f"{said.subject} {said.preheader} {said.body}") for said in texts.values())
    return list(dict.fromkeys(mark for marks in found for mark in marks))


def half_written(texts: Mapping[str, Said]) -> list[str]:
    """Return the form fields that a begun language still lacks."""
    return [
        f"{part}.{locale}" for locale, said in texts.items() for part in ("subject", "body") if not getattr(said, part)
    ]


def language_plan(by_locale: Mapping[str, int], available: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return ``{language of the text: {language of the people: how many}}``: who gets what, and who second best."""
    written = sorted(available)
    plan: dict[str, dict[str, int]] = {}
    if written:
        for locale, count in by_locale.items():
            plan.setdefault(text_locale(locale, written), {})[locale] = count
    return plan


def as_fields(name: str, topic_id: object, texts: Mapping[str, Said]) -> dict[str, str]:
    """Return what a campaign says as the fields of its form: ``subject.fr`` and so on."""
    fields = {
        f"{part}.{locale}": getattr(said, part)
        for locale, said in texts.items()
        for part in ("subject", "preheader", "body")
        if not said.is_empty
    }
    return {"name": name, "topic_id": str(topic_id), **fields}
