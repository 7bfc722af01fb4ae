"""The gateway by itself: what it says when no service does, and what it takes from whom. Real nginx, real service."""

from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from services.materials.settings import MaterialsSettings
from tests.support.gateway import SECRET, Gateway, gateway_before, materials_behind_gateway
from tests.support.library import materials_app
from tests.support.web import person_called, signed_in_as

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from shared.database import Database

LANGUAGES = {
    "en": "We cannot answer at the moment",
    "fr": "Nous ne pouvons pas répondre pour le moment",
    "ar": 'dir="rtl"',
}
UPLOAD = "/desk/materials/releases/00000000-0000-0000-0000-000000000000/files"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def address(database_url_for: Callable[[str], str], store: Path, run: Path) -> Iterator[str]:
    url = database_url_for("materials")
    with materials_behind_gateway(run, database_url=url, store=store) as address:
        yield address


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway whose services all are away."""
    with gateway_before(tmp_path_factory.mktemp("lonely")) as gateway:
        yield gateway


@pytest.fixture
def librarian(
    address: str, store: Path, registration_database: Database, materials_database: Database
) -> dict[str, str]:
    keeper = person_called(registration_database, "Lib", roles=["librarian"])
    app = materials_app(materials_database, store, public_url=address, secret_key=SECRET)
    cookie = signed_in_as(app, registration_database, keeper, means="staff").get_cookie("academy", domain="127.0.0.1")
    assert cookie is not None
    return {"Cookie": f"academy={cookie.value}"}


def begin(address: str, path: str, *headers: str, method: str = "POST") -> socket.socket:
    """Send the head of a request and nothing of its body."""
    parts = urlsplit(address)
    assert parts.hostname
    assert parts.port
    line = socket.create_connection((parts.hostname, parts.port), timeout=10)
    line.sendall("\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", *headers, "", ""]).encode())
    return line


def first_line(line: socket.socket) -> str:
    with line.makefile("rb") as answer:
        return answer.readline().decode().strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_service_that_is_away_is_told_in_the_readers_language(lonely: Gateway, language: str) -> None:
    answer = httpx.get(f"{lonely.address}/", headers={"Accept-Language": f"xx, {language}-BE;q=0.8, en;q=0.1"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Cache-Control"] == "no-store"
    assert LANGUAGES[language] in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert '<meta http-equiv="refresh"' in answer.text


def test_the_language_that_was_chosen_goes_before_the_browsers(lonely: Gateway) -> None:
    told = {"Accept-Language": "en", "Cookie": "academy=x; lang=fr"}
    assert LANGUAGES["fr"] in httpx.get(f"{lonely.address}/", headers=told).text


def test_a_form_is_not_sent_again_by_itself(lonely: Gateway) -> None:
    answer = httpx.post(f"{lonely.address}/sign-in", data={"email": "a@example.org"})
    assert answer.status_code == 503
    assert "refresh" not in answer.text
    assert "Go back one page" in answer.text


def test_a_program_is_told_by_a_problem_document(lonely: Gateway) -> None:
    answer = httpx.get(f"{lonely.address}/api/registration/v1/editions")
    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    found = json.loads(answer.text)
    assert (found["status"], found["request_id"]) == (503, answer.headers["X-Request-ID"])


def test_too_large_a_form_is_refused_before_it_is_sent_and_the_limit_is_named(lonely: Gateway) -> None:
    with begin(lonely.address, "/sign-in", "Content-Length: 3000000", "Accept-Language: fr") as line:
        answer = b""
        while b"</html>" not in answer:
            piece = line.recv(65536)
            assert piece
            answer += piece
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert "131\xa0ko" in answer.decode() or "131 ko" in answer.decode().replace("\u202f", " ")


def test_an_address_that_is_too_long_is_told_in_our_words(lonely: Gateway) -> None:
    """A page of Arabic pasted into a search: six characters of an address for each letter, read before any header."""
    answer = httpx.get(f"{lonely.address}/materials/search", params={"q": "ا" * 1500})
    assert answer.status_code == 414
    assert "This address is too long" in answer.text


def test_a_service_reads_every_address_that_the_gateway_lets_through(address: str) -> None:
    answer = httpx.get(f"{address}/materials/search", params={"q": "ا" * 1200})
    assert answer.status_code == 200


def test_a_visitor_s_upload_is_refused_before_a_byte_of_it_is_taken(address: str) -> None:
    with begin(address, UPLOAD, "Content-Length: 100000000", "Content-Type: multipart/form-data; boundary=x") as line:
        assert first_line(line).split()[1] == "303"
    with begin(address, "/api/materials/v1/works", "Transfer-Encoding: chunked") as line:
        assert first_line(line).split()[1] in {"401", "404"}


def test_a_librarian_s_upload_is_taken_and_one_above_the_limit_is_not_even_begun(
    address: str, librarian: dict[str, str]
) -> None:
    limit = MaterialsSettings.model_fields["upload_limit"].default
    cookie = f"Cookie: {librarian['Cookie']}"
    with begin(address, UPLOAD, f"Content-Length: {limit + 1_000_000}", cookie) as line:
        assert first_line(line).split()[1] == "413"
    with begin(address, UPLOAD, "Content-Length: 2000000", "Expect: 100-continue", cookie) as line:
        assert first_line(line).split()[1] == "100"


def test_a_page_of_the_library_costs_no_question_more(address: str, run: Path) -> None:
    before = (run / "processes.log").read_text("utf-8").count("_may_send")
    assert httpx.get(f"{address}/desk/materials").status_code == 303
    assert (run / "processes.log").read_text("utf-8").count("_may_send") == before


def test_a_request_that_only_reads_is_asked_again_when_its_server_dies(tmp_path: Path) -> None:
    """The first connection is cut without an answer, as by a killed worker; the next one is answered."""
    asked: list[str] = []

    def serve(server: socket.socket) -> None:
        while True:
            try:
                connection, _peer = server.accept()
            except OSError:
                return
            with connection:
                asked.append(connection.recv(4096).decode().split(" ", 1)[0])
                if len(asked) % 2 == 0:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        port = server.getsockname()[1]
        with gateway_before(tmp_path, registration=port) as gateway:
            assert httpx.get(f"{gateway.address}/").text == "ok"
            assert asked == ["GET", "GET"]
            assert httpx.post(f"{gateway.address}/e/x/apply", data={"name": "Ada"}).status_code == 503
            assert asked == ["GET", "GET", "POST"]


def test_nobody_on_this_machine_can_pretend_to_be_somebody_else(tmp_path: Path) -> None:
    """Without a trusted proxy no address may say who the client is, 127.0.0.2 neither."""
    told: list[str] = []

    def serve(server: socket.socket) -> None:
        connection, _peer = server.accept()
        with connection:
            told.append(connection.recv(4096).decode())
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        with gateway_before(tmp_path, registration=server.getsockname()[1]) as gateway:
            where = ("127.0.0.1", gateway.port)
            with socket.create_connection(where, timeout=5, source_address=("127.0.0.2", 0)) as line:
                line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n")
                first_line(line)
    assert "X-Forwarded-For: 127.0.0.2\r\n" in told[0]


def test_the_gateway_asks_for_itself_alone(lonely: Gateway) -> None:
    """The question whether a body may be sent cannot be asked from outside."""
    assert httpx.get(f"{lonely.address}/_may_send/materials").status_code == 404
    assert httpx.get(f"{lonely.address}/_problems/en/503.html").status_code == 404
