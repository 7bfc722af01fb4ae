"""A sentence for the next page."""

from __future__ import annotations

from typing import Literal

from flask import flash

Kind = Literal["success", "information", "warning", "error"]


def flash_message(text: object, kind: Kind = "success") -> None:
    """Show ``text`` once, on the next page the person sees."""
    flash(str(text), kind)
