from __future__ import annotations

import re
from datetime import date
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from services.notifications.letters.composer import Composer
from services.notifications.letters.headers import wire_address
from services.notifications.letters.links import whole_address
from services.notifications.rules.placeholders import marks_in, placeholders_in
from services.notifications.rules.texts import LONGEST_BODY
from services.notifications.rules.words import Words
from shared.words.markdown import mail_html, mail_text
from tests.support.effort import LIMIT, growth
from tests.support.mail import NOW, mail_settings
from tests.support.relay import TakenMail

if TYPE_CHECKING:
    from collections.abc import Mapping

HOSTILE_NAME = "Awa & Söhne/?#"
ENCODED = "Awa%20%26%20S%C3%B6hne%2F%3F%23"


def mail_of(body: str, *, name: str = HOSTILE_NAME, locale: str = "en", subject: str = "Hello") -> TakenMail:
    words = Words(
        campaign_id=UUID(int=1),
        locale=locale,
        subject=subject,
        preheader="",
        body=body,
        edition="Academy",
        edition_slug="2011",
        place="Montreal",
        starts_on=date(2011, 10, 24),
        ends_on=date(2011, 10, 28),
        topic="News",
        topic_slug="news",
    )
    composer = Composer(mail_settings("smtp://127.0.0.1:1"), words=lambda _id: {locale: words})
    copy: Any = SimpleNamespace(
        id=UUID(int=2),
        campaign_id=UUID(int=1),
        kind="campaign",
        about_id=None,
        address="p@example.org",
        addressee=name,
        locale=locale,
        fields={"name": name},
    )
    recipient, raw, sender = composer.compose(copy, NOW)
    return TakenMail(sender, recipient, raw, 0.0)


SITE = "https://academy.example"
LINKS: Mapping[str, str] = {
    "[Open]( {{ materials }} )": f"{SITE}/materials",
    "[Open]({{materials}})": f"{SITE}/materials",
    "[Open][x]\n\n[x]: {{ materials }}": f"{SITE}/materials",
    "<{{ my_page }}>": f"{SITE}/me",
    "{{ edition_page }}/apply": f"{SITE}/e/2011/apply",
    "Go to {{ edition_page }}/apply.": f"{SITE}/e/2011/apply",
    "[Go]({{ edition_page }}/apply?a=1)": f"{SITE}/e/2011/apply?a=1",
    "[Go](https://x.example/in?to={{ my_page }})": "https://x.example/in?to=https%3A%2F%2Facademy.example%2Fme",
    "[Go](https://x.example/in?n={{ name }}&b=1)": f"https://x.example/in?n={ENCODED}&b=1",
    "https://x.example/in?n={{ name }}": f"https://x.example/in?n={ENCODED}",
    "[Go](https://x.example/{{ name }}/page)": f"https://x.example/{ENCODED}/page",
    "[Go](https://{{ name }}.x.example)": f"https://{ENCODED}.x.example",
    "[Go](/materials)": f"{SITE}/materials",
    "[Go](www.example.org/a)": "https://www.example.org/a",
    "[Go](example.org)": "https://example.org",
    "[Write](ana@example.org)": "mailto:ana@example.org",
    "[Write](mailto:ana@example.org)": "mailto:ana@example.org",
}


@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize("body", LINKS)
def test_a_placeholder_in_a_link_gives_the_exact_address_in_both_halves(body: str, locale: str) -> None:
    mail = mail_of(body, locale=locale)
    address = LINKS[body]
    assert f'href="{address.replace("&", "&amp;")}"' in mail.text("html")
    assert address in mail.text().split() or f"({address})" in mail.text() or f"{address}." in mail.text()
    assert not re.search("z[lq][0-9a-f]{16}", mail.text() + mail.text("html"))


def test_a_placeholder_in_code_and_beside_a_link_is_filled_in() -> None:
    mail = mail_of("`{{ name }}` is **{{ name }}**, see {{ materials }}", name="Awa")
    assert "<code>Awa</code> is <strong>Awa</strong>" in mail.text("html")
    assert f"Awa is Awa, see {SITE}/materials" in mail.text()


