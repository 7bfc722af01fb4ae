"""Definitions that come with the house: the ten questions an edition starts with, and blocks that are ready to use."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Final

from services.registration.rules.forms.compiled import CompiledForm
from services.registration.rules.forms.definitions import Definition, Section

STANDARD_VERSION: Final = 1
BLOCKS: Final = ("passport", "travel", "diet", "access", "evaluation")


@cache
def standard_definition() -> Definition:
    """Return the ten questions, which an edition asks until its organisers publish others."""
    return _definition("standard")


@cache
def standard_form() -> CompiledForm:
    """Return them ready to be read."""
    return CompiledForm(standard_definition(), STANDARD_VERSION)


@cache
def block(name: str) -> Section:
    """Return one of :data:`BLOCKS`: a section in all our languages, to be placed in a form and changed there."""
    return _definition(name).sections[0]


def _definition(name: str) -> Definition:
    text = files(__package__).joinpath("library", f"{name}.json").read_text(encoding="utf-8")
    return Definition.model_validate(json.loads(text))
