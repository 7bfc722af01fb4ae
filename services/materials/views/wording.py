"""The names of things in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.materials.rules.shelves import ACCEPTED, REGISTERED
from shared.words.formats import bdi
from shared.words.languages import current_locale
from shared.words.sentences import LazyText, _, _l

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from services.materials.rules.library import Opened
    from shared.editions import KnownEdition

FORMATS: Final[dict[str, LazyText]] = {
    "pdf": _l("PDF"),
    "light_pdf": _l("Light PDF"),
    "epub": _l("EPUB"),
    "text": _l("Plain text"),
    "html": _l("Web page"),
}
KINDS: Final[dict[str, LazyText]] = {
    "reader": _l("Reader"),
    "slides": _l("Slides"),
    "recording": _l("Recording"),
    "handout": _l("Handout"),
    "link": _l("Link"),
    "document": _l("Document"),
}
REFERENCES: Final = {
    "bib": "BibTeX",
    "ris": "RIS",
    "json": "CSL-JSON",
    "xml": "Dublin Core",
    "datacite": "DataCite",
}
"""Names of formats, the same in every language."""
TROUBLES: Final[dict[str, LazyText]] = {
    "locked": _l(
        "It asks for a password or forbids copying, so not everything can be made of it. Save it without protection"
        " and upload it again."
    ),
    "broken": _l("It is damaged, so its pages cannot be read. Export it again and upload the new file."),
    "heavy": _l(
        "It takes more memory or time than a file may. Export it again with simpler pages or smaller pictures."
    ),
    "empty": _l("There is nothing to read in it."),
}
"""What stood in the way when a file was taken apart."""
RULES: Final[dict[str, LazyText]] = {
    "public": _l("Everybody"),
    "registered": _l("People who applied"),
    "accepted": _l("People with a place"),
}


def format_name(code: str) -> str:
    """Return what a format is called."""
    return str(FORMATS[code])


def why_opened(one: Opened, editions: Mapping[UUID, KnownEdition]) -> str:
    """Say why the reader may open a publication."""
    claim = one.right.claim if one.right else None
    edition = editions.get(claim.edition_id) if claim and claim.edition_id else None
    if claim is not None and edition is not None:
        name = bdi(edition.name_in(current_locale()))
        if claim.rule == ACCEPTED:
            return _("You may open this because you have a place in %(edition)s.", edition=name)
        if claim.rule == REGISTERED:
            return _("You may open this because you applied to %(edition)s.", edition=name)
    return _("Open to everybody.")
