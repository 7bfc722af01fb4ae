"""What was typed waits for an hour while somebody signs in: in the database, for the browser that sent it."""

from __future__ import annotations

import logging
from typing import Final
from urllib.parse import urlencode, urlsplit

from flask import request
from limits import parse
from sqlalchemy.exc import SQLAlchemyError

from shared.clock import now
from shared.kept_forms import KEPT, drop_form, keep_form, kept_form
from shared.secrets import new_secret
from shared.vault import Vault, vault_of
from shared.web.door.limits import by_caller, within
from shared.web.door.redirects import own_path
from shared.web.door.sessions import keep_secret, kept_secret
from shared.web.door.tools import tools
from shared.web.door.typed import Typed

log = logging.getLogger(__name__)

WISH: Final = "kept"
"""The argument of a page that is to be filled with what was kept."""
_OFTEN: Final = parse("30 per hour")
_LONGEST: Final = 256 * 1024
"""Characters of a form that is kept; a longer one stays in its tab."""


def keep_typed(typed: Typed) -> bool:
    """Keep what was typed for this browser; say whether that was possible."""
    written = typed.written()
    if len(written) > _LONGEST or not within(_OFTEN, "kept", by_caller()):
        return False
    secret = kept_secret() or new_secret()
    try:
        with tools().database.transaction() as work:
            kept = keep_form(work, secret=secret, sealed=_vault().seal(written), now=now())
    except SQLAlchemyError as error:
        log.warning("a form could not be kept: %s", type(error).__name__)
        return False
    if kept:
        keep_secret(secret)
    return kept


def typed_kept() -> Typed | None:
    """Return what this browser had typed before it had to sign in, or None."""
    secret = kept_secret()
    if secret is None:
        return None
    with tools().database.reading() as reading:
        sealed = kept_form(reading, secret=secret, now=now())
    text = _vault().open(sealed, max_age=KEPT) if sealed else None
    return Typed.read(text) if text else None


def drop_typed() -> None:
    """Forget what was kept, when this request sends it after all."""
    secret, typed = kept_secret(), typed_kept()
    if secret is not None and typed is not None and urlsplit(typed.path).path == request.path:
        with tools().database.transaction() as work:
            drop_form(work, secret=secret)
        keep_secret(None)


def page_that_fills(path: str, *, opens: bool, otherwise: str) -> str:
    """Return the address at which what was typed at ``path`` comes back: there, or where the form stood."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    page = path if opens else own_path(came_from.path, otherwise=otherwise) if came_from.path else otherwise
    plain, _, query = page.partition("?")
    return f"{plain}?{query + '&' if query else ''}{urlencode({WISH: 'yes'})}"


def _vault() -> Vault:
    return vault_of(tools().settings.secret_key.get_secret_value())
