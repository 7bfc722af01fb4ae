"""The library as people see it: what a publication consists of, put in the order that suits the reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.materials.rules.pace import minutes_on_slow_line
from services.materials.rules.shelves import Right
from shared.words.languages import LANGUAGES, best_language, text_in

FORMAT_ORDER: Final = ("pdf", "light_pdf", "epub", "text", "html")


@dataclass(frozen=True)
class RenditionShown:
    """A rendition with its file. ``fetched_sha256``: what the reader fetched last under it; None: nothing yet."""

    rendition_id: UUID
    chapter_id: UUID | None
    language: str
    format: str
    filename: str
    sha256: str
    size: int
    pages: int | None
    fetched_sha256: str | None = None

    @property
    def url(self) -> str:
        """Where it is downloaded; the path only."""
        return f"/materials/renditions/{self.rendition_id}/{self.filename}"

    @property
    def minutes(self) -> int:
        """How many minutes it takes at 64 kbit/s."""
        return minutes_on_slow_line(self.size)

    @property
    def is_held(self) -> bool:
        """Whether the reader fetched exactly these bytes."""
        return self.fetched_sha256 == self.sha256

    @property
    def is_changed(self) -> bool:
        """Whether the reader fetched something older in its place."""
        return self.fetched_sha256 not in {None, self.sha256}


@dataclass(frozen=True)
class ChapterShown:
    """A chapter in all languages; ``titles`` is ``{language: text}``, ``pages`` ``{language: [first, last]}``."""

    id: UUID
    number: int
    titles: dict[str, Any]
    authors: tuple[str, ...]
    pages: dict[str, Any]


@dataclass(frozen=True)
class ChapterEntry:
    """A chapter as the reader's language names it."""

    number: int
    title: str
    authors: tuple[str, ...]
    pages: tuple[int, int] | None
    copies: tuple[RenditionShown, ...]


@dataclass(frozen=True)
class Opened:
    """A release of a publication that may be opened, and why. ``right`` is None for staff."""

    publication_id: UUID
    slug: str
    kind: str
    edition_id: UUID | None
    titles: dict[str, Any]
    summaries: dict[str, Any]
    contributors: tuple[str, ...]
    publisher: str
    licence: str
    rights: str
    version: str
    dated: str
    published_at: datetime | None
    right: Right | None
    copies: tuple[RenditionShown, ...] = ()
    chapters: tuple[ChapterShown, ...] = ()
    fetched_older: bool = False
    """The reader fetched an older release, but nothing of this one."""

    @property
    def whole(self) -> tuple[RenditionShown, ...]:
        """The copies of the whole work."""
        return tuple(copy for copy in self.copies if copy.chapter_id is None)

    @property
    def is_new(self) -> bool:
        """Whether the reader has nothing of this release yet."""
        return not any(copy.fetched_sha256 for copy in self.copies)

    def title_in(self, language: str) -> str:
        """Return the title in ``language`` or the next best."""
        return text_in(self.titles, language)

    def summary_in(self, language: str) -> str:
        """Return the summary in ``language`` or the next best."""
        return text_in(self.summaries, language)

    def languages(self, *, wanted: str) -> list[str]:
        """Return the languages of the whole work, the reader's own (or what stands in for it) first."""
        available = {copy.language for copy in self.whole}
        first = best_language(available, wanted=wanted)
        rest = [code for code in (*LANGUAGES, *sorted(available)) if code in available and code != first]
        return [] if first is None else [first, *dict.fromkeys(rest)]

    def copies_in(self, language: str) -> list[RenditionShown]:
        """Return the whole work's copies in one language, the fullest format first."""
        return in_order(copy for copy in self.whole if copy.language == language)

    def chapters_in(self, language: str) -> list[ChapterEntry]:
        """Return the chapters with their titles and copies in ``language`` or the next best."""
        return [self._chapter(chapter, language) for chapter in sorted(self.chapters, key=lambda one: one.number)]

    def _chapter(self, chapter: ChapterShown, language: str) -> ChapterEntry:
        copies = [copy for copy in self.copies if copy.chapter_id == chapter.id]
        best = best_language({copy.language for copy in copies}, wanted=language)
        span: Sequence[int] | None = chapter.pages.get(language)
        return ChapterEntry(
            number=chapter.number,
            title=text_in(chapter.titles, language),
            authors=chapter.authors,
            pages=(span[0], span[1]) if span else None,
            copies=tuple(in_order(copy for copy in copies if copy.language == best)),
        )


def in_order(copies: Iterable[RenditionShown]) -> list[RenditionShown]:
    """Return copies from the fullest format to the plainest."""
    return sorted(copies, key=lambda copy: FORMAT_ORDER.index(copy.format))
