"""What the bytes of an applicant's file are: told by what is in them, never by the name. Pure.

Libraries that guess by the first bytes take any ZIP for a document and miss those whose parts stand in another
order, so the directory of a ZIP is read here, within bounds.
"""

from __future__ import annotations

import zipfile
from typing import BinaryIO, Final

from shared.errors import Invalid, NotFound
from shared.words.sentences import _l

_HEAD: Final = 1024
"""Readers of PDF look for its signature within so many bytes."""
_TAIL: Final = 2048
_MOST_MEMBERS: Final = 5_000
_SIGNATURES: Final = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
_DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ODT: Final = "application/vnd.oasis.opendocument.text"


class FileUnfit(Invalid):
    """The bytes are of no kind that the question takes, or are cut off."""

    title = _l("This file cannot be used: choose one of the kinds named at the question")


class FileInfected(Invalid):
    """The scanner knows it as harmful."""

    title = _l("This file was found to be harmful and is not kept")


class FileUnknown(NotFound):
    """No such file, or not one of this person's."""

    title = _l("We do not know this file")


class FileGone(Invalid):
    """The file that an answer names is not there any more; ``errors`` names the fields."""

    title = _l("The file is not here any more: choose it again")


def media_type_of(file: BinaryIO) -> str | None:
    """Return the media type of the open ``file``, or None when it is none that questions take, or is cut off."""
    file.seek(0)
    head = file.read(_HEAD)
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1"}:
        return "image/heic"
    if b"%PDF-" in head:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        return "application/pdf" if b"%%EOF" in file.read(_TAIL) else None
    return _packed(file) if head.startswith(b"PK\x03\x04") else None


def _packed(file: BinaryIO) -> str | None:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as packed:
            names = {member.filename for member in packed.infolist()[:_MOST_MEMBERS]}
            if "word/document.xml" in names and "word/vbaProject.bin" not in names:
                return _DOCX
            if "mimetype" in names and "content.xml" in names:
                with packed.open("mimetype") as said:
                    return _ODT if said.read(len(_ODT) + 1) == _ODT.encode() else None
    except (zipfile.BadZipFile, EOFError, KeyError, OSError, RuntimeError, ValueError):
        return None
    return None
