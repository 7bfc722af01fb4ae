"""What the maker does about the facts it hears. A queue of its own: others must not wait for a book of 500 pages."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from services.materials.actions.makings import go_on
from services.materials.gateways.workshop import Workshop
from shared.facts.materials import MakingContinued, MakingWanted
from shared.outbox import Heard, Reactions
from shared.store import Store

MAKER: Final = "maker"
SECONDS: Final = 5.0
"""After so long no new step is begun; with the longest step it stays below what a task may take."""


def maker(store: Store, workshop: Workshop) -> Reactions:
    """Return the reactions that take files apart in ``workshop``; each lasts as long as one step."""
    reactions = Reactions(MAKER)

    @reactions.hear(MakingWanted)
    def begin(session: Session, fact: MakingWanted, heard: Heard) -> None:
        go_on(session, store, workshop, making_id=fact.making_id, now=heard.now)

    @reactions.hear(MakingContinued)
    def continue_(session: Session, fact: MakingContinued, heard: Heard) -> None:
        go_on(session, store, workshop, making_id=fact.making_id, now=heard.now)

    return reactions
