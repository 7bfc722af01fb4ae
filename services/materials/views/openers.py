from __future__ import annotations

from services.materials.queries.openers import Openers
from shared.words.sentences import _, _n


def said_of_openers(openers: Openers, *, afterwards: bool = False) -> str:
    """Return in a sentence who can open a publication now or, with ``afterwards``, once it is published."""
    if not openers.shelves:
        return _("It stands on no shelf: nobody can open it before you put it on one.")
    if openers.anybody:
        return _("Anybody can open it then.") if afterwards else _("Anybody can open it now.")
    if not openers.people:
        return _("Nobody can open it yet: its shelf is not open, or is for nobody so far.")
    if afterwards:
        return _n("%(num)s person can open it then.", "%(num)s people can open it then.", openers.people)
    return _n("%(num)s person can open it now.", "%(num)s people can open it now.", openers.people)
