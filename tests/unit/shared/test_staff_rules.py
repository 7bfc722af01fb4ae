"""One-time codes and passphrases, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given, strategies

from shared.people.rules.staff import (
    hash_passphrase,
    is_long_enough,
    new_recovery_codes,
    passphrase_fits,
    plain_code,
    step_of,
)
from shared.vault import Vault

NOW = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.mark.parametrize(("seconds", "fits"), [(0, True), (30, True), (-30, True), (60, False), (-60, False)])
def test_a_code_fits_within_one_step_of_now(seconds: int, fits: bool) -> None:
    code = pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=seconds))
    assert (step_of(code, secret=SECRET, now=NOW, last_step=0) is not None) is fits


def test_a_used_step_and_those_before_it_never_fit_again() -> None:
    step = step_of(pyotp.TOTP(SECRET).at(NOW), secret=SECRET, now=NOW, last_step=0)
    assert step is not None
    for code in (pyotp.TOTP(SECRET).at(NOW), pyotp.TOTP(SECRET).at(NOW - timedelta(seconds=30))):
        assert step_of(code, secret=SECRET, now=NOW, last_step=step) is None


@given(strategies.text(strategies.characters(codec="utf-8"), max_size=8))
def test_nothing_else_fits(code: str) -> None:
    right = {pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=30 * place)) for place in (-1, 0, 1)}
    if code not in right:
        assert step_of(code, secret=SECRET, now=NOW, last_step=0) is None


def test_length_is_the_only_rule_for_passphrases() -> None:
    assert is_long_enough("aaaaaaaaaaaaaaa")
    assert not is_long_enough("Tr0ub4dor&3!")
    assert not is_long_enough("x" * 201)


def test_only_the_passphrase_itself_fits_and_nothing_fits_nobody() -> None:
    hashed = hash_passphrase("seven quiet rivers")
    assert passphrase_fits("seven quiet rivers", hashed)
    assert not passphrase_fits("seven quiet river", hashed)
    assert not passphrase_fits("seven quiet rivers", None)
    assert not passphrase_fits("seven quiet rivers", "not a hash")


def test_recovery_codes_are_ten_and_all_different_and_read_as_typed() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert plain_code(" AbCdE - o1l0I ") == "abcde01101"


def test_what_is_sealed_opens_only_with_the_same_key_and_in_time() -> None:
    vault, other = Vault("a" * 32), Vault("b" * 32)
    sealed = vault.seal("secret")
    assert "secret" not in sealed
    assert vault.open(sealed) == "secret"
    assert vault.open(sealed, max_age=timedelta(minutes=1)) == "secret"
    assert other.open(sealed) is None
    assert vault.open("nonsense") is None
    assert vault.fingerprint("x") != other.fingerprint("x")
