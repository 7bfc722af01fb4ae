"""The pages of the demo's mailbox: a list, one mail in four views, and the same as JSON for the walk-through."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from stack.mailbox.caught import CaughtMail, Summary, body

TEMPLATES = Path(__file__).parent / "templates"
PER_PAGE = 50
LISTED = 200
"""Messages in a JSON answer unless ?limit= says otherwise."""
VIEWS = ("html", "text", "headers", "source")
FRAME = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
PAGE = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Answer:
    """What goes back to the browser."""

    text: str
    kind: str = "text/html"
    status: str = "200 OK"
    policy: str = PAGE
    more: dict[str, str] = field(default_factory=dict)


NOT_THERE = Answer("There is no such mail.\n", kind="text/plain", status="404 Not Found")


class MailboxPages:
    """A WSGI application under /mailbox."""

    def __init__(self, caught: CaughtMail) -> None:
        self._caught = caught
        loader = FileSystemLoader(TEMPLATES)
        self._templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; only GET and HEAD mean anything here."""
        query = {name: values[-1] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        steps = [step for step in str(environ.get("PATH_INFO", "")).split("/") if step]
        answer = self._answer(steps, query) if environ["REQUEST_METHOD"] in {"GET", "HEAD"} else NOT_THERE
        payload = answer.text.encode("utf-8", "replace")
        headers = {
            "Content-Type": f"{answer.kind}; charset=utf-8",
            "Content-Length": str(len(payload)),
            "Content-Security-Policy": answer.policy,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        } | answer.more
        start_response(answer.status, list(headers.items()))
        return [payload] if environ["REQUEST_METHOD"] == "GET" else [b""]

    def _answer(self, steps: list[str], query: dict[str, str]) -> Answer:
        answer = NOT_THERE
        match steps:
            case ["mailbox"]:
                answer = self._list(query)
            case ["mailbox", "style.css"]:
                answer = Answer((TEMPLATES / "mailbox.css").read_text("utf-8"), kind="text/css")
            case ["mailbox", "api", "messages"]:
                limit = int(query["limit"]) if query.get("limit", "").isdigit() else LISTED
                found = self._caught.newest(words=query.get("q", ""))[:limit]
                answer = _json({"messages": [_line(one) for one in found]})
            case ["mailbox", "api", "messages", name]:
                answer = self._as_json(name)
            case ["mailbox", name]:
                answer = self._mail(name, query.get("view", ""))
            case ["mailbox", name, "frame"]:
                answer = self._frame(name)
        return answer

    def _list(self, query: dict[str, str]) -> Answer:
        words = query.get("q", "")
        found = self._caught.newest(words=words)
        page = max(1, int(query["page"])) if query.get("page", "").isdigit() else 1
        shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
        more = len(found) > page * PER_PAGE
        return self._render("mailbox.html", mails=shown, words=words, page=page, more=more, total=len(found))

    def _mail(self, name: str, view: str) -> Answer:
        mail = self._caught.mail(name)
        if mail is None:
            return NOT_THERE
        has_html = body(mail, "html") is not None
        view = view if view in VIEWS else ("html" if has_html else "text")
        texts: dict[str, Callable[[], str]] = {
            "html": lambda: "",
            "text": lambda: body(mail, "plain") or "This mail has no text part.",
            "headers": lambda: "\n".join(f"{key}: {value}" for key, value in mail.items()),
            "source": lambda: (self._caught.source(name) or b"").decode("utf-8", "replace"),
        }
        views = [one for one in VIEWS if one != "html" or has_html]
        return self._render("mail.html", name=name, mail=mail, view=view, views=views, text=texts[view]())

    def _frame(self, name: str) -> Answer:
        mail = self._caught.mail(name)
        html = body(mail, "html") if mail is not None else None
        if html is None:
            return NOT_THERE
        return Answer(html.replace("<head>", '<head><base target="_blank">', 1), policy=FRAME)

    def _as_json(self, name: str) -> Answer:
        mail = self._caught.mail(name)
        if mail is None:
            return NOT_THERE
        headers: dict[str, list[str]] = {}
        for key, value in mail.items():
            headers.setdefault(key, []).append(str(value))
        return _json({"id": name, "headers": headers, "text": body(mail, "plain"), "html": body(mail, "html")})

    def _render(self, template: str, **values: Any) -> Answer:
        return Answer(self._templates.get_template(template).render(**values))


def _json(content: Any) -> Answer:
    return Answer(json.dumps(content, ensure_ascii=False), kind="application/json")


def _line(summary: Summary) -> dict[str, Any]:
    return {
        "id": summary.name,
        "from": summary.sender,
        "to": list(summary.recipients),
        "subject": summary.subject,
        "received_at": summary.received_at.isoformat(),
    }
