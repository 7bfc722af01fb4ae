"""Typesets the demo's Reader: the same bytes on every machine, so that its checksum can be told beforehand."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import fontpkg_amiri
import typst

HERE: Final = Path(__file__).parent
LANGUAGES: Final = ("en", "fr", "es", "pt", "ar")
PRINTED: Final = datetime(2011, 10, 24, tzinfo=UTC)
_WIDTH: Final = 76


@dataclass(frozen=True)
class Typeset:
    """A PDF and what is known of its pages: how many, and where each chapter begins (printed numbers)."""

    pdf: bytes
    pages: int
    chapter_pages: tuple[tuple[int, int], ...] = ()


def texts_in(language: str) -> dict[str, Any]:
    """Return the Reader's texts in ``language``, as they are kept in ``texts/``."""
    texts: dict[str, Any] = json.loads((HERE / "texts" / f"{language}.json").read_text(encoding="utf-8"))
    return texts


class Press:
    """Sets the Reader with Typst; only fonts that come with the packages are used."""

    def __init__(self) -> None:
        files = Path(str(fontpkg_amiri.__file__)).parent / "files"
        fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(files)])
        self._fonts = fonts
        self._compiler = typst.Compiler(
            str(HERE / "reader.typ"), root=str(HERE), font_paths=fonts, sys_inputs={"language": "en"}
        )

    def whole(self, language: str) -> Typeset:
        """Set the whole Reader in one language."""
        inputs = {"language": language, "chapter": ""}
        pdf = self._set(inputs)
        starts = [mark["page"] for mark in self._marks("<chapter-start>")]
        pages = self._marks("<book-end>")[0]["page"]
        ends = [start - 1 for start in starts[1:]] + [pages]
        return Typeset(pdf=pdf, pages=pages, chapter_pages=tuple(zip(starts, ends, strict=True)))

    def chapter(self, language: str, number: int) -> bytes:
        """Set one chapter; ``number`` counts from 1."""
        return self._set({"language": language, "chapter": str(number)})

    def slides(self, language: str) -> bytes:
        """Set the slides about it in one language."""
        inputs = {"language": language}
        source = str(HERE / "slides.typ")
        compiler = typst.Compiler(source, root=str(HERE), font_paths=self._fonts, sys_inputs=inputs)
        made = compiler.compile(format="pdf", sys_inputs=inputs, timestamp=PRINTED)
        if not isinstance(made, bytes):
            raise TypeError("Typst gave no PDF")
        return made

    def _set(self, inputs: dict[str, str]) -> bytes:
        pdf = self._compiler.compile(format="pdf", sys_inputs=inputs, timestamp=PRINTED)
        if not isinstance(pdf, bytes):
            raise TypeError("Typst gave no PDF")
        return pdf

    def _marks(self, selector: str) -> list[dict[str, int]]:
        found: list[dict[str, int]] = json.loads(self._compiler.query(selector, field="value"))
        return found


def plain_text(texts: dict[str, Any]) -> bytes:
    """Return the Reader as plain text in UTF-8, wrapped for narrow screens and mail programs."""
    lines = [texts["title"], texts["subtitle"], "", texts["occasion"], f"{texts['place']} · {texts['dates']}"]
    parts = ["\n".join(lines), _section(texts["introduction"]["title"], texts["introduction"]["paragraphs"])]
    for number, chapter in enumerate(texts["chapters"], start=1):
        paragraphs = list(chapter["paragraphs"])
        if chapter["placeholder"]:
            paragraphs.append(f"[{texts['placeholder_label']}: {texts['placeholder']}]")
        parts.append(_section(f"{texts['chapter']} {number}. {chapter['title']}", paragraphs))
    parts.append(_section(texts["imprint_title"], texts["imprint"]))
    return ("\n\n\n".join(parts) + "\n").encode()


def _section(title: str, paragraphs: list[str]) -> str:
    filled = [textwrap.fill(paragraph, _WIDTH) for paragraph in paragraphs]
    return "\n\n".join([f"{title}\n{'-' * min(len(title), _WIDTH)}", *filled])
