"""A person with a browser: opens addresses, follows links by their words, fills in the forms that the pages hold.

Nothing is known beforehand but an address. A field that is not on the page cannot be filled in, an option that is not
offered cannot be chosen, so a page that lost one fails the walk-through as it would fail a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import httpx
from lxml import html

SUBMITS = {"submit", "image"}


class NotOnThePage(Exception):  # noqa: N818 - it says what a person would miss
    """Something a person needs at this step is not there."""


@dataclass(frozen=True)
class Page:
    """A page as it came, after redirects."""

    address: str
    status: int
    text: str
    tree: Any
    headers: httpx.Headers

    @property
    def words(self) -> str:
        """The visible words, in one line."""
        parts = self.tree.xpath("//body//text()[not(ancestor::script or ancestor::style or ancestor::template)]")
        return " ".join(" ".join(parts).split())

    @property
    def title(self) -> str:
        """What the browser's tab says."""
        return " ".join("".join(self.tree.xpath("//title/text()")).split())

    def says(self, *sentences: str) -> bool:
        """Tell whether all these words stand on the page, whatever their case."""
        words = self.words.casefold()
        return all(sentence.casefold() in words for sentence in sentences)

    def links(self) -> Iterator[tuple[str, str]]:
        """Give the words and the full address of every link."""
        for link in self.tree.xpath("//a[@href]"):
            yield " ".join(link.text_content().split()), urljoin(self.address, link.get("href"))

    def link(self, words: str = "", *, containing: str = "") -> str:
        """Return the address of the first link with these words, or whose address contains the given part."""
        for said, address in self.links():
            if words.casefold() in said.casefold() and containing in address:
                return address
        raise NotOnThePage(f"no link {words or containing!r} on {self.address} ({self.title})")

    def form(self, *, field: str = "", action: str = "", button: str = "") -> Form:
        """Return the first form with such a field, whose action contains this part, or with a button of these words."""
        for form in self.tree.forms:
            names = {element.name for element in form.inputs if element.name}
            buttons = " ".join(
                [b.text_content() for b in form.xpath(".//button")] + form.xpath(".//input[@type='submit']/@value")
            )
            where = form.get("action") or self.address
            if (not field or field in names) and action in where and button.casefold() in buttons.casefold():
                return Form(self, form)
        wanted = " ".join(part for part in (field, action, button) if part)
        raise NotOnThePage(f"no form with {wanted!r} on {self.address} ({self.title}): {self.words[:300]}")


class Form:
    """A form as a person sees it: its present values, and what they fill in."""

    def __init__(self, page: Page, element: Any) -> None:
        self._page = page
        self._element = element

    @property
    def fields(self) -> list[str]:
        """The names of the fields, without those a person never sees."""
        return [
            element.name
            for element in self._element.inputs
            if element.name and getattr(element, "type", "") not in {"hidden", *SUBMITS}
        ]

    @property
    def action(self) -> str:
        """Where the form goes."""
        return str(urljoin(self._page.address, self._element.get("action") or self._page.address))

    @property
    def method(self) -> str:
        """POST or GET."""
        return str(self._element.method).upper()

    def options(self, name: str) -> list[str]:
        """Return the values a person can choose from."""
        found = self._element.inputs[name]
        return [str(one) for one in found.value_options if one] if hasattr(found, "value_options") else []

    def chosen(self, name: str) -> str:
        """Return the present value of a field."""
        return str(self._element.inputs[name].value or "")

    def fill(self, **values: str | bool | list[str]) -> Form:
        """Fill in fields by name. What the page does not offer raises NotOnThePage."""
        for name, value in values.items():
            try:
                found = self._element.inputs[name]
            except KeyError:
                known = ", ".join(sorted(set(self.fields)))
                raise NotOnThePage(f"no field {name!r} on {self._page.address}; there are {known}") from None
            try:
                if getattr(found, "type", "") == "checkbox" and isinstance(value, bool):
                    found.checked = value
                elif isinstance(value, list):
                    found.value = set(value)
                else:
                    found.value = value
            except ValueError as refusal:
                raise NotOnThePage(f"{name}={value!r} cannot be chosen on {self._page.address}: {refusal}") from None
        return self

    def values(self, button_value: str = "") -> list[tuple[str, str]]:
        """Return what the browser would send when the first button is pressed, or the one with this value."""
        sent = [(name, str(value)) for name, value in self._element.form_values()]
        buttons = self._element.xpath(".//button[not(@type) or @type='submit']")
        pressed = [element for element in buttons if not button_value or element.get("value") == button_value]
        if button_value and not pressed:
            raise NotOnThePage(f"no button {button_value!r} on {self._page.address}")
        named = [(element.get("name"), element.get("value") or "") for element in pressed[:1] if element.get("name")]
        return sent + named


class Visitor:
    """One browser with its cookies, speaking ``language``, looking at the site at ``site``."""

    def __init__(self, site: str, *, language: str = "en") -> None:
        self.site = site
        headers = {"Accept-Language": language, "Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
        self.client = httpx.Client(headers=headers, follow_redirects=True, timeout=30, trust_env=False)

    def open(self, address: str, *, expect: int | None = 200) -> Page:
        """Open an address, or a path of the site. Raises NotOnThePage when it answers with another status."""
        return self._page(self.client.get(urljoin(self.site, address)), expect)

    def submit(self, form: Form, *, button_value: str = "", expect: int | None = 200) -> Page:
        """Send a form the way a browser does, origin included."""
        content = form.values(button_value)
        if form.method == "GET":
            return self._page(self.client.get(f"{form.action.partition('?')[0]}?{urlencode(content)}"), expect)
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(form.action))
        response = self.client.post(
            form.action,
            content=urlencode(content).encode("ascii"),
            headers={"Content-Type": "application/x-www-form-urlencoded", "Origin": origin, "Referer": self.site},
        )
        return self._page(response, expect)

    def close(self) -> None:
        """Close the browser."""
        self.client.close()

    def _page(self, response: httpx.Response, expect: int | None) -> Page:
        text = response.text
        tree = html.fromstring(text) if text.strip().startswith("<") else html.fromstring("<html><body></body></html>")
        page = Page(str(response.url), response.status_code, text, tree, response.headers)
        if expect is not None and response.status_code != expect:
            raise NotOnThePage(f"{response.url} answers {response.status_code}: {page.words[:300]}")
        return page
