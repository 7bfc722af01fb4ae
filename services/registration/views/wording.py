"""States and problems in the reader's words: the same word for the same thing on every page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from services.registration.rules.forms.compiled import CompiledForm
from services.registration.rules.forms.fields.base import Problem, Question
from shared.words.formats import format_date
from shared.words.numbers import format_number
from shared.words.sentences import LazyText, _, _l, _n

PROBLEMS: Final[Mapping[tuple[str, str], LazyText]] = {
    ("name", "missing"): _l("Enter your name as it is on your passport"),
    ("email", "missing"): _l("Enter your e-mail address"),
    ("country", "missing"): _l("Choose your country"),
    ("language", "missing"): _l("Choose the language you want to work in"),
    ("file", "missing"): _l("Choose a file"),
    ("yes_no", "missing"): _l("Choose yes or no"),
    ("yes_no", "unreadable"): _l("Choose yes or no"),
}
"""What is wrong with a field, by what it means or by its type."""
_ANY: Final[Mapping[str, LazyText]] = {
    "missing": _l("Fill this in"),
    "email_shape": _l("Enter an e-mail address such as name@example.org"),
    "email_letters": _l(
        "Write the part before the @ in Latin letters without accents: not every mail server can reach others"
    ),
    "country_unknown": _l("Choose your country from the list"),
    "language_unknown": _l("Choose one of the languages of this edition"),
    "consent_missing": _l("Tick the box if you agree; without it we may not keep your application"),
    "not_there": _l("Choose one of the answers"),
    "other_missing": _l("Write your own answer, or choose another"),
    "no_number": _l("Enter a number, such as 12.5"),
    "no_whole_number": _l("Enter a whole number, such as 12"),
    "no_day": _l("Enter a real date, with day, month and year"),
    "no_phone": _l("Enter a telephone number with the code of its country, such as +226 70 12 34 56"),
    "phone_without_country": _l("Begin with + and the code of the country, such as +226 70 12 34 56"),
    "no_link": _l("Enter a web address, such as https://example.org"),
    "address_incomplete": _l("Enter at least the town and the country"),
    "place_twice": _l("Give each place to one answer only"),
    "rows_missing": _l("Answer every line"),
    "file_gone": _l("The file is not here any more: choose it again"),
    "file_kind": _l("This file cannot be used: choose one of the kinds named at the question"),
    "not_asked": _l("The form does not ask this"),
}
_UNREADABLE: Final = _l("Check this answer")


def sentences(problems: Mapping[str, Problem], form: CompiledForm) -> dict[str, object]:
    """Return what is wrong with each field as a sentence that says how to put it right."""
    return {key: _sentence(form.by_key.get(key), problem) for key, problem in problems.items()}


def _sentence(field: Question | None, problem: Problem) -> object:
    for name in (field.means, field.type) if field is not None else ():
        own = PROBLEMS.get((name, problem.kind))
        if own is not None:
            return own
    return _ANY.get(problem.kind) or _bound(problem) or _UNREADABLE


def _bound(problem: Problem) -> object:  # noqa: C901, PLR0911 - one sentence for each bound
    given = problem.values
    match problem.kind:
        case "too_long":
            return _("Use at most %(most)s characters", most=given["most"])
        case "too_short":
            return _("Use at least %(least)s characters", least=given["least"])
        case "too_little":
            return _("Enter %(least)s or more", least=format_number(given["least"]))
        case "too_much":
            return _("Enter %(most)s or less", most=format_number(given["most"]))
        case "too_many_decimals":
            return _n(
                "Use at most %(num)s digit after the point",
                "Use at most %(num)s digits after the point",
                given["decimals"],
            )
        case "file_too_large":
            return _("One file may have at most %(megabytes)s MB.", megabytes=given["most"])
        case "too_early":
            return _("Enter %(day)s or a later day", day=format_date(date.fromisoformat(given["least"])))
        case "too_late":
            return _("Enter %(day)s or an earlier day", day=format_date(date.fromisoformat(given["most"])))
        case "too_few":
            return _n("Choose at least %(num)s", "Choose at least %(num)s", given["least"])
        case "too_many":
            return _n("Choose at most %(num)s", "Choose at most %(num)s", given["most"])
    return None


APPLICATION: Final[Mapping[str, tuple[LazyText, str]]] = {
    "draft": (_l("Address not confirmed"), "calm"),
    "submitted": (_l("Submitted"), "news"),
    "needs_information": (_l("Needs information"), "warn"),
    "under_review": (_l("Under review"), "news"),
    "decided": (_l("Decided"), "good"),
    "withdrawn": (_l("Withdrawn"), "calm"),
}
OUTCOME: Final[Mapping[str, tuple[LazyText, str]]] = {
    "accept": (_l("Accept"), "good"),
    "reserve": (_l("Reserve"), "warn"),
    "decline": (_l("Decline"), "bad"),
}
OFFER: Final[Mapping[str, tuple[LazyText, str]]] = {
    "offered": (_l("Offer open"), "news"),
    "accepted": (_l("Place taken"), "good"),
    "declined": (_l("Offer declined"), "calm"),
    "expired": (_l("Offer expired"), "warn"),
    "withdrawn": (_l("Place given up"), "calm"),
}
REASON: Final[Mapping[str, LazyText]] = {
    "money": _l("I cannot pay for it, or for the journey"),
    "visa": _l("I have no visa"),
    "dates": _l("The dates do not suit me"),
    "work": _l("My work keeps me"),
    "family": _l("My family keeps me"),
    "elsewhere": _l("I take part in something else"),
    "other": _l("Another reason"),
}
"""Why somebody declines a place, in her own words."""
FORMULA: Final[Mapping[str, LazyText]] = {
    "mean": _l("Plain mean"),
    "normalised": _l("Mean without each reviewer’s habit"),
    "median": _l("Median"),
}
TRAIT: Final[Mapping[str, LazyText]] = {
    "region": _l("Region"),
    "country": _l("Country"),
    "language": _l("Language"),
    "fellowship": _l("Needs a fellowship"),
}
DECISION_FILTER: Final = (
    ("none", _l("No decision yet")),
    ("proposed:accept", _l("Accept proposed")),
    ("proposed:reserve", _l("Reserve proposed")),
    ("proposed:decline", _l("Decline proposed")),
    ("released:accept", _l("Accepted")),
    ("released:reserve", _l("On the reserve list")),
    ("released:decline", _l("Declined")),
    ("offer:offered", _l("Offer open")),
    ("offer:accepted", _l("Place taken")),
    ("offer:declined", _l("Offer declined")),
    ("offer:expired", _l("Offer expired")),
)
SKIPPED: Final[Mapping[str, LazyText]] = {
    "state": _l("withdrawn, or not submitted"),
    "same": _l("has this decision already"),
    "place_taken": _l("has an open offer or a place"),
    "being_released": _l("is being released just now"),
}
PHASE: Final[Mapping[str, tuple[LazyText, str]]] = {
    "announced": (_l("Announced"), "calm"),
    "open": (_l("Open for applications"), "good"),
    "closed": (_l("Applications closed"), "warn"),
    "running": (_l("Running now"), "news"),
    "over": (_l("Over"), "calm"),
}
