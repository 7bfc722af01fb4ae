"""Why somebody can open a publication or cannot, in sentences for the librarian."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from services.materials.rules.explaining import Finding
from shared.words.formats import bdi, format_moment
from shared.words.languages import current_locale
from shared.words.sentences import LazyText, _, _l

if TYPE_CHECKING:
    from uuid import UUID

    from shared.editions import KnownEdition

_ALONE: Final[dict[str, LazyText]] = {
    "unpublished": _l("No version of it is published yet, so nobody can open it."),
    "withdrawn": _l("All its versions were withdrawn, so nobody can open it."),
    "no_shelf": _l("It stands on no shelf, so nobody can open it."),
}
_PUBLIC: Final[dict[str, LazyText]] = {
    "opens": _l("It is open to everybody."),
    "later": _l("It opens to everybody at %(moment)s."),
    "over": _l("It was open to everybody until %(moment)s."),
}
_IN_EDITION: Final[dict[str, LazyText]] = {
    "opens": _l("%(edition)s: a shelf opens it to this person."),
    "later": _l("%(edition)s: the shelf is for this person, and opens at %(moment)s."),
    "over": _l("%(edition)s: the shelf was for this person, and closed at %(moment)s."),
    "not_applied": _l("%(edition)s: the shelf is for people who applied there, and this person did not, or withdrew."),
    "waiting": _l("%(edition)s: the shelf is for people with a place, and the application is not decided yet."),
    "offered": _l("%(edition)s: the shelf is for people with a place, and the offer was not accepted yet."),
    "reserve": _l("%(edition)s: the shelf is for people with a place, and this person is on the reserve list."),
    "declined": _l("%(edition)s: the shelf is for people with a place, and the application was declined."),
    "no_place": _l("%(edition)s: the shelf is for people with a place, and this person has none any more."),
}


def said_of(finding: Finding, editions: Mapping[UUID, KnownEdition]) -> str:
    """Say a finding in a sentence; moments in the edition's zone."""
    if finding.why in _ALONE:
        return str(_ALONE[finding.why])
    edition = editions.get(finding.edition_id) if finding.edition_id else None
    moment = _moment(finding.moment, edition)
    if edition is None:
        return _(_PUBLIC[finding.why].message, moment=moment)
    name = bdi(edition.name_in(current_locale()))
    return _(_IN_EDITION[finding.why].message, edition=name, moment=moment)


def said_of_all(*, name: str, can: bool) -> str:
    """Say the answer itself."""
    if can:
        return _("%(name)s can open this.", name=bdi(name))
    return _("%(name)s cannot open this.", name=bdi(name))


def _moment(moment: datetime | None, edition: KnownEdition | None) -> str:
    return format_moment(moment, edition.time_zone if edition else None) if moment else ""