@pytest.mark.parametrize(
    ("locale", "name", "kept_apart"),
    [("en", "عائشة", True), ("fr", "עדנה", True), ("ar", "Zoé", True), ("ar", "عائشة", True), ("en", "Zoé", False)],
)
def test_a_value_that_could_turn_the_line_round_is_kept_apart_in_both_halves_and_the_subject(
    locale: str, name: str, kept_apart: bool
) -> None:
    mail = mail_of("{{ name }} 2011, 24 October", name=name, locale=locale, subject="{{ name }} 2011")
    shown = f"\u2068{name}\u2069" if kept_apart else name
    assert f"{shown} 2011" in mail.text()
    assert f"{shown} 2011" in mail.text("html")
    assert mail.message["Subject"] == f"{shown} 2011"


@pytest.mark.parametrize(
    ("source", "text", "html"),
    [
        ("one\ntwo", "one\ntwo\n", "one<br />\ntwo"),
        ("Kind regards\n---\nThe team", "Kind regards\n\n--------------------\n\nThe team\n", "<hr"),
        ("see https://x.example/a*b*c.", "see https://x.example/a*b*c.\n", 'href="https://x.example/a*b*c"'),
        ("(https://x.example/p(1))", "(https://x.example/p(1))\n", 'href="https://x.example/p(1)"'),
        ("![Logo](https://x.example/l.png) us", "Logo us\n", ">Logo us<"),
        (
            "- [a](https://a.example)\n- [b](https://b.example)",
            "- a (https://a.example)\n- b (https://b.example)\n",
            "",
        ),
        (">" * 60 + " deep", "> > > > > > > > deep\n", "deep"),
    ],
)
def test_markdown_means_what_a_writer_means(source: str, text: str, html: str) -> None:
    assert mail_text(source) == text
    made = mail_html(source)
    assert html in made
    assert "<h2" not in made
    assert 'class="go"' not in made
    assert "<img" not in made


def test_marks_of_other_systems_are_pointed_out_and_ours_are_not() -> None:
    text = "Dear { name }, {name}, %name%, <<name>>, *|FNAME|*, ${name}; {{ name }} 100 % of 50 %, {}, a {b c d}"
    assert marks_in(text) == ["{ name }", "{name}", "%name%", "<<name>>", "*|FNAME|*", "${name}"]


def test_domains_are_written_as_idna_2008_has_them() -> None:
    assert wire_address("ana@straße.example") == "ana@xn--strae-oqa.example"
    assert wire_address("ana@Müller.example") == "ana@xn--mller-kva.example"


def read_as_a_letter(text: str) -> None:
    placeholders_in(text)
    marks_in(text)
    mail_html(text)
    mail_text(text)
    whole_address(text, SITE)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ana@example.org?subject=Hello", "mailto:ana@example.org?subject=Hello"),
        ("?to=ana@example.org", f"{SITE}/?to=ana@example.org"),
        ("example.org?to=ana@example.org", "https://example.org?to=ana@example.org"),
    ],
)
def test_a_link_with_an_address_in_its_question_is_no_mailbox(written: str, meant: str) -> None:
    assert whole_address(written, SITE) == meant


@pytest.mark.parametrize(
    ("before", "piece", "after"),
    [
        ("{{", " ", "x"),
        ("", "{{", ""),
        ("", "{", ""),
        ("", "%", ""),
        ("", "https://", ""),
        ("", ">", ""),
        ("", "{ ", ""),
    ],
)
def test_hostile_texts_take_no_more_than_their_length(before: str, piece: str, after: str) -> None:
    def reading(length: int) -> partial[None]:
        return partial(read_as_a_letter, before + piece * (length // len(piece)) + after)

    assert growth(reading, longest=LONGEST_BODY) < LIMIT
