"""Pages that look the same to every visitor: rendered once, compressed once, and then only filled in.

A few places differ in each answer (the nonce, the form's token, whatever the route names); they are slots. Rendering a
form costs ten times what everything else does, compressing it as much again.
"""

from __future__ import annotations

import re
import secrets
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from struct import pack
from typing import Final

from flask import Response, current_app, g, request, session
from markupsafe import Markup
from werkzeug.http import parse_accept_header

from shared.web.door.csrf import csrf_token
from shared.web.door.headers import nonce, put_nonce
from shared.web.door.identity import signed_in
from shared.web.door.typed import typed_before
from shared.words.languages import current_locale

FRESH_SECONDS: Final = 2.0
"""How old a prepared page may be."""
MOST_PAGES: Final = 256
_KEY: Final = "academy.prepared"
_FLASHES: Final = "_flashes"
_CODINGS: Final = 200
"""Characters of an Accept-Encoding that are read."""
_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # RFC 1952, 2.3: deflate, no name, no time, any system
_END: Final = b"\x03\x00"  # RFC 1951, 3.2: a last block with nothing in it

Fill = Callable[[], str]
"""Makes what stands in a slot of one answer, as HTML."""


class PreparedPage:
    """A page in pieces, between which slots are filled in; ``names`` are those of the slots, in their order."""

    def __init__(self, html: str, marks: Mapping[str, str]) -> None:
        named = {mark: name for name, mark in marks.items()}
        found = re.split(f"({'|'.join(map(re.escape, named))})", html)
        self.names = tuple(named[mark] for mark in found[1::2])
        self._pieces = [piece.encode() for piece in found[::2]]
        self._squeezed: list[bytes] = []

    def plain(self, values: Mapping[str, str]) -> bytes:
        """Return the page with ``values`` in its slots."""
        return b"".join(self._woven(self._pieces, [values[name].encode() for name in self.names]))

    def gzipped(self, values: Mapping[str, str]) -> bytes:
        """Return the same as gzip (RFC 1952), whose pieces were compressed before; slots stand in it as they are.

        So a secret in a slot is never compressed together with what somebody else may have put on the page (BREACH).
        """
        if not self._squeezed:
            self._squeezed = [_squeezed(piece) for piece in self._pieces]
        page = self.plain(values)
        stored = [_stored(values[name].encode()) for name in self.names]
        check = pack("<II", zlib.crc32(page), len(page) & 0xFFFFFFFF)
        return b"".join([_HEAD, *self._woven(self._squeezed, stored), _END, check])

    def _woven(self, pieces: list[bytes], between: list[bytes]) -> Iterator[bytes]:
        for piece, filling in zip(pieces, between, strict=False):
            yield piece
            yield filling
        yield pieces[-1]


class PreparedPages:
    """The pages of one process, by address and language."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[float, PreparedPage]] = {}

    def page(self, address: str, language: str, *, prepare: Callable[[], PreparedPage]) -> PreparedPage:
        """Return the page, prepared at most once in :data:`FRESH_SECONDS`."""
        moment, kept = time.monotonic(), self._kept.get((address, language))
        if kept is not None and moment < kept[0]:
            return kept[1]
        page = prepare()
        if len(self._kept) >= MOST_PAGES:
            self._kept.clear()
        self._kept[address, language] = (moment + FRESH_SECONDS, page)
        return page


def for_visitors(render: Callable[[Mapping[str, str]], str], *, at: str = "", **slots: Fill) -> str | Response:
    """Return the page of this address: to visitors whom nobody knows a prepared one, to others one of their own.

    ``render`` is given what stands in each of ``slots`` and must use nothing else that differs from one visitor to the
    next, but their language, the nonce and the form's token. Wishes in the address get a rendering of their own. Where
    the address itself differs from one visitor to the next, ``at`` names what the pages have in common.
    """
    if request.query_string or not _is_anybody():
        return render({name: Markup(fill()) for name, fill in slots.items()})  # noqa: S704 - a filling is HTML
    fillings: dict[str, Fill] = {"nonce": nonce, "csrf": csrf_token, **slots}
    page = _pages().page(at or request.path, current_locale(), prepare=lambda: _prepared(render, slots))
    return _answer(page, {name: fillings[name]() for name in dict.fromkeys(page.names)})


def _is_anybody() -> bool:
    return signed_in() is None and typed_before() is None and _FLASHES not in session


def _prepared(render: Callable[[Mapping[str, str]], str], slots: Mapping[str, Fill]) -> PreparedPage:
    """Render the page with marks in its slots."""
    marks = {name: f"slot-{secrets.token_hex(12)}" for name in ("nonce", "csrf", *slots)}
    put_nonce(marks["nonce"])
    g.csrf = marks["csrf"]
    try:
        return PreparedPage(render({name: marks[name] for name in slots}), marks)
    finally:
        put_nonce(None)
        del g.csrf


def _answer(page: PreparedPage, values: Mapping[str, str]) -> Response:
    is_squeezed = takes_gzip(request.environ.get("HTTP_ACCEPT_ENCODING", ""))
    answer = Response(page.gzipped(values) if is_squeezed else page.plain(values), mimetype="text/html")
    answer.headers["Vary"] = "Accept-Encoding"
    if is_squeezed:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def _pages() -> PreparedPages:
    found: PreparedPages = current_app.extensions.setdefault(_KEY, PreparedPages())
    return found


@lru_cache(maxsize=256)
def takes_gzip(accepted: str) -> bool:
    """Say whether a browser that sent this Accept-Encoding takes gzip (RFC 9110, 12.5.3). Without one: no."""
    if len(accepted) > _CODINGS:
        return False
    quality = dict(parse_accept_header(accepted))
    return bool(quality.get("gzip", quality.get("*", 0)))


def _squeezed(piece: bytes) -> bytes:
    """Compress a piece so that it ends with a whole byte and needs nothing of what stands before it."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    return squeeze.compress(piece) + squeeze.flush(zlib.Z_FULL_FLUSH)


def _stored(filling: bytes) -> bytes:
    """Return an uncompressed block (RFC 1951, 3.2.4), at most 65,535 bytes."""
    return pack("<BHH", 0, len(filling), len(filling) ^ 0xFFFF) + filling
