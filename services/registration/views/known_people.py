"""What conditions may ask of a person beside the answers, in words that follow "only if"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.words.sentences import LazyText, _l

KNOWN: Final[Mapping[tuple[str, str], LazyText]] = {
    ("stage", ""): _l("you have not applied yet"),
    ("stage", "submitted"): _l("your application is submitted"),
    ("stage", "needs_information"): _l("we asked you for information"),
    ("stage", "under_review"): _l("your application is under review"),
    ("stage", "decided"): _l("your application is decided"),
    ("decision", "accept"): _l("you are offered a place"),
    ("decision", "reserve"): _l("you are on the reserve list"),
    ("decision", "decline"): _l("you were not selected"),
    ("funding", "self"): _l("you pay yourself"),
    ("funding", "sponsor"): _l("a sponsor pays for you"),
    ("funding", "fellowship"): _l("you have a fellowship"),
}
