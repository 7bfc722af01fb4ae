"""Laws of forms: any form, any answers; conditions never loop, what is read is what is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from services.registration.rules.forms import edits
from services.registration.rules.forms.changes import changes_between
from services.registration.rules.forms.compiled import CompiledForm
from services.registration.rules.forms.completeness import faults, lacking, texts_of
from services.registration.rules.forms.conditions import fields_of
from services.registration.rules.forms.definitions import FIELD_TYPES, Definition, faults_of
from services.registration.rules.forms.library import BLOCKS, block, standard_definition

LANGUAGES = ("en", "fr", "ar")
KEYS = ["a", "b", "c", "d", "e"]
OPTIONS = [{"key": key, "label": {"en": key}} for key in ("red", "green", "blue")]
AWKWARD = [
    "", " ", "0", "1", "2", "yes", "no", "on", "other", "red", "green", "fr", "SN", "a@example.org", "2027-02-28",
    "2027-02-30", "+22670123456", "example.org", "3.5", "١٢", "\u202etxet", "\x00", "x" * 30_000, "e\u0301" * 50,
    "<script>alert(1)</script>", "%(most)s {x} {{x}}", "🙂", "1e999", "-0", "NaN", "https://a@b", "+", "C2",
]  # fmt: skip
SETTINGS: dict[str, dict[str, Any]] = {
    "choice": {"options": OPTIONS, "other": True}, "choices": {"options": OPTIONS, "other": True, "most": 2},
    "ranking": {"options": OPTIONS, "most": 2}, "matrix": {"rows": OPTIONS, "columns": OPTIONS},
    "number": {"decimals": 2, "least": -5, "most": 1000}, "short_text": {"most": 50}, "scale": {"least": 0, "most": 10},
}  # fmt: skip

parts: st.SearchStrategy[dict[str, Any]] = st.deferred(
    lambda: st.one_of(
        st.builds(lambda key, value: {"rule": "is", "field": key, "values": [value]},
                  st.sampled_from(KEYS), st.sampled_from(["yes", "no", "red", "other", "SN", "3", "fr.C2"])),
        st.builds(lambda key: {"rule": "answered", "field": key}, st.sampled_from(KEYS)),
        st.builds(lambda key, least: {"rule": "between", "field": key, "least": least},
                  st.sampled_from(KEYS), st.integers(-3, 9)),
        st.just({"rule": "known", "about": "stage", "values": ["submitted"]}),
        st.builds(lambda part: {"rule": "not", "part": part}, parts),
        st.builds(lambda rule, some: {"rule": rule, "parts": some},
                  st.sampled_from(["all", "any"]), st.lists(parts, min_size=1, max_size=3)),
    )
)  # fmt: skip
fields = st.builds(
    lambda type_, required, when: {
        "type": type_, "required": required, "label": {"en": type_}, "when": when, **SETTINGS.get(type_, {}),
    },
    st.sampled_from(sorted(FIELD_TYPES)), st.booleans(), st.none() | parts,
)  # fmt: skip
forms = st.lists(fields, min_size=1, max_size=len(KEYS)).map(
    lambda some: {
        "sections": [{"key": "s", "fields": [field | {"key": key} for key, field in zip(KEYS, some, strict=False)]}]
    }
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(AWKWARD) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["red", "green", "other", "fr", "town", "country", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def compiled(made: dict[str, Any]) -> CompiledForm | None:
    try:
        return CompiledForm(Definition.model_validate(made), 1)
    except ValidationError as wrong:
        kinds = {kind for kind, _values in faults_of(wrong)}
    assert kinds <= {"circle", "asks_nobody", "too_deep"}
    return None


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(made=forms, raw=st.dictionaries(st.sampled_from([*KEYS, "odd"]), values))
def test_any_answers_to_any_form_are_refused_by_field_or_stored_and_read_back_equal(
    made: dict[str, Any], raw: dict[str, Any]
) -> None:
    form = compiled(made)
    if form is None:
        return
    answers, problems = form.read(raw, languages=LANGUAGES, locale="fr")
    assert (answers is None) == bool(problems)
    assert set(problems) <= set(form.by_key)
    if answers is None:
        return
    stored = json.loads(json.dumps(answers.answers(), allow_nan=False))
    assert stored == answers.answers()
    kept = form.values(answers.columns(), stored)
    page = MultiDict([(name, one) for name, value in form.typed(kept).items()
                      for one in (value if isinstance(value, list) else [value])])  # fmt: skip
    again = form.read(form.collect(page), languages=LANGUAGES, locale="fr")
    assert again.answers is not None, again.problems
    assert again.answers.answers() == stored


@settings(max_examples=200)
@given(made=forms, sent=st.lists(st.tuples(
    st.sampled_from([f"{key}{part}" for key in KEYS for part in ("", ".red", ".green", ".other", ".fr", ".town")]),
    st.sampled_from(AWKWARD)), max_size=12))  # fmt: skip
def test_whatever_a_page_sends_is_answered(made: dict[str, Any], sent: list[tuple[str, str]]) -> None:
    form = compiled(made)
    if form is None:
        return
    page = MultiDict(sent)
    answers, problems = form.read(form.collect(page), languages=LANGUAGES, locale="ar")
    assert (answers is None) == bool(problems)


def condition(*links: tuple[str, str]) -> Definition:
    asks = dict(links)
    return Definition.model_validate({"sections": [{"key": "s", "fields": [
        {"type": "yes_no", "key": key, "label": {"en": key},
         "when": {"rule": "is", "field": asks[key], "values": ["yes"]} if key in asks else None}
        for key in KEYS
    ]}]})  # fmt: skip


def test_conditions_that_wait_for_each_other_are_refused_when_they_are_made() -> None:
    for links in ([("a", "a")], [("a", "b"), ("b", "a")], [("a", "b"), ("b", "c"), ("c", "a")]):
        with pytest.raises(ValidationError) as refused:
            condition(*links)
        assert [kind for kind, _values in faults_of(refused.value)] == ["circle"]


def test_a_hidden_answer_is_not_kept_and_hides_what_waits_for_it() -> None:
    form = CompiledForm(condition(("b", "a"), ("c", "b")), 1)
    everything = dict.fromkeys(KEYS, "yes")
    shown = form.read(everything, languages=LANGUAGES, locale="en").answers
    hidden = form.read(everything | {"a": "no"}, languages=LANGUAGES, locale="en").answers
    assert shown is not None
    assert hidden is not None
    assert set(shown.answers()) == set(KEYS)
    assert set(hidden.answers()) == {"a", "d", "e"}


def test_a_condition_may_wait_for_a_question_that_stands_below_it() -> None:
    form = CompiledForm(condition(("a", "e")), 1)
    read = form.read({"a": "no", "e": "yes"}, languages=LANGUAGES, locale="en").answers
    assert read is not None
    assert read.answers() == {"a": False, "e": True}


def test_the_words_agreed_to_are_kept_in_the_language_they_were_read_in() -> None:
    form = CompiledForm(Definition.model_validate({"sections": [{"key": "s", "fields": [
        {"type": "consent", "key": "photo", "label": {"en": "Take pictures of me", "fr": "Photographiez-moi"}}
    ]}]}), 1)  # fmt: skip
    for locale, language, words in (("fr", "fr", "Photographiez-moi"), ("ar", "en", "Take pictures of me")):
        read = form.read({"photo": "yes"}, languages=LANGUAGES, locale=locale).answers
        assert read is not None
        assert read.answers() == {"photo": {"agreed": True, "wording": words, "language": language}}


@pytest.mark.parametrize("nothing", [None, [], {}])
def test_a_ranking_without_a_wish_is_no_answer_however_it_is_sent(nothing: object) -> None:
    field = {"type": "ranking", "key": "wishes", "label": {"en": "Wishes"}, "required": True, "options": OPTIONS}
    form = compiled({"sections": [{"key": "one", "title": {"en": "One"}, "fields": [field]}]})
    assert form is not None
    answers, problems = form.read({"wishes": nothing}, languages=LANGUAGES, locale="fr")
    assert answers is None
    assert problems["wishes"].kind == "missing"


def test_ready_blocks_fit_into_any_form_twice_and_are_written_in_every_language() -> None:
    form = standard_definition()
    for name in (*BLOCKS, *BLOCKS):
        form = edits.add_block(form, block(name))
    assert lacking(form, ["en", "fr", "es", "pt", "ar"]) == []
    whole = edits.replace_section(form, "application", {"title": {"en": "You"}})
    assert faults(whole, "acceptance") == []
    assert {one.kind for one in faults(whole, "application")} == {"too_early"}  # passport and health come later
    asked = {field.key: {*field.when.field} and field.when.field for field in form.fields() if field.when}  # type: ignore[union-attr]
    assert asked["visa_where_2"] == "needs_visa_2"


def asked_about_by(definition: Definition, key: str) -> list[str]:
    """Return the fields and sections whose conditions ask about this field, or about one of this section's."""
    about = {key} | {field.key for section in definition.sections if section.key == key for field in section.fields}
    return [
        asker for asker, condition in definition.conditions() if asker not in about and about & {*fields_of(condition)}
    ]


