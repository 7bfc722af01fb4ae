"""How a publication is cited: in running text, and for the programs that keep references."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_TYPES: Final = {
    "reader": "book",
    "slides": "speech",
    "recording": "motion_picture",
    "handout": "document",
    "link": "webpage",
    "document": "report",
}
"""CSL 1.0.2, appendix III."""
_RIS: Final = {
    "reader": "BOOK",
    "slides": "SLIDE",
    "recording": "VIDEO",
    "handout": "PAMP",
    "link": "ELEC",
    "document": "RPRT",
}
_BIBTEX: Final = {
    "reader": "book",
    "slides": "misc",
    "recording": "misc",
    "handout": "misc",
    "link": "misc",
    "document": "techreport",
}
_SPECIAL: Final = re.compile(r"([\\{}&%$#_~^])")
_ESCAPED: Final = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_DAY: Final = 3


@dataclass(frozen=True)
class Cited:
    """What is known of a work. ``dated`` is ISO 8601 in any precision, or empty; names are as they are cited."""

    slug: str
    kind: str
    title: str
    contributors: Sequence[str]
    publisher: str
    dated: str
    version: str
    language: str
    url: str
    abstract: str = ""
    tags: Sequence[str] = ()
    licence: str = ""


def citation(*, contributors: Sequence[str], dated: str, title: str, publisher: str, url: str) -> str:
    """Return one line: names (year). Title. Publisher. Address. Empty parts are left out."""
    year = dated[:4] or "n.d."
    names = "; ".join(contributors)
    head = f"{names} ({year})." if names else f"({year})."
    parts = [head, f"{title.rstrip('.')}."]
    if publisher and publisher not in contributors:
        parts.append(f"{publisher}.")
    return " ".join([*parts, url])


def csl_of(work: Cited) -> dict[str, Any]:
    """Return the work as CSL-JSON; names are literal, since institutions and people are told apart by nobody."""
    said: dict[str, Any] = {
        "id": work.slug,
        "type": _TYPES[work.kind],
        "title": work.title,
        "author": [{"literal": name} for name in work.contributors],
        "publisher": work.publisher,
        "version": work.version,
        "language": work.language,
        "abstract": work.abstract,
        "keyword": ", ".join(work.tags),
        "URL": work.url,
    }
    if work.dated:
        said["issued"] = {"date-parts": [[int(part) for part in work.dated.split("-")[:_DAY]]]}
    return {name: value for name, value in said.items() if value}


def csl_json(work: Cited) -> str:
    """Return a CSL-JSON file of one work."""
    return json.dumps([csl_of(work)], ensure_ascii=False, indent=2) + "\n"


def bibtex(work: Cited) -> str:
    """Return a BibTeX entry in UTF-8; braces keep names whole and capitals as they are."""
    kind = _BIBTEX[work.kind]
    fields = {
        "title": f"{{{_tex(work.title)}}}",
        "author": " and ".join(f"{{{_tex(name)}}}" for name in work.contributors),
        "institution" if kind == "techreport" else "publisher": _tex(work.publisher),
        "year": work.dated[:4],
        "month": work.dated[5:7],
        "edition" if kind == "book" else "note": _tex(work.version),
        "language": work.language,
        "abstract": _tex(work.abstract),
        "keywords": _tex(", ".join(work.tags)),
        "url": work.url,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{work.slug},", *lines, "}", ""])


def ris(work: Cited) -> str:
    """Return a RIS record; lines end as the format wants, each value on one of them."""
    rows = [
        ("TY", _RIS[work.kind]),
        ("ID", work.slug),
        ("TI", work.title),
        *(("AU", name) for name in work.contributors),
        ("PB", work.publisher),
        ("PY", work.dated[:4]),
        ("DA", work.dated.replace("-", "/")),
        ("ET", work.version),
        ("LA", work.language),
        ("AB", work.abstract),
        *(("KW", tag) for tag in work.tags),
        ("UR", work.url),
    ]
    return "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in rows if value) + "ER  - \r\n"


FORMATS: Final = {
    "bib": (bibtex, "application/x-bibtex; charset=utf-8"),
    "ris": (ris, "application/x-research-info-systems; charset=utf-8"),
    "json": (csl_json, "application/vnd.citationstyles.csl+json"),
}


def schema_of(work: Cited, *, languages: Sequence[str]) -> dict[str, Any]:
    """Return the work as schema.org and LRMI describe a learning resource, for search engines (JSON-LD)."""
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": ["LearningResource", "Book" if work.kind == "reader" else "CreativeWork"],
        "@id": work.url,
        "url": work.url,
        "name": work.title,
        "abstract": work.abstract,
        "inLanguage": list(languages),
        "version": work.version,
        "datePublished": work.dated,
        "author": [{"name": name} for name in work.contributors],
        "publisher": {"@type": "Organization", "name": work.publisher} if work.publisher else None,
        "keywords": list(work.tags),
        "license": licence_url(work.licence),
        "learningResourceType": work.kind,
    }
    return {name: value for name, value in said.items() if value}


def licence_url(licence: str) -> str:
    """Return where a licence stands; empty for an expression of several and for none."""
    return f"https://spdx.org/licenses/{licence}.html" if licence and " " not in licence else ""


def _tex(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPED.get(found[1], f"\\{found[1]}"), " ".join(text.split()))
