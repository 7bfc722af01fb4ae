"""What came back to one of our addresses: a bounce, a delay, a complaint, an answer of a machine, or of a human.

Reports made for machines count first. What other mail servers write in prose is read by flufl.bounce, which knows their
ways; the end of an address is believed of prose only where its words leave no other meaning.
"""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from typing import Final, Literal

from flufl.bounce import all_failures

from services.notifications.rules.reports import Reported, complaint, delivery_reports, is_lasting, words

Kind = Literal["bounced", "delayed", "complained", "automatic", "reply", "receipt"]
"""Not delivered, for good; not yet; called spam; answered by a machine; by a human; delivered, as somebody reports."""

_SELDOM: Final = frozenset({"auto_reply", "auto-reply", "bulk", "junk", "list"})
_MACHINES: Final = ("X-Autoreply", "X-Autorespond", "X-AutoReply-From", "X-Mail-Autoreply", "X-Vacation")
_DAEMONS: Final = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"})
_MACHINE_SUBJECT: Final = re.compile(
    r"^\W*(?:auto(?:matic|mated)?[ -]?(?:reply|response)|out of (?:the )?office|vacation (?:reply|message)|"
    r"réponse automatique|absen[ct]e? d[ue] |respuesta automática|fuera de (?:la )?oficina|resposta automática|"
    r"ausência|automatische antwort|abwesenheit|(?:ال)?رد (?:ال)?تلقائي)",
    re.IGNORECASE,
)
_NOT_SPAM: Final = frozenset({"not-spam", "opt-out-list", "dmarc", "auth-failure"})
_LONGEST_TEXT: Final = 10_000
_PROSE: Final = 40_000
_TAGS: Final = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^<>]{0,2000}>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Returned:
    """What a message means. ``lasting``: nobody will ever read mail at the address again."""

    kind: Kind
    lasting: bool = False
    addresses: frozenset[str] = frozenset()
    status: str = ""
    said: str = ""
    """The server's words, or of a reply its subject; at most 500 characters."""
    text: str = ""
    """What a human wrote, at most 10,000 characters."""
    sender: str = ""


def read_returned(raw: bytes) -> Returned:
    """Return what ``raw``, a whole message, means. Raises what :mod:`email` raises of what is no message at all."""
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    feedback = complaint(message)
    if feedback is not None:
        kind: Kind = "automatic" if feedback in _NOT_SPAM else "complained"
        return Returned(kind, said=feedback)
    reported = list(delivery_reports(message))
    if reported:
        return _of_reports(reported)
    told = None if _MACHINE_SUBJECT.match(_subject(message)) else _of_prose(message)
    if told is not None:
        return told
    if is_automatic(message):
        return Returned("automatic", said=_subject(message), sender=_sender(message))
    return Returned("reply", said=_subject(message), text=_text(message), sender=_sender(message))


def _of_reports(reported: list[Reported]) -> Returned:
    failed = [one for one in reported if one.has_failed]
    delayed = [one for one in reported if one.action == "delayed"]
    if not failed and not delayed:
        return Returned("receipt", status=reported[0].status, said=reported[0].said)
    told = failed or delayed
    worst = next((one for one in told if one.is_lasting), told[0])
    return Returned(
        "bounced" if failed else "delayed",
        lasting=bool(failed) and all(one.is_lasting for one in failed),
        addresses=frozenset(one.address for one in told),
        status=worst.status,
        said=worst.said,
    )


def _of_prose(message: Message) -> Returned | None:
    try:
        passing, final = all_failures(message)
    except Exception:  # noqa: BLE001 - a detector that stumbles over a message knows nothing of it
        return None
    if not passing and not final:
        return None
    said = _text(message)[:_PROSE]
    addresses = frozenset(address.decode("utf-8", "replace") for address in final or passing)
    line = next((line for line in said.splitlines() if re.match(r"\W*[45]\d\d[ -]", line)), "")
    return Returned(
        "bounced" if final else "delayed",
        lasting=bool(final) and is_lasting("", said),
        addresses=addresses,
        said=words(line or said),
    )


def is_automatic(message: Message) -> bool:
    """Say whether a machine wrote ``message`` by itself (RFC 3834, 5; and what programs wrote before it)."""
    if _submitted(message) != "no" or any(message[name] is not None for name in _MACHINES):
        return True
    if str(message["Precedence"] or "").strip().lower() in _SELDOM:
        return True
    from_machine = _sender(message).partition("@")[0].lower() in _DAEMONS or str(message["Return-Path"]).strip() == "<>"
    return from_machine or bool(_MACHINE_SUBJECT.match(_subject(message)))


def _submitted(message: Message) -> str:
    return str(message["Auto-Submitted"] or "no").split(";")[0].strip().lower()


def _subject(message: Message) -> str:
    return words(_decoded(message["Subject"]))


def _sender(message: Message) -> str:
    return words(parseaddr(str(message["From"] or ""))[1])


def _decoded(value: object) -> str:
    try:
        return str(make_header(decode_header(str(value or ""))))
    except (ValueError, LookupError):
        return str(value)


def _text(message: Message) -> str:
    """Return the first text of the message as it is read; of HTML alone, without its tags."""
    html = ""
    for part in message.walk():
        if part.get_content_maintype() != "text" or part.get_filename():
            continue
        body = part.get_payload(decode=True)
        if not isinstance(body, bytes):
            continue
        try:
            text = body.decode(part.get_content_charset() or "utf-8", "replace")
        except LookupError:
            text = body.decode("utf-8", "replace")
        if part.get_content_subtype() == "plain" and text.strip():
            return _shown(text)
        html = html or text
    return _shown(_TAGS.sub(" ", html))


def _shown(text: str) -> str:
    kept = (char for char in text.replace("\r\n", "\n") if char.isprintable() or char in "\n\t")
    return "".join(kept).strip()[:_LONGEST_TEXT]
