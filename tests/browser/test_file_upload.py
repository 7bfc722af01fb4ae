"""The script that sends a file while the rest of the form is filled in: over a broken line, to its end."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest
from playwright.sync_api import FilePayload

from shared.web.pages.static_files import STATIC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><form><input name="csrf_token" value="t">
<div data-files="/forms/1/uploads" data-field="cv" data-most="5000000"
data-came="“#” has come." data-large="too large" data-broken="broken">
<input type="hidden" name="cv" data-id><input type="hidden" name="cv.name" data-name>
<input type="file" name="cv.file"><p data-said></p></div></form>"""


class Line(BaseHTTPRequestHandler):
    """Takes what comes by the words of tus; the second piece is lost with its line, once."""

    came: ClassVar[bytes] = b""
    said: ClassVar[str] = ""
    broken: ClassVar[int] = 0

    def do_GET(self) -> None:
        """Show the page."""
        self._answer(200, PAGE.encode(), **{"Content-Type": "text/html; charset=utf-8"})

    def do_POST(self) -> None:
        """Begin."""
        type(self).said = self.headers["Upload-Metadata"]
        self._answer(201, Location="/forms/1/uploads/7")

    def do_HEAD(self) -> None:
        """Say where it stands."""
        self._answer(200, **{"Upload-Offset": str(len(self.came))})

    def do_PATCH(self) -> None:
        """Take a piece."""
        piece = self.rfile.read(int(self.headers["Content-Length"]))
        if self.came and not self.broken:
            type(self).broken += 1
            self.close_connection = True
            return
        assert self.headers["Upload-Offset"] == str(len(self.came))
        type(self).came += piece
        kept = {"Academy-File": "id", "Academy-File-Name": "l%27%C3%A9t%C3%A9"}
        self._answer(204, **{"Upload-Offset": str(len(self.came)), **kept})

    def _answer(self, status: int, body: bytes = b"", /, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def listening() -> Iterator[str]:
    """Listen on a free port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Line) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def test_a_file_arrives_whole_over_a_broken_line_and_the_form_only_names_it(browser: Browser) -> None:
    content = bytes(range(256)) * 6_000
    context = browser.new_context()
    with listening() as address:
        try:
            page = context.new_page()
            page.goto(address)
            page.add_script_tag(content=(STATIC / "files.js").read_text("utf-8"), type="module")
            file = FilePayload(name="été.pdf", mimeType="application/pdf", buffer=content)
            page.set_input_files("[name='cv.file']", file)
            page.get_by_text("“l'été” has come.").wait_for()
            assert page.input_value("[name=cv]") == "id"
            assert page.input_value("[name='cv.file']") == ""
            large = FilePayload(name="large.pdf", mimeType="application/pdf", buffer=content * 4)
            page.set_input_files("[name='cv.file']", large)
            page.get_by_text("too large").wait_for()
        finally:
            context.close()
    assert (Line.came, Line.broken) == (content, 1)
    assert Line.said == "field Y3Y=,filename w6l0w6kucGRm"
