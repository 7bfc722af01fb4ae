"""The Reader and everything else that is given out: publication → release → translation → rendition."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.schema.base import Base, Key


class Publication(Base):
    """A work, whatever its language, version and format. Texts are ``{language: text}``."""

    __tablename__ = "publication"
    __table_args__ = (
        UniqueConstraint("slug", name="uq_publication_slug"),
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug_form"),
        CheckConstraint("kind IN ('reader', 'slides', 'recording', 'handout', 'link', 'document')", name="kind_known"),
        Index("ix_publication_edition_id", "edition_id"),
        {"schema": "materials"},
    )

    id: Mapped[Key]
    edition_id: Mapped[UUID | None]
    """The Academy it was made for; None for works that belong to no edition."""
    slug: Mapped[str]
    kind: Mapped[str]
    titles: Mapped[dict[str, Any]]
    summaries: Mapped[dict[str, Any]]
    contributors: Mapped[list[str]]
    """Names as they are cited, in order."""
    tags: Mapped[list[str]] = mapped_column(server_default=text("'[]'"))
    """Key words it is found by, in any language."""
    publisher: Mapped[str] = mapped_column(server_default="")
    licence: Mapped[str] = mapped_column(server_default="")
    """An SPDX identifier, or empty."""
    rights: Mapped[str] = mapped_column(server_default="")
    """Who holds the rights, in words, where no licence is named."""
    link: Mapped[str] = mapped_column(server_default="")
    """Where it is, when it lies elsewhere: an http or https address."""
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    removed_at: Mapped[datetime | None]
    """When it was taken out of the library; its releases are then ``removed`` as well."""


class Release(Base):
    """A version of a publication. Drafts are seen by staff only; what was published stays, or says it is withdrawn."""

    __tablename__ = "release"
    __table_args__ = (
        UniqueConstraint("publication_id", "version", name="uq_release_publication_id_version"),
        CheckConstraint("state IN ('draft', 'published', 'withdrawn', 'removed')", name="state_known"),
        CheckConstraint("(state = 'draft') = (published_at IS NULL)", name="published_is_dated"),
        {"schema": "materials"},
    )

    id: Mapped[Key]
    publication_id: Mapped[UUID] = mapped_column(ForeignKey("materials.publication.id"))
    version: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="draft")
    dated: Mapped[str] = mapped_column(server_default="")
    """The date printed in the work, ISO 8601 in any precision (``2011-10-24``); citations use it."""
    published_at: Mapped[datetime | None]
    """When people could first open this release here."""
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class Translation(Base):
    """A release in one language."""

    __tablename__ = "translation"
    __table_args__ = (
        UniqueConstraint("release_id", "language", name="uq_translation_release_id_language"),
        CheckConstraint("language ~ '^[a-z]{2,3}$'", name="language_form"),
        {"schema": "materials"},
    )

    id: Mapped[Key]
    release_id: Mapped[UUID] = mapped_column(ForeignKey("materials.release.id"))
    language: Mapped[str]
    title: Mapped[str]


class Chapter(Base):
    """A part of a release, with a title per language and renditions of its own."""

    __tablename__ = "chapter"
    __table_args__ = (
        UniqueConstraint("release_id", "number", name="uq_chapter_release_id_number"),
        CheckConstraint("number >= 1", name="number_counts"),
        {"schema": "materials"},
    )

    id: Mapped[Key]
    release_id: Mapped[UUID] = mapped_column(ForeignKey("materials.release.id"))
    number: Mapped[int]
    titles: Mapped[dict[str, Any]]
    authors: Mapped[list[str]]
    pages: Mapped[dict[str, Any]]
    """``{language: [first, last]}``, as printed in the whole."""
