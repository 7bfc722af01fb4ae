"""What materials tells the others."""

from __future__ import annotations

from uuid import UUID

from shared.facts.base import Fact


class ShelfOpened(Fact, noun="shelf"):
    """A person may now open what stands on a shelf."""

    shelf_id: UUID
    person_id: UUID
    edition_id: UUID


class DownloadStarted(Fact, noun="rendition"):
    """A person fetched a rendition for the first time."""

    rendition_id: UUID
    publication_id: UUID
    person_id: UUID
    edition_id: UUID | None = None


class MakingWanted(Fact, noun="making"):
    """A file waits to be taken apart: its pages, a light version, its chapters."""

    making_id: UUID


class MakingContinued(Fact, noun="making"):
    """A part of the work on a file is done; the next waits."""

    making_id: UUID
