"""Signatures on our mails, judged by dkimpy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.notifications.letters.signatures import DomainKey, KeysUnusable, Signatures, read_keys
from tests.unit.notifications.test_letters import mail_of

if TYPE_CHECKING:
    from pathlib import Path

BODY = "Dear {{ name }}, the dot below is alone.\n\n.\n\nقرأ"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RSA = DomainKey("a2026", rsa.generate_private_key(65537, 2048))
ED = DomainKey("e2026", Ed25519PrivateKey.generate())
PUBLISHED = {f"{key.selector}._domainkey.academy.example.": key.record.encode() for key in (RSA, ED)}


def is_valid(message: bytes, number: int = 0) -> bool:
    def record(name: bytes, **_patience: int) -> bytes | None:
        return PUBLISHED.get(name.decode())

    try:
        return bool(dkim.DKIM(message).verify(idx=number, dnsfunc=record))
    except dkim.ValidationError:
        return False


def signed(*keys: DomainKey, locale: str = "en", name: str = "Zoé") -> bytes:
    return Signatures("academy.example", keys).on(mail_of(BODY, locale=locale, name=name).content, NOW)


@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize("name", ["Zoé", "عائشة ديالو", "N" * 300, "a\tb  c"])
def test_both_signatures_are_valid_and_cover_both_ways_to_unsubscribe(locale: str, name: str) -> None:
    message = signed(RSA, ED, locale=locale, name=name)
    assert is_valid(message, 0)
    assert is_valid(message, 1)
    for value in dkim.DKIM(message).headers[:2]:
        listed = b"".join(value[1].split(b"h=")[1].split(b";")[0].split()).split(b":")
        assert {b"from", b"list-unsubscribe", b"list-unsubscribe-post", b"message-id"} <= set(listed)
        assert listed.count(b"from") == 2
    assert max(map(len, message.split(b"\r\n"))) < 998


@pytest.mark.parametrize(
    "change",
    [
        (b"Subject: ", b"Subject: Re: "),
        (b"<html", b"<HTML"),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: no"),
        (b"From: ", b"From: <else@academy.example>\r\nFrom: "),
        (b"Date: ", b"List-Unsubscribe: <https://else.example>\r\nDate: "),
    ],
)
def test_whoever_changes_or_adds_what_is_signed_breaks_it(change: tuple[bytes, bytes]) -> None:
    message = signed(RSA)
    spoilt = message.replace(*change, 1)
    assert spoilt != message
    assert is_valid(message)
    assert not is_valid(spoilt)


def test_without_keys_a_message_is_left_as_it_is() -> None:
    message = mail_of(BODY).content
    assert Signatures("academy.example", ()).on(message, NOW) == message


def test_keys_are_read_from_their_folder_the_one_that_everybody_knows_first(tmp_path: Path) -> None:
    for key in (ED, RSA):
        (tmp_path / f"{key.selector}.pem").write_bytes(key.pem)
    assert [key.record for key in read_keys(tmp_path)] == [RSA.record, ED.record]
    assert read_keys(tmp_path / "nowhere") == ()


def test_a_weak_or_broken_key_is_refused(tmp_path: Path) -> None:
    weak = DomainKey("weak", rsa.generate_private_key(65537, 1024))
    for name, content in (("weak", weak.pem), ("broken", b"-----BEGIN"), ("Not_a_selector", RSA.pem)):
        path = tmp_path / f"{name}.pem"
        path.write_bytes(content)
        with pytest.raises(KeysUnusable, match=name):
            read_keys(tmp_path)
        path.unlink()
