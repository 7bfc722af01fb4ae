"""States and problems in the reader's words: the same word for the same thing on every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.registration.rules.forms import COVER_LENGTH, MOTIVATION_LENGTH, NAME_LENGTH
from shared.words.sentences import LazyText, _l

PROBLEMS: Final[Mapping[tuple[str, str], LazyText]] = {
    ("name", "missing"): _l("Enter your name as it is on your passport"),
    ("email", "missing"): _l("Enter your e-mail address"),
    ("email", "email_shape"): _l("Enter an e-mail address such as name@example.org"),
    ("email", "email_letters"): _l(
        "Write the part before the @ in Latin letters without accents: not every mail server can reach others"
    ),
    ("country", "missing"): _l("Choose your country"),
    ("country", "country_unknown"): _l("Choose your country from the list"),
    ("language", "missing"): _l("Choose the language you want to work in"),
    ("language", "language_unknown"): _l("Choose one of the languages of this edition"),
    ("motivation", "missing"): _l("Write why you want to take part"),
    ("motivation", "too_long"): _l("Use at most %(most)s characters", most=MOTIVATION_LENGTH),
    ("needs_fellowship", "missing"): _l("Choose yes or no"),
    ("needs_fellowship", "unreadable"): _l("Choose yes or no"),
    ("fellowship_cover", "missing"): _l("Write what a fellowship would have to cover"),
    ("fellowship_cover", "too_long"): _l("Use at most %(most)s characters", most=COVER_LENGTH),
    ("consent", "consent_missing"): _l("Tick the box if you agree; without it we may not keep your application"),
    ("name", "too_long"): _l("Use at most %(most)s characters", most=NAME_LENGTH),
}
_ANY: Final[Mapping[str, LazyText]] = {
    "missing": _l("Fill this in"),
    "too_long": _l("Use at most %(most)s characters", most=NAME_LENGTH),
}
_UNREADABLE: Final = _l("Check this answer")


def sentences(problems: Mapping[str, str]) -> dict[str, object]:
    """Return what is wrong with each field as a sentence that says how to put it right."""
    return {
        field: PROBLEMS.get((field, problem)) or _ANY.get(problem, _UNREADABLE) for field, problem in problems.items()
    }


FELLOWSHIP: Final = (("yes", _l("Yes")), ("no", _l("No")))

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
FIELDS: Final[Mapping[str, LazyText]] = {
    "name": _l("Name"),
    "called": _l("How to address you"),
    "email": _l("E-mail address"),
    "country": _l("Country"),
    "organisation": _l("Organisation"),
    "language": _l("Language of the event"),
    "motivation": _l("Motivation"),
    "needs_fellowship": _l("Needs a fellowship"),
    "fellowship_cover": _l("What a fellowship would have to cover"),
}
CONSENT: Final = _l(
    "I agree that the organisers keep what I wrote here, show it to those who select the participants, and write to me"
    " about this application."
)
