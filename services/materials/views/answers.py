"""What the API says of the library."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel

from services.materials.queries.desk import PublicationRow, ShelfRow
from services.materials.rules.library import Opened, RenditionShown
from services.materials.rules.reach import Reach, Share
from shared.schema.materials.publications import Chapter, Release


class CopyAnswer(BaseModel):
    """A file in one language and format. ``chapter`` None: the whole work; ``url`` asks for a signed-in person."""

    rendition_id: UUID
    chapter: int | None
    language: str
    format: str
    filename: str
    media_bytes: int
    sha256: str
    pages: int | None
    minutes_at_64_kbit: int
    url: str

    @classmethod
    def of(cls, copy: RenditionShown, *, chapter: int | None, public_url: str) -> Self:
        """Say what is known of ``copy``; the address is absolute."""
        return cls(
            rendition_id=copy.rendition_id,
            chapter=chapter,
            language=copy.language,
            format=copy.format,
            filename=copy.filename,
            media_bytes=copy.size,
            sha256=copy.sha256,
            pages=copy.pages,
            minutes_at_64_kbit=copy.minutes,
            url=public_url + copy.url,
        )


class ChapterAnswer(BaseModel):
    """A chapter. Titles are by language."""

    number: int
    titles: dict[str, str]
    authors: list[str]


class WorkAnswer(BaseModel):
    """A publication in one release, with its files. ``because`` is the rule of the shelf that opens it."""

    id: UUID
    slug: str
    kind: str
    titles: dict[str, str]
    summaries: dict[str, str]
    version: str
    published_at: datetime | None
    because: str | None
    link: str
    chapters: list[ChapterAnswer]
    copies: list[CopyAnswer]

    @classmethod
    def of(cls, one: Opened, *, public_url: str) -> Self:
        """Say what is known of ``one``."""
        numbers = {chapter.id: chapter.number for chapter in one.chapters}
        return cls(
            id=one.publication_id,
            slug=one.slug,
            kind=one.kind,
            titles=one.titles,
            summaries=one.summaries,
            version=one.version,
            published_at=one.published_at,
            because=one.right.claim.rule if one.right else None,
            link=one.link,
            chapters=[
                ChapterAnswer(number=chapter.number, titles=chapter.titles, authors=list(chapter.authors))
                for chapter in sorted(one.chapters, key=lambda chapter: chapter.number)
            ],
            copies=[
                CopyAnswer.of(
                    copy, chapter=numbers.get(copy.chapter_id) if copy.chapter_id else None, public_url=public_url
                )
                for copy in sorted(one.copies, key=lambda copy: copy.filename)
            ],
        )


class WorkList(BaseModel):
    """Works, the newest release first."""

    items: list[WorkAnswer]


class PublicationAnswer(BaseModel):
    """A publication as its keepers see it. ``version`` is None until a release is published."""

    id: UUID
    slug: str
    kind: str
    titles: dict[str, str]
    edition_id: UUID | None
    version: str | None
    published_at: datetime | None
    languages: list[str]
    drafts: int
    people: int

    @classmethod
    def of(cls, row: PublicationRow) -> Self:
        """Say what the desk's table shows."""
        return cls(**{**row.__dict__, "languages": list(row.languages)})


class PublicationList(BaseModel):
    """Publications, the newest first."""

    items: list[PublicationAnswer]


class RemovalAnswer(BaseModel):
    """Where a publication stands: ``kept``, ``removed`` and may be put back, or ``deleted``."""

    slug: str
    state: Literal["kept", "removed", "deleted"]


class ChapterMade(ChapterAnswer):
    """A chapter of a draft, with what names it. ``pages`` is ``{language: [first, last]}``."""

    id: UUID
    pages: dict[str, list[int]]

    @classmethod
    def of(cls, chapter: Chapter) -> Self:
        """Say what is known of a chapter."""
        return cls(
            id=chapter.id, number=chapter.number, titles=chapter.titles, authors=chapter.authors, pages=chapter.pages
        )


class ShelfAnswer(BaseModel):
    """A shelf, and whether the publication asked about stands on it. Moments are UTC; None means always."""

    id: UUID
    edition_id: UUID | None
    names: dict[str, str]
    rule: str
    opens_at: datetime | None
    closes_at: datetime | None
    holds_it: bool

    @classmethod
    def of(cls, row: ShelfRow) -> Self:
        """Say what is known of a shelf."""
        return cls(**row.__dict__)


class ShelfList(BaseModel):
    """Shelves, the oldest first."""

    items: list[ShelfAnswer]


class ReleaseAnswer(BaseModel):
    """A release. Drafts are seen by staff only."""

    id: UUID
    version: str
    state: str
    published_at: datetime | None

    @classmethod
    def of(cls, release: Release) -> Self:
        """Say what is known of a release."""
        return cls(id=release.id, version=release.version, state=release.state, published_at=release.published_at)


class ShareAnswer(BaseModel):
    """Of ``people`` with a place, ``holding`` fetched the publication. ``key`` is a country or a language."""

    key: str
    people: int
    holding: int
    share: float

    @classmethod
    def of(cls, share: Share) -> Self:
        """Say the numbers and their ratio."""
        return cls(key=share.key, people=share.people, holding=share.holding, share=round(share.share, 4))


class ReachAnswer(BaseModel):
    """How far a publication has reached among the people of one edition, the least reached first."""

    edition: str
    whole: ShareAnswer
    by_country: list[ShareAnswer]
    by_language: list[ShareAnswer]

    @classmethod
    def of(cls, edition: str, reach: Reach) -> Self:
        """Say the whole and its parts."""
        return cls(
            edition=edition,
            whole=ShareAnswer.of(reach.whole),
            by_country=_shares(reach.by_country),
            by_language=_shares(reach.by_language),
        )


class EditionAsked(BaseModel):
    """Of which edition; the newest when left out."""

    edition: str | None = None


def _shares(shares: Iterable[Share]) -> list[Any]:
    return [ShareAnswer.of(share) for share in shares]
