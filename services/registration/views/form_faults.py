"""What is wrong with a form, in the organiser's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.registration.rules.editions import wording
from services.registration.rules.forms.completeness import Fault
from services.registration.rules.forms.definitions import Definition
from shared.words.languages import current_locale
from shared.words.sentences import LazyText, _, _l

TYPES: Final[Mapping[str, LazyText]] = {
    "short_text": _l("Short text"),
    "long_text": _l("Long text"),
    "number": _l("Number"),
    "date": _l("Date"),
    "email": _l("E-mail address"),
    "phone": _l("Telephone number"),
    "link": _l("Web address"),
    "country": _l("Country"),
    "event_language": _l("Language of the event"),
    "language_levels": _l("Languages with level"),
    "choice": _l("One of several"),
    "choices": _l("Several of many"),
    "ranking": _l("Ranking"),
    "yes_no": _l("Yes or no"),
    "scale": _l("Scale"),
    "matrix": _l("Several questions, same answers"),
    "file": _l("File"),
    "address": _l("Postal address"),
    "consent": _l("Consent"),
    "heading": _l("Heading"),
    "explanation": _l("Explanation"),
}
BLOCKS: Final[Mapping[str, LazyText]] = {
    "passport": _l("Passport"),
    "travel": _l("Travel"),
    "diet": _l("Food"),
    "access": _l("Access needs"),
    "evaluation": _l("Evaluation"),
}
MEANINGS: Final[Mapping[str, LazyText]] = {
    "name": _l("the applicant's name"),
    "called": _l("how to address the applicant"),
    "email": _l("the e-mail address"),
    "country": _l("the country"),
    "organisation": _l("the organisation"),
    "language": _l("the language of the event"),
    "consent": _l("the consent to keep the application"),
}
SENSITIVITY: Final[Mapping[str, LazyText]] = {
    "plain": _l("Plain: says nothing about a person"),
    "personal": _l("Personal: as everything people tell us"),
    "special": _l("Special: passport, health, access"),
}
PURPOSES: Final[Mapping[str, LazyText]] = {
    "application": _l("Application"),
    "acceptance": _l("After acceptance"),
    "evaluation": _l("Evaluation"),
    "other": _l("Another moment"),
}
AUDIENCES: Final[Mapping[str, LazyText]] = {
    "applied": _l("Everybody who applied"),
    "offered": _l("Everybody with an offer or a place"),
    "accepted": _l("Everybody with a place"),
    "attended": _l("Everybody who was there"),
}
PARTS: Final[Mapping[str, LazyText]] = {
    "title": _l("Title"),
    "label": _l("Question"),
    "help": _l("Help"),
    "explanation": _l("Explanation"),
    "unit": _l("Unit"),
    "least_label": _l("Meaning of the lowest"),
    "most_label": _l("Meaning of the highest"),
    "options": _l("Answers"),
    "rows": _l("Lines"),
    "columns": _l("Answers"),
    "required": _l("Must be answered"),
    "when": _l("Condition"),
    "type": _l("Type"),
    "least": _l("At least"),
    "most": _l("At most"),
    "sensitivity": _l("Sensitivity"),
    "keep_days": _l("Kept for"),
    "listed": _l("Column on the desk"),
    "means": _l("Meaning"),
    "other": _l("Own answer"),
    "languages": _l("Languages"),
    "decimals": _l("Decimals"),
    "shown": _l("Shown as"),
    "kinds": _l("Kinds of files"),
    "most_mb": _l("At most, in MB"),
}


def part_name(part: str) -> str:
    """Return what a part of a field is called."""
    return str(PARTS.get(part.partition(".")[0], part))


def owner_name(definition: Definition, owner: str) -> str:
    """Return what a field or section is called: its label or title, its key where it has none yet."""
    if not owner:
        return str(_("The form"))
    field = definition.field(owner)
    texts = field.label if field is not None else _title_of(definition, owner)
    return wording(texts, current_locale()).text or owner


def _title_of(definition: Definition, key: str) -> Mapping[str, str]:
    return next((section.title for section in definition.sections if section.key == key), {})


def fault_sentence(definition: Definition, fault: Fault) -> str:  # noqa: PLR0911 - a sentence for each fault
    """Return why a form cannot be published."""
    name = owner_name(definition, fault.owner)
    match fault.kind:
        case "asks_nothing":
            return str(_("The form asks nothing"))
        case "means_missing":
            return str(_("An application has to ask for %(what)s", what=MEANINGS[fault.what]))
        case "means_optional":
            return str(
                _(
                    "“%(question)s” has to be answered by everybody: it is %(what)s",
                    question=name,
                    what=MEANINGS[fault.what],
                )
            )
        case "too_early":
            return str(
                _(
                    "“%(question)s” is special: ask it in a form after acceptance, of those who come, not of everybody",
                    question=name,
                )
            )
        case "not_sealable":
            return str(_("“%(question)s” is a file, which is not kept sealed: it cannot be special", question=name))
        case "no_options":
            return str(_("“%(question)s” has no answers to choose from", question=name))
    return str(_("“%(question)s” has no words: %(part)s", question=name, part=part_name(fault.what)))


def rule_sentences(definition: Definition, faults: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, object]:
    """Return why a change is refused, by the input it is about; the key "" is about none."""
    found: dict[str, object] = {}
    for kind, told in faults:
        name, sentence = _rule(definition, kind, told)
        found.setdefault(name, sentence)
    return found


def _rule(definition: Definition, kind: str, told: Mapping[str, Any]) -> tuple[str, object]:  # noqa: PLR0911 - a line for each rule
    match kind:
        case "circle":
            names = ", ".join(f"“{owner_name(definition, key)}”" for key in told["fields"].split(", "))
            return "when.text", _("These questions wait for each other: %(names)s", names=names)
        case "asks_nobody":
            asker = owner_name(definition, told["field"])
            return "when.text", _(
                "“%(question)s” is asked by an answer to “%(about)s”, which is no question of this form",
                question=asker,
                about=owner_name(definition, told["about"]),
            )
        case "too_deep":
            return "when.text", _("A rule may have %(most)s levels of parentheses", most=told["most"])
        case "key_taken":
            return "key", _("“%(key)s” is taken: choose another", key=told["key"])
        case "means_twice":
            return "means", _("Another question is %(what)s already", what=MEANINGS[told["means"]])
        case "too_many_fields":
            return "", _("A form has at most %(most)s questions", most=told["most"])
    at = [str(part) for part in told.get("at", ())]
    known = [part for part in at if part in PARTS or part == "key"]
    if known and known[-1] in {"options", "rows", "columns"}:
        return known[-1], _l("Check the answers: each needs a name of its own, places are whole numbers")
    return (known[-1] if known else ""), _l("Check this answer")
