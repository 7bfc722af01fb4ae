"""Bytes, and the forms in which people fetch them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class StoredFile(Base):
    """A file in the store, named by what it contains; written once."""

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_form"),
        CheckConstraint("size >= 0", name="size_counts"),
        Index("ix_stored_file_let_go_at", "let_go_at", postgresql_where=text("let_go_at IS NOT NULL")),
        {"schema": "materials"},
    )

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    modified_at: Mapped[datetime]
    """To the second: what Last-Modified says wherever the bytes are served from."""
    let_go_at: Mapped[datetime | None]
    """Since when no row names it; it goes a while later."""


class Rendition(Base):
    """A translation, or one chapter of it, in one format."""

    __tablename__ = "rendition"
    __table_args__ = (
        UniqueConstraint(
            "translation_id",
            "chapter_id",
            "format",
            name="uq_rendition_translation_id_chapter_id_format",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("format IN ('pdf', 'light_pdf', 'epub', 'text', 'html')", name="format_known"),
        CheckConstraint("filename ~ '^[a-z0-9]+([.-][a-z0-9]+)*$'", name="filename_plain"),
        Index("ix_rendition_chapter_id", "chapter_id"),
        Index("ix_rendition_sha256", "sha256"),
        {"schema": "materials"},
    )

    id: Mapped[Key]
    translation_id: Mapped[UUID] = mapped_column(ForeignKey("materials.translation.id"))
    chapter_id: Mapped[UUID | None] = mapped_column(ForeignKey("materials.chapter.id"))
    format: Mapped[str]
    sha256: Mapped[str] = mapped_column(ForeignKey("materials.stored_file.sha256"))
    filename: Mapped[str]
    """ASCII: part of the address, and what devices get that do not read the full name."""
    full_name: Mapped[str]
    """The file's name as people write it, in any script (RFC 8187)."""
    pages: Mapped[int | None]
    made_from: Mapped[UUID | None] = mapped_column(ForeignKey("materials.rendition.id", ondelete="CASCADE"))
    """The upload that the machine made it of; None: somebody uploaded it."""
    uploaded_by: Mapped[UUID | None]
    uploaded_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class Download(Base):
    """A person was sent the end of a rendition: counted once, however often the transfer was resumed."""

    __tablename__ = "download"
    __table_args__ = (
        Index("ix_download_rendition_id", "rendition_id"),
        CheckConstraint("times >= 1", name="times_counts"),
        {"schema": "materials"},
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person.id", ondelete="CASCADE"), primary_key=True)
    rendition_id: Mapped[UUID] = mapped_column(
        ForeignKey("materials.rendition.id", ondelete="CASCADE"), primary_key=True
    )
    sha256: Mapped[str]
    """What was fetched last; a rendition that was replaced since is new again."""
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int] = mapped_column(server_default=text("1"))
    """Double clicks count once (COUNTER 5.1: 30 s, sliding)."""
    whole: Mapped[bool] = mapped_column(server_default=text("true"))
    """All of it was asked for, from the first byte; else only the end of it, which says that it was begun."""
