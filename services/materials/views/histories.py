from __future__ import annotations

from typing import Final

from shared.web.pages.histories import Titles
from shared.words.sentences import _l

RELEASE: Final[Titles] = {
    ("release", "draft"): (_l("Draft begun"), "calm"),
    ("release", "published"): (_l("Published"), "good"),
    ("rendition", "stored"): (_l("File stored"), "calm"),
}
