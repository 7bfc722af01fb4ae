from __future__ import annotations

from typing import Final

from shared.web.pages.histories import Titles
from shared.words.sentences import _l

CAMPAIGN: Final[Titles] = {
    ("campaign", "draft"): (_l("Begun"), "calm"),
    ("campaign", "awaiting_approval draft"): (_l("Taken back for changes"), "warn"),
    ("campaign", "written"): (_l("Text written"), "calm"),
    ("campaign", "addressed"): (_l("Audience chosen"), "calm"),
    ("campaign", "awaiting_approval"): (_l("Sent to a second person for approval"), "warn"),
    ("campaign", "sending"): (_l("Launched"), "good"),
    ("campaign", "awaiting_approval sending"): (_l("Approved and launched"), "good"),
    ("campaign", "paused sending"): (_l("Resumed"), "news"),
    ("campaign", "paused"): (_l("Paused"), "warn"),
    ("campaign", "cancelled"): (_l("Cancelled"), "bad"),
    ("campaign", "finished"): (_l("Finished"), "good"),
}
