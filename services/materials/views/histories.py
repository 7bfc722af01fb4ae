from __future__ import annotations

from typing import Final

from shared.web.pages.histories import Titles
from shared.words.sentences import _l

RELEASE: Final[Titles] = {
    ("release", "draft"): (_l("Draft begun"), "calm"),
    ("release", "published"): (_l("Published"), "good"),
    ("release", "removed published"): (_l("Put back into the library"), "good"),
    ("release", "removed"): (_l("Taken out of the library"), "bad"),
    ("release", "withdrawn"): (_l("Withdrawn"), "bad"),
    ("release", "file_arrived"): (_l("File arrived"), "calm"),
    ("release", "file_removed"): (_l("File removed"), "calm"),
    ("release", "chapter_removed"): (_l("Chapter removed"), "calm"),
    ("rendition", "stored"): (_l("File stored"), "calm"),
}
