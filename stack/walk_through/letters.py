"""A person's mailbox, read through the catcher."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

import httpx

LINK = re.compile(r"https?://[^\s<>\"')\]]+")


class NoMail(Exception):  # noqa: N818 - it says what did not come
    """A mail that should have come did not."""


@dataclass(frozen=True)
class Letter:
    """One mail as its reader has it."""

    name: str
    subject: str
    text: str
    html: str
    headers: dict[str, list[str]]

    def link(self, containing: str) -> str:
        """Return the first address in the text that contains this part."""
        for address in LINK.findall(self.text):
            if containing in address:
                return str(address).rstrip(".,")
        raise NoMail(f"no link with {containing!r} in “{self.subject}”: {self.text[:400]}")

    def header(self, name: str) -> str:
        """Return a header's first value, or nothing."""
        return next((values[0] for key, values in self.headers.items() if key.casefold() == name.casefold()), "")


class Letters:
    """Everybody's mail at the catcher. ``api`` is the address of /mailbox/api/messages."""

    def __init__(self, api: str) -> None:
        self._api = api
        self._client = httpx.Client(timeout=10, trust_env=False)

    def close(self) -> None:
        """Close the connection to the catcher."""
        self._client.close()

    def for_person(self, email: str) -> list[Letter]:
        """Return all mails to this address, newest first."""
        answer: Any = self._client.get(self._api, params={"q": email, "limit": 1000}).raise_for_status().json()
        return [self._read(one["id"]) for one in answer["messages"] if email in one["to"]]

    def subjects(self, words: str) -> list[str]:
        """Return the subjects of all mails that concern these words, whoever got them."""
        answer: Any = self._client.get(self._api, params={"q": words, "limit": 100_000}).raise_for_status().json()
        return [one["subject"] for one in answer["messages"] if words in one["subject"]]

    def wait_for(self, email: str, *, containing: str, seconds: float = 20) -> Letter:
        """Return the newest mail to this address whose text or subject contains these words, once it has come."""
        until = time.monotonic() + seconds
        seen: list[str] = []
        while True:
            letters = self.for_person(email)
            for letter in letters:
                if containing in letter.text or containing in letter.subject:
                    return letter
            seen = [letter.subject for letter in letters]
            if time.monotonic() > until:
                raise NoMail(f"no mail with {containing!r} came to {email} in {seconds:.0f} s; there are {seen}")
            time.sleep(0.2)

    def _read(self, name: str) -> Letter:
        found: Any = self._client.get(f"{self._api}/{name}").raise_for_status().json()
        subject = next(iter(found["headers"].get("Subject", [""])))
        return Letter(name, subject, found["text"] or "", found["html"] or "", found["headers"])
