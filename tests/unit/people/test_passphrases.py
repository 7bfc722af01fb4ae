"""A long passphrase of what is tried first is no passphrase."""

from __future__ import annotations

import pytest

from shared.people.rules.passphrases import is_guessed_first

OWN = ("Olga Petrova", "olga.petrova@example.org")


@pytest.mark.parametrize(
    "passphrase",
    [
        "passwordpassword",
        "Password Password 1",
        "P@ssw0rdP@ssw0rd",
        "password123456789",
        "motdepasse2026motdepasse",
        "contraseña contraseña",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "qwertyuiopasdfghjkl",
        "azertyuiopqsdfghjklm",
        "123456789012345678",
        "987654321987654321",
        "olga petrova olga petrova",
        "AcademyAcademy2026",
        "                    ",
        "كلمة السر كلمة السر",
    ],
)
def test_what_guessers_try_first_is_refused(passphrase: str) -> None:
    assert is_guessed_first(passphrase, about=OWN)


@pytest.mark.parametrize(
    "passphrase",
    [
        "seven quiet rivers of Montreal",
        "a passphrase that is new",
        "correct horse battery staple",
        "quatre vélos sous la pluie",
        "أربعة أنهار هادئة في الصباح",
        "四条安静的河流在城市的旁边流过去",
        "kT9#vLq2!xRw7$zPb",
    ],
)
def test_unrelated_words_in_any_language_are_welcome(passphrase: str) -> None:
    assert not is_guessed_first(passphrase, about=OWN)
