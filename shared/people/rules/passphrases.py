"""Which passphrases are worth nothing although they are long: what guessers try first is not counted. Pure.

A short list stands here instead of an estimator of strength: the refusal can say in a sentence what was left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from shared.people.rules.staff import LONGEST

LEFT_AT_LEAST: Final = 8
"""Characters that must remain once everything that guessers try first is taken out."""
DIFFERENT_AT_LEAST: Final = 5
_RUN: Final = 4
"""Neighbours in a row, such as 1234 or qwer, from which on they are no secret."""
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm",
    "qwertzuiop", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb", "ضصثقفغعهخحجد", "شسيبلاتنمكط", "ابتثجحخدذرزسش",
)  # fmt: skip
_TRIED_FIRST: Final = tuple(sorted(
    (
        "password", "passphrase", "passwort", "motdepasse", "contraseña", "contrasena", "clave", "senha", "passe",
        "كلمةالسر", "كلمةالمرور", "academy", "academie", "academia", "welcome", "bienvenue", "bienvenido", "bemvindo",
        "letmein", "iloveyou", "jetaime", "teamo", "tequiero", "admin", "administrator", "organiser", "organizer",
        "secret", "default", "changeme", "login", "master", "monkey", "dragon", "sunshine", "princess", "football",
        "baseball", "superman", "batman", "michael", "shadow", "soleil", "doudou", "loulou", "chouchou", "access",
        "flower", "summer", "winter", "spring", "autumn", "hello", "bonjour", "hola", "test", "user", "guest", "root",
        "pass", "word", "qwerty", "azerty",
    ),
    key=len,
    reverse=True,
))  # fmt: skip
_SWAPPED: Final = str.maketrans("@$4350", "asaeso")
"""Signs that stand for letters."""


def is_guessed_first(passphrase: str, *, about: Iterable[str] = ()) -> bool:
    """Say whether too little is left of the passphrase without what guessers try first.

    That is: common passwords, rows of the keyboard, numbers in order, repetitions, and the words in ``about`` (the
    person's own name and address).
    """
    left = _without_tried(passphrase.casefold()[:LONGEST], about=about)
    return len(left) < LEFT_AT_LEAST or len(set(left)) < DIFFERENT_AT_LEAST


def _without_tried(text: str, *, about: Iterable[str]) -> str:
    text = "".join(character for character in text if character.isalnum() or character in "@$")
    own = (part for words in about for part in words.casefold().replace("@", " ").replace(".", " ").split())
    known = (*(part for part in own if len(part) >= _RUN), *_TRIED_FIRST)
    plain, swapped = _cut(text, known), _cut(text.translate(_SWAPPED), known)
    return _unrepeated(_without_rows(min(plain, swapped, key=len)))


def _cut(text: str, known: Iterable[str]) -> str:
    for word in known:
        text = text.replace(word, "")
    return text


def _without_rows(text: str) -> str:
    kept, at = [], 0
    while at < len(text):
        length = _row_at(text, at)
        if length < _RUN:
            kept.append(text[at])
            length = 1
        at += length
    return "".join(kept)


def _row_at(text: str, at: int) -> int:
    """Return how many characters from ``at`` on follow each other in a row, either way."""
    longest = 1
    for row in _ROWS:
        for way in (row, row[::-1]):
            place = way.find(text[at])
            length = 0
            while (
                0 <= place < len(way) - length and at + length < len(text) and text[at + length] == way[place + length]
            ):
                length += 1
            longest = max(longest, length)
    return longest


def _unrepeated(text: str) -> str:
    """Return one of the parts that ``text`` is made of by repeating it: ``trams`` for ``tramstramstr``."""
    for length in range(1, len(text) // 2 + 1):
        if (text[:length] * (len(text) // length + 1))[: len(text)] == text:
            return text[:length]
    return text
