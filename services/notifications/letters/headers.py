"""Header fields and addresses as the wire wants them (RFC 5322, RFC 2047), whatever a person typed as a name."""

from __future__ import annotations

import base64
import re
from email.utils import parseaddr
from typing import Final, NamedTuple

import idna

from services.notifications.rules.placeholders import one_line
from shared.errors import Invalid
from shared.words.sentences import _l

LINE: Final = 76
"""RFC 2047, 2: a line with an encoded word is at most 76 characters long."""
_WORD_OVERHEAD: Final = len("=?utf-8?b??=")
_LONGEST_ATOM: Final = 66
_PLAIN: Final = re.compile(r"[\x20-\x7e]*")
_QUOTE_FREE: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN: Final = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)


class Unmailable(Invalid):
    """No mail can be addressed like this."""

    title = _l("This is not an address that mail can reach")


def encode_text(name: str, value: str) -> bytes:
    """Return the field ``name: value`` with its line end, encoded and folded as RFC 2047 and RFC 5322 say."""
    clean = one_line(value)
    plain = _PLAIN.fullmatch(clean) and "=?" not in clean
    if plain and len(name) + 2 + len(clean) <= LINE:
        return f"{name}: {clean}\r\n".encode("ascii")
    if plain and all(len(word) <= _LONGEST_ATOM for word in clean.split(" ")):
        return _fold(f"{name}:", clean).encode("ascii")
    return f"{name}: {encoded_words(clean, taken=len(name) + 2)}\r\n".encode("ascii")


def _fold(start: str, text: str) -> str:
    lines = [start]
    for word in text.split():
        if len(lines[-1]) + 1 + len(word) > LINE:
            lines.append("")
        lines[-1] += " " + word
    return "\r\n".join(lines) + "\r\n"


def encoded_words(text: str, *, taken: int) -> str:
    """Return ``text`` as RFC 2047 words, one per line; ``taken`` columns of the first line are used already.

    No character is split between two words.
    """
    words: list[str] = []
    chunk = b""
    room = _bytes_in(LINE - taken)
    for char in text:
        encoded = char.encode("utf-8")
        if chunk and len(chunk) + len(encoded) > room:
            words.append(_word(chunk))
            chunk, room = b"", _bytes_in(LINE - 1)
        chunk += encoded
    if chunk:
        words.append(_word(chunk))
    return "\r\n ".join(words)


def _bytes_in(columns: int) -> int:
    return max((min(columns, LINE - 1) - _WORD_OVERHEAD) // 4 * 3, 4)


def _word(chunk: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(chunk).decode('ascii')}?="


def encode_mailbox(name: str, display: str, address: str) -> bytes:
    """Return the field ``name: display <address>`` with its line end; ``address`` went through :func:`wire_address`."""
    clean = one_line(display)
    if not clean:
        return f"{name}: <{address}>\r\n".encode("ascii")
    if _PLAIN.fullmatch(clean) and "=?" not in clean and len(clean) < LINE - len(name) - 4:
        escaped = clean.replace("\\", "\\\\").replace('"', '\\"')
        phrase = clean if _QUOTE_FREE.fullmatch(clean) else f'"{escaped}"'
    else:
        phrase = encoded_words(clean, taken=len(name) + 2)
    last = phrase.rsplit("\r\n", 1)[-1]
    gap = " " if len(last) + len(address) + 12 <= LINE else "\r\n "
    return f"{name}: {phrase}{gap}<{address}>\r\n".encode("ascii")


def wire_address(address: str) -> str:
    """Return ``address`` as SMTP carries it: ASCII, the domain as IDNA A-labels (RFC 5891).

    A local part beyond ASCII is refused, as the relay would have to speak SMTPUTF8 all the way (RFC 6531).
    """
    local, at, domain = address.strip().rpartition("@")
    if not at or len(local) > 64 or not _LOCAL_PART.fullmatch(local):  # noqa: PLR2004 - RFC 5321, 4.5.3.1.1
        raise Unmailable
    try:
        # IDNA 2008 as browsers and mail programs do it (UTS 46, nontransitional): ß is not ss, and another domain
        plain = domain.isascii()
        ascii_domain = domain.lower() if plain else idna.encode(domain, uts46=True).decode("ascii").lower()
    except UnicodeError as error:
        raise Unmailable from error
    if not _DOMAIN.fullmatch(ascii_domain):
        raise Unmailable
    return f"{local}@{ascii_domain}"


class Composed(NamedTuple):
    """A mail with the addresses on its envelope: where it goes, and where it goes back to if it cannot."""

    recipient: str
    message: bytes
    sender: str


class Mailbox(NamedTuple):
    """A name as it is shown and the address on the wire, as in From, Reply-To and List-Id (RFC 5322, 3.4)."""

    display: str
    address: str


def split_mailbox(mailbox: str) -> Mailbox:
    """Return display name and wire address of a setting such as ``Academy <academy@example.org>``."""
    display, address = parseaddr(mailbox)
    return Mailbox(display, wire_address(address))
