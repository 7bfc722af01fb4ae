from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from services.materials.gateways.workshop import Workshop
from services.materials.rounds.making import MAKER, maker
from shared.facts import materials, notifications, people, registration
from shared.facts.base import Fact
from shared.facts.subscribers import SUBSCRIBERS
from shared.store import store_at

if TYPE_CHECKING:
    from shared.outbox import Reactions

PINNED = Path(__file__).with_name("facts.json")
SERVICES = ("registration", "materials", "notifications")
PERSONAL = {"name", "email", "address", "phone", "token", "passphrase", "motivation"}


def published() -> dict[str, dict[str, str]]:
    return {
        name: {field: str(entry.annotation) for field, entry in sorted(fact.model_fields.items())}
        for name, fact in sorted(Fact.known.items())
        if fact.__module__ in {module.__name__ for module in (people, registration, materials, notifications)}
    }


def test_no_published_fact_loses_a_field_or_changes_its_type() -> None:
    """Entries of yesterday are read by the code of today: a field may only be added, and then pinned here."""
    pinned, here = json.loads(PINNED.read_text()), published()
    lost = {
        name: {field: kind for field, kind in fields.items() if here.get(name, {}).get(field) != kind}
        for name, fields in pinned.items()
        if name not in here or not fields.items() <= here[name].items()
    }
    assert lost == {}, "yesterday's entries carry these: a field keeps its name and its type"
    added = {name: fields for name, fields in here.items() if fields != pinned.get(name)}
    assert added == {}, f"published from now on? Then {PINNED.name} says so:\n{json.dumps(added, indent=2)}"


def test_no_fact_carries_personal_data() -> None:
    for name, fields in published().items():
        assert not PERSONAL & set(fields), name


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_reacts_to_exactly_the_facts_it_subscribes_to(service: str) -> None:
    reactions = cast("Reactions", import_module(f"services.{service}.reactions").reactions)
    assert_hears_its_facts(service, reactions)


def test_the_maker_reacts_to_exactly_the_facts_it_subscribes_to(tmp_path: Path) -> None:
    assert_hears_its_facts(MAKER, maker(store_at(tmp_path.as_uri()), Workshop()))


def assert_hears_its_facts(service: str, reactions: Reactions) -> None:
    subscribed = {fact.__name__ for fact, services in SUBSCRIBERS.items() if service in services}
    unheard, uninvited = sorted(subscribed - reactions.heard), sorted(reactions.heard - subscribed)
    assert unheard == [], f"services/{service}/reactions.py has no reaction to what subscribers.py lets it hear"
    assert uninvited == []
