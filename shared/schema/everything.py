"""All tables of all owners, for migrations and for tests that walk the schema."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import shared.schema
from shared.schema.base import Base

OWNERS = ("people", "registration", "materials", "notifications", "outbox")

for _module in pkgutil.walk_packages(shared.schema.__path__, "shared.schema."):
    if not _module.ispkg and _module.name != __name__:
        import_module(_module.name)

metadata = Base.metadata
