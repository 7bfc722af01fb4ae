"""What a file is, is told by its bytes."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from services.registration.rules.forms.fields.base import CameBefore, Problem, Reading
from services.registration.rules.forms.fields.files import File
from services.registration.rules.forms.file_kinds import media_type_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


def packed(**members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        for name, text in members.items():
            zipped.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), text)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.4 1 0 obj\n%%EOF", "application/pdf"),
        (b"\xef\xbb\xbf\n%PDF-1.4 1 0 obj\n%%EOF\r\n", "application/pdf"),
        (b"%PDF-1.4 1 0 obj", None),
        (b"\xff\xd8\xff\xe0picture", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\npicture", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPpicture", "image/webp"),
        (b"\x00\x00\x00\x18ftypheicpicture", "image/heic"),
        (packed(_rels="", word__document_xml="<w/>"), DOCX),
        (packed(word__document_xml="<w/>", word__vbaProject_bin="macros"), None),
        (packed(mimetype=ODT, content_xml="<o/>"), ODT),
        (packed(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_xml="<o/>"), None),
        (packed(xl__workbook_xml="<x/>"), None),
        (packed(word__document_xml="<w/>")[:40], None),
        (b"PK\x03\x04" + b"\xff" * 60, None),
        (b"GIF89a", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"", None),
    ],
    ids=range(17),
)
def test_the_bytes_tell_what_it_is(content: bytes, media_type: str | None) -> None:
    assert media_type_of(io.BytesIO(content)) == media_type


def test_a_file_answers_its_own_question_alone_and_within_its_bounds() -> None:
    field = File(key="cv", kinds=("pdf",), most_mb=1)

    def read(**changes: Any) -> object:
        came = CameBefore("cv", "cv.pdf", 10, "application/pdf")._replace(**changes)
        return field.read("id", Reading(("en",), "en", {"id": came}))

    assert read() == {"file": "id", "name": "cv.pdf", "size": 10, "media_type": "application/pdf"}
    assert read(field="letter") == Problem("file_gone")
    assert read(media_type="image/png") == Problem("file_kind")
    assert read(size=1_000_001) == Problem("file_too_large", {"most": 1})
    assert field.read("other", Reading(("en",), "en")) == Problem("file_gone")
