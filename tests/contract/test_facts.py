from __future__ import annotations

import json
from pathlib import Path

from shared.facts import materials, notifications, registration
from shared.facts.base import Fact

PINNED = Path(__file__).with_name("facts.json")
PERSONAL = {"name", "email", "address", "phone", "token", "passphrase", "motivation"}


def published() -> dict[str, dict[str, str]]:
    return {
        name: {field: str(entry.annotation) for field, entry in sorted(fact.model_fields.items())}
        for name, fact in sorted(Fact.known.items())
        if fact.__module__ in {module.__name__ for module in (registration, materials, notifications)}
    }


def test_no_published_fact_loses_a_field_or_changes_its_type() -> None:
    """Entries of yesterday are read by the code of today: a field may only be added, and then pinned here."""
    assert published() == json.loads(PINNED.read_text())


def test_no_fact_carries_personal_data() -> None:
    for name, fields in published().items():
        assert not PERSONAL & set(fields), name
