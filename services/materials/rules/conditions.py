"""Is a request conditional or for a part, and what does that mean? RFC 9110, as the gateway understands it.

The gateway sends the parts. It is told our strong ETag only with the answer, so 304, 412 and 416 are decided here, and
so is which part is sent, since that is what counts as a download.
"""

from __future__ import annotations

import base64
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

_TAG: Final = re.compile(r'(W/)?("[^"]*")')
_BYTES: Final = "bytes="
_RANGE: Final = re.compile(r" *(?=[0-9]|- *[0-9])([0-9]*) *- *([0-9]*) *")


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


def is_refused(*, if_match: str | None, if_unmodified_since: str | None, etag: str, modified_at: datetime) -> bool:
    """Say whether the request is answered 412, which comes before everything else (13.2.2).

    If-Match compares strongly (13.1.1) and makes If-Unmodified-Since void (13.1.4).
    """
    if if_match is not None:
        return if_match.strip() != "*" and not any(tag == etag and not weak for weak, tag in _TAG.findall(if_match))
    since = _moment(if_unmodified_since)
    return since is not None and modified_at > since


class Part(NamedTuple):
    """Bytes ``first`` to ``last`` of a file, both included."""

    first: int
    last: int


def part_wanted(
    *, range_header: str | None, if_range: str | None, etag: str, modified_at: datetime, size: int
) -> Part | None:
    """Return the part that the answer to a GET holds, as the gateway will read the same headers.

    No Range, a unit we do not know (14.2), an If-Range that does not match strongly (13.1.5) and several ranges at once
    (the gateway allows one) all mean the whole file. None: there is no such part (416).
    """
    whole = Part(0, size - 1)
    if range_header is None or not _part_is_meant(if_range, etag=etag, modified_at=modified_at):
        return whole
    if range_header[: len(_BYTES)].lower() != _BYTES or len(range_header) == len(_BYTES):
        return whole
    parts = []
    for wanted in range_header[len(_BYTES) :].split(","):
        found = _RANGE.fullmatch(wanted)
        if found is None:
            return None
        part = _part(found[1], found[2], size=size)
        if part.first <= part.last:
            parts.append(part)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else whole


def _part(first: str, last: str, *, size: int) -> Part:
    if not first:  # the last N bytes, when there are no more than N
        return Part(size - min(_number(last, size), size), size - 1)
    return Part(_number(first, size), min(_number(last, size), size - 1) if last else size - 1)


def _number(digits: str, most: int) -> int:
    """Return a number that may have thousands of digits; beyond ``most`` one is as good as another."""
    short = digits.lstrip("0") or "0"
    return int(short) if len(short) <= len(str(most)) else most + 1


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
