"""A sentence for the next page, and the way back where what it tells can be undone."""

from __future__ import annotations

from typing import Literal

from flask import flash

from shared.words.sentences import _

Kind = Literal["success", "information", "warning", "error"]


def flash_message(text: object, kind: Kind = "success", *, undo: tuple[str, dict[str, str]] | None = None) -> None:
    """Show ``text`` once, on the next page the person sees.

    ``undo`` is the address of the deed that takes it back, and the fields of its form: a button beside the sentence.
    """
    told = [str(text), *undo, _("Undo")] if undo else str(text)
    flash(told, kind)  # type: ignore[arg-type]
