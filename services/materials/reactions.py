"""What materials does about the facts it hears."""

from __future__ import annotations

from shared.outbox import Reactions

reactions = Reactions("materials")
