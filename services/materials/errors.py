"""What materials refuses, in the words of those who are refused."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound
from shared.words.sentences import _l


class PublicationUnknown(NotFound):
    """There is no such publication, or it is not for this person."""

    title = _l("There is no such publication")


class RenditionUnknown(NotFound):
    """There is no such file, or it is not for this person."""

    title = _l("There is no such file on your shelf")


class PageUnknown(NotFound):
    """The work has no such page, or it cannot be read page by page, or it is not for this person."""

    title = _l("There is no such page")


class ReleaseUnknown(NotFound):
    """There is no such release."""

    title = _l("There is no such release")


class ChapterUnknown(NotFound):
    """The release has no such chapter."""

    title = _l("There is no such chapter")


class PersonUnknown(NotFound):
    """Nobody of this id applied to an edition of the publication."""

    title = _l("Nobody of this name applied")


class ArrivalUnknown(NotFound):
    """The file has its place already, or was let go."""

    title = _l("There is no such file waiting")


class PlaceTwice(Conflict):
    """One would silently replace the other."""

    title = _l("Two files cannot have the same place")


class ShelfUnknown(NotFound):
    """There is no such shelf."""

    title = _l("There is no such shelf")


class ShelfNeverOpen(Invalid):
    """A shelf that is closed before it opens, or for ever already, helps nobody."""

    title = _l("The shelf closes before it opens")


class PublicationSlugTaken(Conflict):
    """Another publication has this address."""

    title = _l("Another publication already uses this address")


class VersionTaken(Conflict):
    """The publication already has a release of this name."""

    title = _l("This publication already has a release with this version")


class PublicationRemoved(Conflict):
    """It was taken out of the library; nothing of it is published until it is put back."""

    title = _l("This publication was taken out of the library; put it back first")


class ReleaseIsPublished(Conflict):
    """What people hold is not changed behind their backs."""

    title = _l("A published release is not changed; make a new release")


class ReleaseIsWithdrawn(Conflict):
    """Nobody can open it, so nothing is added to it."""

    title = _l("This version was withdrawn; make a new one")


class ChapterNumberTaken(Conflict):
    """The release has a chapter with this number."""

    title = _l("There is a chapter with this number already")


class NothingToPublish(Conflict):
    """A release without a file helps nobody."""

    title = _l("Add at least one file before you publish this release")


class FileTypeUnknown(Invalid):
    """The bytes are not what the format asks for."""

    title = _l("This file cannot be used")
