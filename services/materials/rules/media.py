"""What a file really is: told by its first bytes, never by its name."""

from __future__ import annotations

import codecs
import re
from typing import Final

PDF: Final = "application/pdf"
EPUB: Final = "application/epub+zip"
TEXT: Final = "text/plain"
FORMATS: Final = {"pdf": PDF, "light_pdf": PDF, "epub": EPUB, "text": TEXT}
"""The formats people may upload, and what their bytes must be."""
SUFFIXES: Final = {"pdf": ".pdf", "light_pdf": "-light.pdf", "epub": ".epub", "text": ".txt", "html": ".html"}
CHARSET: Final = {TEXT: "text/plain; charset=utf-8"}
_MARKUP: Final = re.compile(r"\s*<(?:!doctype|html|head|body|script|svg|\?xml|!--)", re.IGNORECASE)
_EPUB_NAME: Final = b"mimetype" + EPUB.encode()


def media_type_of(head: bytes) -> str | None:
    """Return the media type of a file that begins with ``head`` (some kilobytes), or None when it is not accepted.

    PDF by its signature at the very start, EPUB by the uncompressed first entry that its standard demands (OCF 3.3,
    4.3), text when it is UTF-8 without control characters and not markup, which a browser could be made to run.
    """
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"PK\x03\x04") and head[30:].startswith(_EPUB_NAME):
        return EPUB
    return TEXT if head and _is_plain_text(head) else None


def _is_plain_text(head: bytes) -> bool:
    try:
        # not final: the last character may be cut in two
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head, final=False)
    except UnicodeDecodeError:
        return False
    if _MARKUP.match(text):
        return False
    return not any(sign < " " and sign not in "\t\n\r\f" for sign in text)
