"""A fact: something that happened, in the past tense, told to those who subscribed."""

from __future__ import annotations

from typing import ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """Ids and what cannot be looked up later; never names, addresses or secrets.

    Published language: a field may be added with a default, never renamed or removed. Attributes called ``edition_id``
    and ``person_id`` are indexed for timelines.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    known: ClassVar[dict[str, type[Fact]]] = {}
    noun: ClassVar[str] = ""
    """What it is about; the field ``<noun>_id`` says which one."""

    def __init_subclass__(cls, *, noun: str = "", **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)  # type: ignore[arg-type]
        cls.noun = noun
        if cls.__name__ in Fact.known:
            message = f"two facts are called {cls.__name__}"
            raise TypeError(message)
        Fact.known[cls.__name__] = cls

    @classmethod
    def read(cls, payload: dict[str, object]) -> Self:
        """Return the fact stored as ``payload``; fields this version does not know are ignored."""
        return cls.model_validate(payload)


def subject(fact: Fact, name: str) -> UUID | None:
    """Return the id that ``fact`` carries under ``name``, if it does."""
    value = getattr(fact, name, None)
    return value if isinstance(value, UUID) else None
