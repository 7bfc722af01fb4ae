"""Where a form's answer leads. Only ever to a path of ours."""

from __future__ import annotations

import re
from typing import Final

from flask import redirect
from werkzeug.wrappers import Response

_OWN_PATH: Final = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""One slash, then no second one, no backslash, no space, no control character, nothing outside ASCII."""


def own_path(candidate: str | None, *, otherwise: str = "/") -> str:
    """Return ``candidate`` when it is a path on this site, else ``otherwise``."""
    if candidate and len(candidate) <= 2000 and _OWN_PATH.fullmatch(candidate):  # noqa: PLR2004 - longer ones are broken by proxies
        return candidate
    return otherwise


def see_other(location: str) -> Response:
    """Answer a form with 303 (RFC 9110, 15.4.4), so that reloading the next page repeats nothing."""
    return redirect(own_path(location), code=303)
