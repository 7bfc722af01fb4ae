"""Why somebody gives up: asked beside every such button, and never demanded."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from services.registration.rules.offers import Reason
from shared.web.pages.forms import SEVERAL_LINES


class Why(BaseModel):
    """The one field of a form that gives something up."""

    why: Annotated[str, Field(max_length=1000), SEVERAL_LINES] = ""


class Declined(Why):
    """The form that declines a place."""

    reason: Reason = ""
