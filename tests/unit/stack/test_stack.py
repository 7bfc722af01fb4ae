from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from stack.addresses import addresses_for, libpq_url, with_login, without_password
from stack.beforehand import CannotStart, keep_apart
from stack.embedded.nginx import fill
from stack.keys import keys_of
from stack.places import CHECKOUT, Places
from stack.ports import choose_ports, is_free

if TYPE_CHECKING:
    from pathlib import Path


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = keys_of(tmp_path)
    assert keys_of(tmp_path) == first
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
    assert len({first.secret_key, *first.role_passwords.values()}) == 5


def test_ports_are_remembered_as_long_as_they_are_free(tmp_path: Path) -> None:
    first = choose_ports(tmp_path, gateway=0)
    assert choose_ports(tmp_path) == first
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first.registration))
        taken.listen()
        second = choose_ports(tmp_path)
    assert second.registration != first.registration
    assert second.postgres == first.postgres


def test_the_gateway_takes_the_next_free_port_when_the_wished_one_is_busy(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wished = taken.getsockname()[1]
        assert not is_free(wished)
        assert choose_ports(tmp_path, gateway=wished).gateway != wished


def test_an_address_in_the_environment_takes_the_place_of_the_embedded_part(tmp_path: Path) -> None:
    places, keys = Places(tmp_path), keys_of(tmp_path)
    ports = choose_ports(tmp_path, gateway=0)
    alone = addresses_for(places, ports, keys, environ={})
    assert alone.embedded == {"postgres", "valkey", "smtp", "store"}
    given = addresses_for(
        places, ports, keys, environ={"DATABASE_URL": "postgres://boss:x@db.example/academy?sslmode=require"}
    )
    assert given.embedded == {"valkey", "smtp", "store"}
    role = libpq_url(given.role_url("materials", keys))
    assert role.startswith("postgresql://academy_materials:")
    assert role.endswith("@db.example/academy?sslmode=require")


def test_a_login_is_put_into_an_address_and_never_shown() -> None:
    url = with_login("postgresql://a:b@h:5432/d?sslmode=require", "role", "p@ss/word")
    assert url == "postgresql://role:p%40ss%2Fword@h:5432/d?sslmode=require"
    assert without_password(url) == "postgresql://role@h:5432/d?sslmode=require"
    assert without_password("redis://:secret@h/0") == "redis://@h/0"


def test_the_gateway_s_template_is_filled_as_envsubst_fills_it() -> None:
    assert fill("a ${KNOWN} $uri ${UNKNOWN}", {"KNOWN": "b"}) == "a b $uri ${UNKNOWN}"


def test_the_launcher_says_in_one_sentence_that_python_is_too_old() -> None:
    program = (
        "import runpy, sys; sys.version_info = (3, 6, 15); sys.argv = ['academy', 'demo'];"
        f"runpy.run_path({str(CHECKOUT / 'academy')!r}, run_name='__main__')"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], env={"PATH": "/nonexistent"}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "needs Python 3.11 or newer, and this is Python 3.6" in result.stderr


def test_the_command_line_explains_itself() -> None:
    for command in ("demo", "up", "migrate", "test", "check", "bench", "doctor", "code"):
        result = subprocess.run(
            [sys.executable, "-m", "stack.command_line", command, "--help"],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert len(result.stdout.splitlines()) > 4, command


@pytest.mark.parametrize("first", [True, False])
def test_a_checkout_holds_the_demo_or_real_data_and_never_both(tmp_path: Path, first: bool) -> None:
    places = Places(tmp_path)
    keep_apart(places, demo=first)
    places.postgres.mkdir()
    (places.postgres / "PG_VERSION").write_text("18")
    keep_apart(places, demo=first)
    with pytest.raises(CannotStart):
        keep_apart(places, demo=not first)
