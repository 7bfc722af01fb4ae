"""What all tables have in common: constraint names that can be caught, UUIDv7 keys, time with a zone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Final
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import DateTime, MetaData, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> UUID:
    """Return a fresh UUIDv7 (RFC 9562, 5.7): unique, and ordered by the time it was made."""
    return uuid_utils.compat.uuid7()


Key = Annotated[UUID, mapped_column(Uuid, primary_key=True, default=new_id)]
"""A primary key made in the application, so that a fact can name a row before it is written."""


_TYPES: Final[dict[Any, Any]] = {
    datetime: DateTime(timezone=True),
    dict[str, Any]: JSONB,
    list[str]: JSONB,
    list[UUID]: ARRAY(Uuid),
}


class Base(DeclarativeBase):
    """All tables of all owners. A table names its owner: ``__table_args__ = {"schema": "registration"}``."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = _TYPES


class Published(DeclarativeBase):
    """The views an owner publishes: read by others, written by nobody, made by migrations alone."""

    metadata = MetaData()
    type_annotation_map: ClassVar[dict[Any, Any]] = _TYPES
