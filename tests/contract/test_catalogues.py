"""Every word a person sees comes from the catalogues, and every catalogue is complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.words.catalogues import TRANSLATED, extracted, faults, template_files
from shared.words.sentences import ROOT
from tests.support.words import bare_words_in_python, bare_words_in_template, python_files


def test_no_template_speaks_past_the_catalogues() -> None:
    found = {path.relative_to(ROOT).as_posix(): bare_words_in_template(path) for path in template_files()}
    assert not {name: words for name, words in found.items() if words}


def test_no_refusal_flash_or_heading_speaks_past_the_catalogues() -> None:
    found = {path.relative_to(ROOT).as_posix(): bare_words_in_python(path) for path in python_files()}
    assert not {name: words for name, words in found.items() if words}


@pytest.mark.parametrize(
    ("template", "heard"),
    [
        ("<p>{{ _('Fine') }} · 3</p>", []),
        ("<p>Bare</p>", ["Bare"]),
        ("<p>{{ name }} and others</p>", ["… and others"]),
        ('<input type="submit" value="Send">', ["value='Send'"]),
        ('<img alt="A map">', ["alt='A map'"]),
        ('<input aria-label="{{ _("Fine") }}" value="typed">', []),
        ("{{ ui.button('Send') }}", ["ui.button(label='Send')"]),
        ("{{ ui.button(_('Send'), kind='quiet') }}", []),
        ("{% if true %}<code>curl</code>{% endif %}", []),
    ],
)
def test_the_listener_hears_bare_words_and_nothing_else(tmp_path: Path, template: str, heard: list[str]) -> None:
    path = tmp_path / "page.html"
    path.write_text(template, "utf-8")
    assert bare_words_in_template(path) == heard


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_catalogue_has_every_sentence_translated(language: str) -> None:
    found = faults(language, extracted())
    assert found == [], "\n".join(["python -m shared.words.catalogues update, then translate:", *found])
