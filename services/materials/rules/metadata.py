"""A work as catalogues and repositories describe it: Dublin Core (oai_dc) and DataCite 4."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any, Final

from services.materials.rules.citations import Cited, licence_url

_DCMI: Final = {"recording": "MovingImage", "link": "InteractiveResource"}
"""DCMI Type Vocabulary; all else is Text."""
_DATACITE: Final = {"reader": "Book", "recording": "Audiovisual", "link": "InteractiveResource", "document": "Report"}
"""resourceTypeGeneral; all else is Text."""
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def dublin_core(work: Cited) -> str:
    """Return the work as ``oai_dc``, the fifteen elements of Dublin Core in XML; empty ones are left out."""
    said = [
        ("title", work.title),
        *(("creator", name) for name in work.contributors),
        *(("subject", tag) for tag in work.tags),
        ("description", work.abstract),
        ("publisher", work.publisher),
        ("date", work.dated),
        ("type", _DCMI.get(work.kind, "Text")),
        ("identifier", work.url),
        ("language", work.language),
        ("rights", licence_url(work.licence) or work.licence),
    ]
    rows = "".join(f"  <dc:{name}>{escape(_FORBIDDEN.sub('', value))}</dc:{name}>\n" for name, value in said if value)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">\n{rows}</oai_dc:dc>\n'
    )


def datacite(work: Cited) -> str:
    """Return the work as DataCite's JSON, as its registry takes it; without a DOI, its address identifies it."""
    said: dict[str, Any] = {
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "identifiers": [{"identifier": work.url, "identifierType": "URL"}],
        "url": work.url,
        "titles": [{"title": work.title, "lang": work.language}],
        "creators": [{"name": name} for name in work.contributors],
        "publisher": {"name": work.publisher} if work.publisher else None,
        "publicationYear": int(work.dated[:4]) if work.dated else None,
        "dates": [{"date": work.dated, "dateType": "Issued"}] if work.dated else None,
        "types": {"resourceTypeGeneral": _DATACITE.get(work.kind, "Text"), "resourceType": work.kind},
        "language": work.language,
        "version": work.version,
        "subjects": [{"subject": tag} for tag in work.tags],
        "descriptions": [{"description": work.abstract, "descriptionType": "Abstract"}] if work.abstract else None,
        "rightsList": [
            {
                "rights": work.licence,
                "rightsUri": licence_url(work.licence),
                "rightsIdentifier": work.licence,
                "rightsIdentifierScheme": "SPDX",
            }
        ]
        if licence_url(work.licence)
        else None,
    }
    return json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False, indent=2) + "\n"


DESCRIPTIONS: Final = {
    "xml": (dublin_core, "application/xml; charset=utf-8"),
    "datacite": (datacite, "application/vnd.datacite.datacite+json"),
}
