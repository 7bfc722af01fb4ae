from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator
from werkzeug.datastructures import MultiDict

from shared.web.pages.forms import bind, fill
from shared.words.sentences import _l


class Payload(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=10)]
    age: int | None = None
    topics: list[str] = []
    agree: bool = False
    kind: Literal["a", "b"] = "a"

    @field_validator("name")
    @classmethod
    def not_bob(cls, name: str) -> str:
        if name == "Bob":
            raise ValueError(_l("Bob may not come"))
        return name


def test_a_good_form_becomes_a_model() -> None:
    bound = bind(Payload, MultiDict([("name", " Ana "), ("topics", "x"), ("topics", "y"), ("agree", "yes")]))
    assert bound.model == Payload(name="Ana", topics=["x", "y"], agree=True)
    assert not bound.form.errors


def test_what_was_typed_is_kept_and_each_error_stands_at_its_field() -> None:
    bound = bind(Payload, MultiDict([("age", "many"), ("kind", "c"), ("topics", "x"), ("name", "")]))
    assert bound.model is None
    assert bound.form.value("age") == "many"
    assert bound.form.is_chosen("topics", "x")
    assert bound.form.error("name") == "Fill this in"
    assert bound.form.error("age") == "Enter a whole number, such as 12"
    assert bound.form.error("kind") == "Choose one of the answers"
    assert list(bound.form.errors) == ["name", "age", "kind"], "in the order of the fields"


def test_errors_may_have_their_own_words() -> None:
    own = {"name": _l("Enter your name as on the passport")}
    assert bind(Payload, MultiDict(), messages=own).form.error("name") == "Enter your name as on the passport"
    assert bind(Payload, MultiDict({"name": "Bob"})).form.error("name") == "Bob may not come"
    assert bind(Payload, MultiDict({"name": "A" * 11})).form.error("name") == "Use at most 10 characters"


def test_passwords_are_never_shown_again() -> None:
    bound = bind(Payload, MultiDict({"name": "", "passphrase": "secret", "csrf_token": "x"}))
    assert bound.form.value("passphrase") == ""
    assert bound.form.value("csrf_token") == ""


def test_a_form_is_filled_from_a_model_or_a_mapping() -> None:
    assert fill(Payload(name="Ana")).value("name") == "Ana"
    assert fill({"name": None}).value("name") == ""
    assert fill().with_errors({"name": "Taken"}).error("name") == "Taken"
