"""What this service is told from outside."""

from __future__ import annotations

from pydantic import Field

from shared.settings import Settings


class MaterialsSettings(Settings):
    """Settings of materials."""

    upload_limit: int = Field(default=150_000_000, ge=1024)
    """The most bytes one file may have. The gateway's ``client_max_body_size`` must not be smaller."""
