"""Is a request conditional or for a part, and what does that mean? RFC 9110, as the gateway understands it.

The gateway sends the parts. It is told our strong ETag only with the answer, so 304 is decided here, and so is whether
a transfer begins at the first byte, which is what counts as a download.
"""

from __future__ import annotations

import base64
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

_TAG: Final = re.compile(r'(W/)?("[^"]*")')


def etag_of(sha256: str) -> str:
    """Return the strong entity tag of a file: its hash, so it is the same on every machine that serves it."""
    return f'"sha256-{sha256}"'


def repr_digest_of(sha256: str) -> str:
    """Return the Repr-Digest of a file (RFC 9530, 3): the same on every part of it."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


def is_unchanged(*, if_none_match: str | None, if_modified_since: str | None, etag: str, modified_at: datetime) -> bool:
    """Say whether GET and HEAD are answered 304.

    If-None-Match compares weakly (13.1.2) and makes If-Modified-Since void (13.1.3); both come before Range (13.2.2).
    """
    if if_none_match is not None:
        return if_none_match.strip() == "*" or any(tag == etag for _weak, tag in _TAG.findall(if_none_match))
    since = _moment(if_modified_since)
    return since is not None and modified_at <= since


def begins_at_first_byte(
    *, range_header: str | None, if_range: str | None, etag: str, modified_at: datetime, size: int
) -> bool:
    """Say whether the answer to a GET holds byte 0: a whole file, or a part that starts there.

    No Range, a unit we do not know (14.2), an If-Range that does not match strongly (13.1.5) and several ranges at once
    (the gateway allows one) all mean the whole file. A range that cannot be satisfied holds nothing.
    """
    if range_header is None or not _part_is_meant(if_range, etag=etag, modified_at=modified_at):
        return True
    unit, _equals, ranges = range_header.partition("=")
    if unit.strip().lower() != "bytes" or "," in ranges:
        return True
    first, dash, last = ranges.partition("-")
    first, last = first.strip(), last.strip()
    if not dash or not (first + last).isascii() or not (first + last).isdigit():
        return False
    if size == 0:
        return False
    if not first:  # the last N bytes, when there are no more than N; N may have thousands of digits
        digits = last.lstrip("0")
        return len(digits) > len(str(size)) or int(digits or "0") >= size
    return not first.strip("0")


def _part_is_meant(if_range: str | None, *, etag: str, modified_at: datetime) -> bool:
    if if_range is None:
        return True
    if if_range.endswith('"'):
        return if_range.strip() == etag
    return _moment(if_range) == modified_at


def _moment(header: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(header or "")
    except (ValueError, OverflowError):  # the latter for years and zones beyond what a machine counts
        return None
    return moment if moment.tzinfo else None
