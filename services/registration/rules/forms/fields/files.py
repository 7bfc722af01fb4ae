"""A file: what came is kept by itself, the answer says which one it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from services.registration.rules.forms.fields.base import UNREADABLE, Problem, Question, Reading, Submitted

Kind = Literal["pdf", "picture", "document"]
MOST_MEGABYTES: Final = 10
MEGABYTE: Final = 1_000_000
MEDIA: Final[dict[str, frozenset[str]]] = {
    "pdf": frozenset({"application/pdf"}),
    "picture": frozenset({"image/jpeg", "image/png", "image/webp", "image/heic"}),
    "document": frozenset({
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.oasis.opendocument.text",
    }),
}  # fmt: skip
"""What the bytes of a file of each kind may be."""
GONE: Final = Problem("file_gone")


class File(Question):
    """One file. ``kinds`` says what it may be, ``most_mb`` how large, in megabytes of 10^6 bytes."""

    seals: ClassVar[bool] = False
    type: Literal["file"] = "file"
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=len(MEDIA))] = ("pdf", "picture")
    most_mb: Annotated[int, Field(ge=1, le=MOST_MEGABYTES)] = 5

    @property
    def limit(self) -> int:
        """The most bytes."""
        return self.most_mb * MEGABYTE

    def takes(self, media_type: str) -> bool:
        """Say whether the question takes files of this media type."""
        return any(media_type in MEDIA[kind] for kind in self.kinds)

    def collect(self, submitted: Submitted) -> object:
        """Return which file it is, unless it is to go."""
        return None if submitted.get(f"{self.key}.gone") else submitted.get(self.key)

    def read(self, raw: object, reading: Reading) -> object:
        """Return ``{"file": id, "name", "size", "media_type"}`` of a file that came for this question."""
        if raw is None or raw == "":
            return None
        if not isinstance(raw, str):
            return UNREADABLE
        came = reading.files.get(raw)
        if came is None or came.field != self.key:
            return GONE
        if not self.takes(came.media_type):
            return Problem("file_kind")
        if came.size > self.limit:
            return Problem("file_too_large", {"most": self.most_mb})
        return {"file": raw, "name": came.name, "size": came.size, "media_type": came.media_type}

    def typed(self, value: Any) -> dict[str, Any]:
        """Return which file it is, and its name."""
        return {self.key: value["file"], f"{self.key}.name": value["name"]}

    def tokens(self, value: Any) -> frozenset[str]:
        """Return that there is one: which says nothing that a condition could ask."""
        return frozenset()

    def schema_in(self, languages: Sequence[str]) -> dict[str, Any]:
        """Return the id of a file that came before."""
        return {"type": "string", "format": "uuid"}
