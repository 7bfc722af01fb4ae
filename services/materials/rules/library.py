"""The library as people see it: what a publication consists of, put in the order that suits the reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from services.materials.rules.shelves import Right
from shared.words.languages import LANGUAGES, best_language, text_in
from shared.words.pace import minutes_on_slow_line

FORMAT_ORDER: Final = ("pdf", "light_pdf", "epub", "text", "html")


@dataclass(frozen=True)
class RenditionShown:
    """A rendition with its file.

    ``fetched_sha256``: what the reader fetched last under it, or the same bytes under another; None: nothing yet.
    ``fetched_whole``: from the first byte to the last, as far as was asked for.
    """

    rendition_id: UUID
    chapter_id: UUID | None
    language: str
    format: str
    filename: str
    sha256: str
    size: int
    pages: int | None
    fetched_sha256: str | None = None
    fetched_whole: bool = True
    came_at: datetime | None = None
    """When people could first open it here."""
    is_made: bool = False
    """Made by the machine of what was uploaded."""
    version: str = ""
    """Of the release it belongs to: languages may stand at different ones."""

    @property
    def url(self) -> str:
        """Where it is downloaded; the path only."""
        return f"/materials/renditions/{self.rendition_id}/{self.filename}"

    @property
    def public_url(self) -> str:
        """Where every cache on the way may keep it, once it stands on a public shelf; the path only."""
        return f"/materials/files/{self.sha256}/{self.filename}"

    @property
    def minutes(self) -> int:
        """How many minutes it takes at 64 kbit/s."""
        return minutes_on_slow_line(self.size)

    @property
    def is_held(self) -> bool:
        """Whether the reader fetched exactly these bytes, all of them."""
        return self.fetched_sha256 == self.sha256 and self.fetched_whole

    @property
    def is_begun(self) -> bool:
        """Whether the reader fetched a part of exactly these bytes."""
        return self.fetched_sha256 == self.sha256 and not self.fetched_whole

    @property
    def is_changed(self) -> bool:
        """Whether the reader fetched something older in its place."""
        return self.fetched_sha256 not in {None, self.sha256}


@dataclass(frozen=True)
class ChapterShown:
    """A chapter of a release; ``titles`` is ``{language: text}``, ``pages`` ``{language: [first, last]}``.

    ``languages``: those that readers see in this release; None: all.
    """

    id: UUID
    number: int
    titles: dict[str, Any]
    authors: tuple[str, ...]
    pages: dict[str, Any]
    languages: frozenset[str] | None = None

    def is_in(self, language: str) -> bool:
        """Say whether the chapter belongs to what readers of ``language`` see."""
        return self.languages is None or language in self.languages


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
    """A publication that may be opened, each language in the newest published release that has it, and why.

    ``version`` and its dates are those of the newest release of all. ``right`` is None for staff, who see one release.
    """

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
    tags: tuple[str, ...] = ()
    """Key words."""
    link: str = ""
    """Where it is, when it lies elsewhere."""
    state: str = "published"
    fetched_older: bool = False
    """The reader fetched an older release, but nothing of this one."""

    @property
    def host(self) -> str:
        """Whose door the link leads to, as people know it."""
        return (urlsplit(self.link).hostname or "").removeprefix("www.")

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

    def version_in(self, language: str) -> str:
        """Return at which version the whole work stands in one language."""
        return next((copy.version for copy in self.whole if copy.language == language), self.version)

    def copies_in(self, language: str) -> list[RenditionShown]:
        """Return the whole work's copies in one language, the fullest format first."""
        return in_order(copy for copy in self.whole if copy.language == language)

    def chapters_in(self, language: str) -> list[ChapterEntry]:
        """Return the chapters with their titles and copies in ``language`` or the next best."""
        mine = [chapter for chapter in self.chapters if chapter.is_in(language)]
        return [self._chapter(chapter, language) for chapter in sorted(mine, key=lambda one: one.number)]

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
