"""A mail compiled once per letter and language; per person only values are filled in.

Building each mail with :mod:`email` costs ten times as much as sending it. Here every literal piece is encoded at
compile time; a person's copy is these pieces joined with her encoded values. Between a piece and a value stands a soft
line break of quoted-printable (RFC 2045, 6.7), so no value can make a line too long. Where most letters are beyond
ASCII (Arabic), base64 is shorter, and the part is encoded whole.
"""

from __future__ import annotations

import base64
import binascii
import html
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from services.notifications.letters.headers import Mailbox, Unmailable, encode_mailbox, encode_text, wire_address
from services.notifications.rules.placeholders import Slots, filled
from shared.words.languages import text_direction

_MOSTLY: Final = 3
"""A part with more than one character in three beyond ASCII goes as base64."""
_QP_LINE: Final = 76
_ESCAPE: Final = 3

Fill = Callable[[Mapping[str, str]], bytes]


@dataclass(frozen=True)
class Letter:
    """A text in one language, with tokens of ``slots`` where values go."""

    locale: str
    subject: str
    text: str
    html: str
    slots: Slots


@dataclass(frozen=True)
class Head:
    """What the header of one copy needs beside its values. Campaigns alone have ways to unsubscribe.

    ``reply_to`` is a human's address, before that of the settings; one that no mail can reach is left out.
    """

    to_name: str
    to_address: str
    message_id: str
    reply_to: str = ""
    unsubscribe_url: str | None = None
    unsubscribe_address: str = ""

    @property
    def ways_out(self) -> bytes:
        """The fields of RFC 2369 and RFC 8058, 3.1: one HTTPS address, and beside it one that is mailed to."""
        if not self.unsubscribe_url:
            return b""
        ways = f"<{self.unsubscribe_url}>"
        if self.unsubscribe_address:
            ways += f",\r\n <mailto:{self.unsubscribe_address}?subject=unsubscribe>"
        post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        return f"List-Unsubscribe: {ways}\r\n{post}".encode("ascii")


class Skeleton:
    """The compiled form of one letter: :meth:`fill` returns the bytes SMTP carries."""

    def __init__(
        self,
        letter: Letter,
        *,
        sender: Mailbox,
        reply_to: Mailbox | None,
        list_id: Mailbox | None = None,
        automatic: bool = False,
    ) -> None:
        self._rtl = text_direction(letter.locale) == "rtl"
        self._subject = letter.slots.cut(letter.subject)
        plain_subject = len(self._subject) == 1
        self._static_subject = encode_text("Subject", letter.subject) if plain_subject else None
        boundary = f"=_{secrets.token_hex(12)}"
        first = encode_mailbox("From", *sender)
        if list_id:
            first += encode_mailbox("List-Id", *list_id)
        if automatic:
            first += b"Auto-Submitted: auto-generated\r\n"
        self._reply_to = encode_mailbox("Reply-To", *reply_to) if reply_to else b""
        self._head = first + f"Content-Language: {letter.locale}\r\nMIME-Version: 1.0\r\n".encode("ascii")
        self._before_text, self._fill_text = _part(letter.text, "plain", letter.slots, str, rtl=self._rtl)
        self._before_html, self._fill_html = _part(letter.html, "html", letter.slots, _html_value, rtl=self._rtl)
        self._head += f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode("ascii")
        self._between = f"\r\n--{boundary}\r\n".encode("ascii")
        self._end = f"\r\n--{boundary}--\r\n".encode("ascii")

    def fill(self, values: Mapping[str, str], head: Head, *, now: datetime) -> bytes:
        """Return one person's copy, CRLF throughout. A slot without a value stays empty."""
        if self._static_subject is not None:
            subject = self._static_subject
        else:
            subject = encode_text("Subject", join(self._subject, values, rtl=self._rtl))
        return b"".join(
            (
                encode_mailbox("To", head.to_name, head.to_address),
                subject,
                f"Date: {mail_date(now)}\r\nMessage-ID: {head.message_id}\r\n".encode("ascii"),
                self._answers_to(head.reply_to),
                head.ways_out,
                self._head,
                self._between[2:],
                self._before_text,
                self._fill_text(values),
                self._between,
                self._before_html,
                self._fill_html(values),
                self._end,
            )
        )

    def _answers_to(self, address: str) -> bytes:
        return _reply_field(address) or self._reply_to


@lru_cache(maxsize=256)
def _reply_field(address: str) -> bytes:
    try:
        return encode_mailbox("Reply-To", "", wire_address(address)) if address else b""
    except Unmailable:
        return b""


def mail_date(now: datetime) -> str:
    """Return ``now`` as RFC 5322, 3.3 writes it, in UTC."""
    return format_datetime(now.astimezone(UTC))


def join(pieces: Sequence[str], values: Mapping[str, str], *, rtl: bool) -> str:
    """Return the text with each slot filled."""
    return "".join(filled(piece, values, rtl=rtl) if index % 2 else piece for index, piece in enumerate(pieces))


def _html_value(value: str) -> str:
    return html.escape(value, quote=True)


def _part(template: str, subtype: str, slots: Slots, clean: Callable[[str], str], *, rtl: bool) -> tuple[bytes, Fill]:
    """Return the part's own header and the function that makes its body."""
    foreign = sum(not char.isascii() for char in template)
    whole = foreign * _MOSTLY > len(template)
    encoding = "base64" if whole else "quoted-printable"
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    pieces = slots.cut(template)
    return head.encode("ascii"), _fill_base64(pieces, clean, rtl=rtl) if whole else _fill_quoted(pieces, clean, rtl=rtl)


def _fill_base64(pieces: Sequence[str], clean: Callable[[str], str], *, rtl: bool) -> Fill:
    crlf = [piece if index % 2 else piece.replace("\n", "\r\n") for index, piece in enumerate(pieces)]

    def fill(values: Mapping[str, str]) -> bytes:
        text = "".join(
            clean(filled(piece, values, rtl=rtl)) if index % 2 else piece for index, piece in enumerate(crlf)
        )
        return base64.encodebytes(text.encode("utf-8", "replace")).replace(b"\n", b"\r\n")

    return fill


def _fill_quoted(pieces: Sequence[str], clean: Callable[[str], str], *, rtl: bool) -> Fill:
    literal = [b"" if index % 2 else quoted(piece) for index, piece in enumerate(pieces)]
    names = [piece if index % 2 else "" for index, piece in enumerate(pieces)]

    def fill(values: Mapping[str, str]) -> bytes:
        encoded: dict[str, bytes] = {}
        out: list[bytes] = []
        for piece, name in zip(literal, names, strict=True):
            if not name:
                out.append(piece)
                continue
            if name not in encoded:
                encoded[name] = b"=\r\n" + quoted(clean(filled(name, values, rtl=rtl))) + b"=\r\n"
            out.append(encoded[name])
        return b"".join(out)

    return fill


def quoted(text: str) -> bytes:
    """Return ``text`` as quoted-printable that may be followed by a soft line break; line feeds become CRLF."""
    encoded = binascii.b2a_qp(text.encode("utf-8", "replace"), istext=True)
    lines = encoded.replace(b"\r\n", b"\n").split(b"\n")
    last = lines[-1]
    if len(last) >= _QP_LINE:  # "=" of the soft break to come would be the 77th character
        cut = len(last) - _ESCAPE
        while last[cut - 2 : cut].find(b"=") >= 0:  # an escape such as =C3 stays in one piece
            cut -= 1
        lines[-1:] = [last[:cut] + b"=", last[cut:]]
    return b"\r\n".join(lines)
