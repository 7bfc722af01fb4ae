"""Which of a work's copies is shown page by page: the whole before its chapters, the fullest format first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.materials.rules.library import Opened, RenditionShown, in_order


@dataclass(frozen=True)
class Readable:
    """A copy of a work that has pages. ``chapter`` is the number of the chapter it is of, None for the whole."""

    work: Opened
    copy: RenditionShown
    chapter: int | None = None

    def address(self, page: int, *, query: str = "") -> str:
        """Return where a page of it is read; the path only."""
        return f"{self._begins}/p/{page}{query}"

    def part_address(self, number: int) -> str:
        """Return where a part of it is read in one piece; the path only."""
        return f"{self._begins}/part/{number}"

    def picture(self, page: int, *, small: bool = False) -> str:
        """Return where the picture of a page is; the path only."""
        return f"/materials/pages/{self.copy.rendition_id}/{page}-{'small' if small else 'page'}.webp"

    @property
    def overview(self) -> str:
        """Where all of its pages are shown small; the path only."""
        return f"{self._begins}/pages"

    @property
    def _begins(self) -> str:
        whole = f"/materials/{self.work.slug}/read/{self.copy.language}"
        return whole if self.chapter is None else f"{whole}/{self.chapter}"


def readable_copies(work: Opened, *, with_pages: Collection[str]) -> list[Readable]:
    """Return for each language the copy to read, or its chapters' where there is no whole one with pages."""
    numbers = {chapter.id: chapter.number for chapter in work.chapters}
    found: list[Readable] = []
    for language in dict.fromkeys(copy.language for copy in work.copies):
        mine = [copy for copy in work.copies if copy.language == language and copy.sha256 in with_pages]
        whole = in_order(copy for copy in mine if copy.chapter_id is None)
        if whole:
            found.append(Readable(work, whole[0]))
            continue
        by_chapter: dict[int, RenditionShown] = {}
        for copy in in_order(mine):
            if copy.chapter_id in numbers:
                by_chapter.setdefault(numbers[copy.chapter_id], copy)
        found += [Readable(work, copy, number) for number, copy in sorted(by_chapter.items())]
    return found


def copy_to_read(found: Iterable[Readable], *, language: str, chapter: int | None) -> Readable | None:
    """Return the copy in a language, of one chapter or of the whole, or None."""
    return next((one for one in found if one.copy.language == language and one.chapter == chapter), None)
