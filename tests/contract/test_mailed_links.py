"""Each link in a mail leads to one page of one service, and what is signed in it is redeemed there and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from werkzeug.exceptions import HTTPException

from services.notifications.rules.notices import NOTICES
from shared.links import ALWAYS, LINKS, PROOF, SIGN_IN, UNSUBSCRIBE, MailedLink, SignedLink
from shared.tokens import NotOursToSign, Signer
from shared.web.door.tools import equip
from tests.support.houses import SERVICES, house
from tests.support.patience import clock_ahead
from tests.support.web import visitor

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from shared.database import Database

SUBJECT = UUID(int=7)
SECRET = "a secret that is only good for tests"


@pytest.fixture
def houses(databases: dict[str, Database], tmp_path: Path) -> dict[str, Flask]:
    return {service: house(service, databases, tmp_path) for service in SERVICES}


class Witness(Signer):
    """Signs and reads like any other, and remembers what it was asked to read."""

    def __init__(self) -> None:
        super().__init__(SECRET, name="notifications")
        self.asked: list[str] = []

    def unsign(self, link: SignedLink, token: str) -> UUID | None:
        self.asked.append(link.purpose)
        return super().unsign(link, token)


def path_of(link: MailedLink) -> str:
    return link.path.format(token="x", id=SUBJECT, slug="spring")


def routes_of(houses: dict[str, Flask], path: str, method: str) -> list[str]:
    found = []
    for app in houses.values():
        try:
            found.append(app.url_map.bind("academy.test").match(path, method=method, return_rule=True)[0].rule)
        except HTTPException:
            continue
    return found


@pytest.mark.parametrize("link", LINKS.values(), ids=list(LINKS))
def test_every_link_leads_to_one_page_of_one_service(houses: dict[str, Flask], link: MailedLink) -> None:
    assert len(routes_of(houses, path_of(link), "GET")) == 1
    if isinstance(link, SignedLink):
        assert routes_of(houses, path_of(link), "GET") == [link.rule]
        assert routes_of(houses, path_of(link), "POST") == ([] if link.shows else [link.rule])


def test_what_is_signed_is_redeemed_by_one_route(houses: dict[str, Flask]) -> None:
    redeemed: dict[str, set[str]] = {}
    for app in houses.values():
        witness = Witness()
        equip(app, replace(app.extensions["academy"], signer=witness))
        for rule in app.url_map.iter_rules():
            if "token" not in rule.arguments or "GET" not in (rule.methods or ()):
                continue
            witness.asked.clear()
            visitor(app).get(rule.rule.replace("<token>", "x"))
            for purpose in witness.asked:
                redeemed.setdefault(purpose, set()).add(rule.rule)
    assert redeemed == {link.purpose: {link.rule} for link in LINKS.values() if isinstance(link, SignedLink)}


def test_every_notice_carries_a_link_of_the_table() -> None:
    assert [kind for kind, notice in NOTICES.items() if LINKS.get(notice.link.purpose) != notice.link] == []


def test_nobody_signs_what_the_table_does_not_name() -> None:
    made_up = SignedLink("gift", "/gifts/{token}", frozenset({"notifications"}), timedelta(days=1))
    longer = replace(SIGN_IN, lasts=timedelta(days=365))
    for link in (made_up, longer):
        with pytest.raises(NotOursToSign):
            Signer(SECRET, name="notifications").sign(link, SUBJECT)


def test_nobody_signs_for_another() -> None:
    with pytest.raises(NotOursToSign):
        Signer(SECRET, name="materials").sign(PROOF, SUBJECT)


def test_a_token_is_good_for_its_own_link_and_its_own_time() -> None:
    signer = Signer(SECRET, name="notifications")
    for link in (PROOF, SIGN_IN, UNSUBSCRIBE):
        token = signer.sign(link, SUBJECT)
        assert signer.unsign(link, token) == SUBJECT
        assert [other for other in (PROOF, SIGN_IN, UNSUBSCRIBE) if other != link and signer.unsign(other, token)] == []
    proof, opt_out = signer.sign(PROOF, SUBJECT), signer.sign(UNSUBSCRIBE, SUBJECT)
    assert UNSUBSCRIBE.lasts == ALWAYS
    with clock_ahead(PROOF.lasts + timedelta(seconds=2)):
        assert (signer.unsign(PROOF, proof), signer.unsign(UNSUBSCRIBE, opt_out)) == (None, SUBJECT)
