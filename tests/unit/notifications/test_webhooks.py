from __future__ import annotations

import pytest

from services.notifications.rules.webhooks import RESTS, is_public, may_be_called, rest_after

OWN = ("127.0.0.0/8",)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "ff02::1",
    ],
)
def test_our_own_networks_are_not_the_public_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_an_address_of_the_public_internet_is(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "ftp://hooks.example.org/",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://user:secret@hooks.example.org/",
        "https://user@hooks.example.org/",
        "https://hooks.example.org/#part",
        "https://hooks.example.org:0/",
        "https://hooks.example.org:99999/",
        "https://hooks.example.org\\@evil.example/",
        "https://hooks.example.org/a b",
        "https://hooks.example.org/\r\nX: y",
        "https://",
        "//hooks.example.org/",
        "https://hooks.example.org/" + "x" * 500,
    ],
)
def test_what_is_not_plainly_outside_is_refused(url: str) -> None:
    assert not may_be_called(url)


def test_https_to_a_name_may_be_called_and_a_network_of_our_own_when_allowed() -> None:
    assert may_be_called("https://hooks.example.org:8443/in?x=1")
    assert may_be_called("http://127.0.0.1:8000/hook", allowed=OWN)
    assert not may_be_called("http://10.0.0.1/hook", allowed=OWN)
    assert not may_be_called("http://8.8.8.8/hook", allowed=OWN)


def test_a_receiver_that_is_back_within_a_day_misses_nothing() -> None:
    rests = [rest_after(attempts) for attempts in range(1, len(RESTS) + 1)]
    assert None not in rests
    assert sum(rest.total_seconds() for rest in rests if rest) >= 24 * 3600
    assert rest_after(len(RESTS) + 1) is None