ACTS: dict[str, Callable[[Definition, str], Definition]] = {
    "copy": edits.duplicate,
    "up": lambda form, key: edits.move(form, key, by=-1),
    "down": lambda form, key: edits.move(form, key, by=1),
    "remove": edits.remove,
    "add": lambda form, _key: edits.add_field(form, section="s", type_="short_text"),
}


@settings(max_examples=100)
@given(made=forms, data=st.data())
def test_acts_of_the_builder_keep_the_form_whole_or_are_refused(made: dict[str, Any], data: st.DataObject) -> None:
    try:
        form = Definition.model_validate(made)
    except ValidationError:
        return
    for _ in range(4):
        keys = [field.key for field in form.fields()]
        if not keys:
            return
        key, act = data.draw(st.sampled_from(keys)), data.draw(st.sampled_from(sorted(ACTS)))
        kinds: list[str] = []
        try:
            form = ACTS[act](form, key)
        except ValidationError as wrong:
            kinds = [kind for kind, _values in faults_of(wrong)]
        if kinds:
            assert (act, kinds) == ("remove", ["asks_nobody"])
            assert asked_about_by(form, key)
        assert Definition.model_validate(json.loads(json.dumps(form.kept()))) == form


def test_what_changed_is_named_once_and_as_little_as_possible() -> None:
    before = standard_definition()
    after = edits.move(before, "motivation", by=-1)
    called = edits.home_of(after, "called")[1].model_dump(mode="json")
    after = edits.replace_field(after, "called", called | {"required": True})
    after = edits.remove(after, "organisation")
    changes = changes_between(before, after)
    assert [(one.kind, one.field.key) for one in changes if one.kind != "moved"] == [
        ("removed", "organisation"), ("changed", "called"),
    ]  # fmt: skip
    assert len([one for one in changes if one.kind == "moved"]) == 1
    assert changes_between(before, before) == []


def test_texts_go_out_and_come_back_by_their_address() -> None:
    form = standard_definition()
    words = {text.address: {"en": f"<{text.address}>"} for text in texts_of(form) if text.texts}
    back = edits.with_texts(form, words | {"nowhere/label": {"en": "x"}})
    assert {text.address: text.texts["en"] for text in texts_of(back) if text.texts} == {
        address: texts["en"] for address, texts in words.items()
    }
    assert back.sections[0].fields[0].label["fr"] == form.sections[0].fields[0].label["fr"]
