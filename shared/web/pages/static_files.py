"""Static files under names that carry their content's hash, so that browsers keep them for a year.

The stylesheet is written in parts, one per room of the house, and sent as one file: `/static/academy.<hash>.css`.
A service answers these addresses itself, compressed once at start; the gateway only passes and may cache them.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Response, abort, request

STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HASH = re.compile(r"\.[0-9a-f]{10}(?=\.)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class StaticFile:
    """A file ready to be sent."""

    name: str
    media_type: str
    body: bytes
    packed: bytes
    etag: str


def _tidy(css: str) -> str:
    """Leave out comments and the spaces that only people need."""
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", _COMMENT.sub("", css))).strip()


def _hashed(name: str, text: str) -> StaticFile:
    body = text.encode()
    etag = sha256(body).hexdigest()[:10]
    stem, suffix = name.rsplit(".", 1)
    media_type = _TYPES[f".{suffix}"] + "; charset=utf-8"
    return StaticFile(f"{stem}.{etag}.{suffix}", media_type, body, gzip.compress(body, mtime=0), etag)


@cache
def _files() -> dict[str, StaticFile]:
    parts = [part.read_text("utf-8") for part in sorted((STATIC / "css").glob("*.css"))]
    found = {"academy.css": _hashed("academy.css", _tidy("".join(parts)))}
    for path in sorted(STATIC.iterdir()):
        if path.suffix in _TYPES:
            found[path.name] = _hashed(path.name, path.read_text("utf-8"))
    return found


@cache
def _by_sent_name() -> dict[str, StaticFile]:
    return {file.name: file for file in _files().values()}


def static_url(name: str) -> str:
    """Return the address of a static file: `static_url("academy.css")`; an unknown name is a KeyError."""
    return f"/static/{_files()[name].name}"


def send_static(filename: str) -> Response:
    """Send one of our static files, immutable for a year; 404 for a name that is none of ours.

    A page of another release may ask for another hash (services are replaced one after the other): it gets today's
    file and is told not to keep it.
    """
    current = _by_sent_name().get(filename)
    file = current or _files().get(_HASH.sub("", filename))
    if file is None:
        abort(404)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(file.packed if packed else file.body, content_type=file.media_type)
    response.set_etag(f"{file.etag}-gz" if packed else file.etag)
    response.vary.add("Accept-Encoding")
    if current:
        response.cache_control.public = True
        response.cache_control.max_age = 31_536_000
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.make_conditional(request)
    return response
