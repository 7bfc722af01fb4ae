"""What every service's API takes and gives alike."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Problem(BaseModel):
    """What went wrong (RFC 9457). ``errors`` says for each field how to put it right."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: dict[str, str] | None = None


class Bearer(BaseModel):
    """Whose token this is and what it is good for."""

    name: str
    scopes: list[str]
    roles: list[str]
