"""What materials refuses, in the words of those who are refused."""

from __future__ import annotations

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class PublicationUnknown(NotFound):
    """There is no such publication, or it is not for this person."""

    title = "There is no such publication"


class RenditionUnknown(NotFound):
    """There is no such file, or it is not for this person."""

    title = "There is no such file on your shelf"


class SignInFirst(Forbidden):
    """The file may exist; nobody is told before they sign in."""

    title = "Sign in to open this file"


class ReleaseUnknown(NotFound):
    """There is no such release."""

    title = "There is no such release"


class ShelfUnknown(NotFound):
    """There is no such shelf."""

    title = "There is no such shelf"


class SlugTaken(Conflict):
    """Another publication has this address."""

    title = "Another publication already uses this address"


class VersionTaken(Conflict):
    """The publication already has a release of this name."""

    title = "This publication already has a release with this version"


class ReleaseIsPublished(Conflict):
    """What people hold is not changed behind their backs."""

    title = "A published release is not changed; make a new release"


class NothingToPublish(Conflict):
    """A release without a file helps nobody."""

    title = "Add at least one file before you publish this release"


class FileTypeUnknown(Invalid):
    """The bytes are not what the format asks for."""

    title = "This file cannot be used"


class FileEmpty(Invalid):
    """Nothing arrived."""

    title = "The file is empty"


class FileTooLarge(Invalid):
    """More bytes than one file may have."""

    title = "The file is too large"


class StoreUnknown(Exception):  # noqa: N818 - stops the start, is never shown to a person
    """STORE_URL names no kind of store that this program has."""
