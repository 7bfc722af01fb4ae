"""One folding and one order: Python and PostgreSQL agree over all of Unicode; people are found as they are typed."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from shared.words.folding import folded, sorted_as
from shared.words.formats import country_choices
from shared.words.languages import LANGUAGES, use_locale

if TYPE_CHECKING:
    from shared.database import Database

ASSIGNED = [
    chr(code)
    for code in range(1, 0x110000)
    if not 0xD800 <= code < 0xE000 and unicodedata.category(chr(code)) not in {"Cn", "Co", "Cs"}
]
TYPED = [
    ("Angstrom", "Ångström"), ("grossmann", "Großmann"), ("GROSSMANN", "großmann"), ("احمد", "أحمد"),
    ("فاطمه", "فاطمة"), ("موسي", "موسى"), ("مسؤول", "مسوول"), ("محمد", "مُحَمَّد"), ("محمد", "محـمـد"), ("lodz", "Łódź"),
    ("sorensen", "Sørensen"), ("oeuvre", "Œuvre"), ("aegir", "Ægir"), ("istanbul", "İstanbul"), ("nguyen", "Nguyễn"),
    ("jose", "Jose\u0301"), ("Ångström", "A\u030angstro\u0308m"), ("thorunn", "Þórunn"), ("2011", "٢٠١١"),
    ("o'brien", "O’Brien"), ("saint-etienne", "Saint‐Étienne"), ("αθηνας", "ΑΘΗΝΑΣ"),
    ("fi", "\ufb01"), ("کریم", "كريم"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "written"), TYPED)
def test_what_people_leave_out_when_they_type_does_not_keep_them_from_finding(typed: str, written: str) -> None:
    assert folded(typed) == folded(written)


def test_postgresql_folds_every_letter_as_we_do(registration_database: Database) -> None:
    statement = text("SELECT letter, words.folded(letter) FROM unnest(CAST(:letters AS text[])) AS letter")
    with registration_database.reading() as session:
        there: dict[str, str] = {row[0]: row[1] for row in session.execute(statement, {"letters": ASSIGNED})}
    assert {letter: there[letter] for letter in ASSIGNED if there[letter] != folded(letter)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_postgresql_makes_the_same_keys_and_orders_by_them(registration_database: Database, language: str) -> None:
    names = [name for _typed, name in TYPED] + ["Ñandú", "Nuñez", "Nunez", "Zoë", "Éric", "أمل", "Olga", "N\u0303u"]
    statement = text(
        "SELECT name, words.sorted_as(name, :language) FROM unnest(CAST(:names AS text[])) AS name"
        ' ORDER BY words.sorted_as(name, :language) COLLATE "C", name COLLATE "C"'
    )
    with registration_database.reading() as session:
        rows = [tuple(row) for row in session.execute(statement, {"names": names, "language": language})]
    assert rows == sorted(((name, sorted_as(name, language)) for name in names), key=lambda row: (row[1], row[0]))


def test_each_reader_finds_names_where_her_alphabet_has_them() -> None:
    names = ["Zoë", "Éric", "Łukasz", "Ñandú", "Nuria", "Olga", "أحمد"]
    assert sorted(names, key=lambda name: sorted_as(name, "fr")) == [
        "Éric", "Łukasz", "Ñandú", "Nuria", "Olga", "Zoë", "أحمد",
    ]  # fmt: skip
    assert sorted(names, key=lambda name: sorted_as(name, "es"))[2:5] == ["Nuria", "Ñandú", "Olga"]
    assert min(names, key=lambda name: sorted_as(name, "ar")) == "أحمد"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_country_stands_behind_the_last_letter_for_its_accent(language: str) -> None:
    with use_locale(language):
        names = [name for _code, name in country_choices()]
    keys = [sorted_as(name, language) for name in names]
    assert keys == sorted(keys)
    if language == "fr":
        assert names.index("Égypte") < names.index("Espagne") < names.index("Viêt Nam") < names.index("Yémen")
