"""What a proposal for many at once refuses, in the customer's words."""

from __future__ import annotations

from shared.errors import Conflict, NotFound
from shared.words.sentences import _l


class BulkUnknown(NotFound):
    """No such bulk proposal in this edition."""

    title = _l("We do not know this proposal")


class BulkChanged(Conflict):
    """Other applications would get the decision than were shown."""

    title = _l("Something changed since this was shown: look at it again")


class BulkNotUndoable(Conflict):
    """Nothing was proposed in it."""

    title = _l("There is nothing to undo")
