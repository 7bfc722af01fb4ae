"""What a form sent that did not go through, on its way back to the page: every field but secrets, never another site's.

The page that shows it is the form's own (:func:`shared.web.pages.forms.fill` puts the values in) or, where there is
none, a page that carries them; see :mod:`shared.web.pages.sent_back`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from flask import has_request_context, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from shared.web.door.tools import tools

LARGEST: Final = 512 * 1024
"""Bytes of a form that are carried back; what is longer was not typed."""
ONLY: Final = "only"
"""The field by which a form asks to be shown again, in another language, and not to act."""
AGAIN: Final = "sent_again"
"""The field by which a form says that it was sent back before."""
_KEY: Final = "academy.typed"
_LEFT_OUT: Final = frozenset({"csrf_token", "code", ONLY, AGAIN})
_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


@dataclass(frozen=True)
class Typed:
    """A form's fields in their order, where it was sent, and why it comes back: empty when nobody asked."""

    path: str
    fields: tuple[tuple[str, str], ...]
    title: str = ""
    detail: str = ""
    kind: str = field(default="warning")

    def all_of(self, name: str) -> list[str]:
        """Return every value of a field."""
        return [value for known, value in self.fields if known == name]

    def texts(self) -> list[str]:
        """Return what somebody will not want to write again: values of several words."""
        return [value for _name, value in self.fields if any(letter.isspace() for letter in value.strip())]

    def written(self) -> str:
        """Return it as text, to be sealed."""
        return json.dumps([self.path, self.fields])

    @staticmethod
    def read(text: str) -> Typed:
        """Return what was :meth:`written`."""
        path, fields = json.loads(text)
        return Typed(path, tuple((name, value) for name, value in fields))


def is_own_form() -> bool:
    """Say whether the browser vouches that the form stood on a page of ours (Fetch, 3.2; Fetch Metadata, 2.4)."""
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin == tools().settings.public_url
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def typed_now() -> Typed | None:
    """Return what this request's form holds, or None when it is no form of ours or cannot be read."""
    if request.method != "POST" or request.mimetype not in _FORMS or not is_own_form():
        return None
    if (request.content_length or 0) > LARGEST:
        return None
    try:
        form = request.form
    except RequestEntityTooLarge:
        request.max_content_length = LARGEST  # the length was looked at, the body is unread
        try:
            form = request.form
        except HTTPException:
            return None
    except HTTPException:
        return None
    fields = tuple((name, value) for name, value in form.items(multi=True) if not _is_secret(name))
    return Typed(request.full_path.rstrip("?"), fields)


def typed_before() -> Typed | None:
    """Return what the page of this request is to be filled with, or None."""
    if not has_request_context():
        return None
    found: Typed | None = request.environ.get(_KEY)
    return found


def fill_with(typed: Typed, environ: dict[str, object]) -> None:
    """Have the page that answers ``environ`` filled with ``typed``."""
    environ[_KEY] = typed


def _is_secret(name: str) -> bool:
    return name in _LEFT_OUT or name.startswith("passphrase")
