"""What the machine makes of uploads: pages with their words and pictures, light versions, chapters."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text as sql
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class Making(Base):
    """The work on one rendition that was uploaded. ``trouble`` says why it could not be done."""

    __tablename__ = "making"
    __table_args__ = (
        UniqueConstraint("rendition_id", name="uq_making_rendition_id"),
        CheckConstraint("state IN ('waiting', 'making', 'made', 'failed')", name="state_known"),
        CheckConstraint("step IN ('pages', 'light', 'parts', 'done')", name="step_known"),
        CheckConstraint("trouble IN ('locked', 'broken', 'heavy', 'empty')", name="trouble_known"),
        Index("ix_making_sha256", "sha256"),
        {"schema": "materials"},
    )

    id: Mapped[Key]
    rendition_id: Mapped[UUID] = mapped_column(ForeignKey("materials.rendition.id", ondelete="CASCADE"))
    sha256: Mapped[str]
    edition_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(server_default="waiting")
    step: Mapped[str] = mapped_column(server_default="pages")
    pages_done: Mapped[int] = mapped_column(server_default="0")
    pages: Mapped[int | None]
    letters: Mapped[int] = mapped_column(server_default="0")
    trouble: Mapped[str | None]
    outline: Mapped[list[Any]] = mapped_column(JSONB, server_default=sql("'[]'"))
    """``[[title, page], …]`` as the file itself names its parts; pages count from 1."""
    changed_at: Mapped[datetime] = mapped_column(server_default=sql("clock_timestamp()"))


class Page(Base):
    """One page of a stored file. ``number`` counts from 1; ``label`` is what is printed on it, if the file says so."""

    __tablename__ = "page"
    __table_args__ = (
        Index("ix_page_words", "words", postgresql_using="gin"),
        Index("ix_page_image", "image"),
        Index("ix_page_small", "small"),
        {"schema": "materials"},
    )

    sha256: Mapped[str] = mapped_column(
        ForeignKey("materials.stored_file.sha256", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str]
    label: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str]
    lines: Mapped[list[Any]] = mapped_column(JSONB, server_default=sql("'[]'"))
    """``[[left, top, width, height, text], …]`` in thousandths of the page: where its words stand on the picture."""
    image: Mapped[str | None] = mapped_column(ForeignKey("materials.stored_file.sha256"))
    small: Mapped[str | None] = mapped_column(ForeignKey("materials.stored_file.sha256"))
    width: Mapped[int | None]
    height: Mapped[int | None]
    words: Mapped[Any] = mapped_column(TSVECTOR)
    """``text`` in the search configuration of ``language``."""


class Word(Base):
    """A word of the library, without accents: what a mistyped one may have meant."""

    __tablename__ = "word"
    __table_args__ = (
        Index("ix_word_word", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),
        {"schema": "materials"},
    )

    language: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(Text, primary_key=True)
