"""Signs mails so that their domain answers for them (DKIM: RFC 6376; Ed25519 beside RSA: RFC 8463).

Our own hundred lines because each mail of a campaign is signed: OpenSSL signs two thousand a second where pure Python
signs sixty. dkimpy judges them in the tests. Header fields are signed relaxed, bodies as they are: they are
encoded, so that no relay has a reason to change them.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

SIGNED: Final = (
    "from", "to", "reply-to", "subject", "date", "message-id", "list-id", "list-unsubscribe", "list-unsubscribe-post",
    "auto-submitted", "content-language", "mime-version", "content-type",
)  # fmt: skip
"""What a signature covers where it is there (RFC 8058, 4 asks for both fields of unsubscribing)."""
ONCE: Final = frozenset({"from", "to", "reply-to", "subject", "date", "list-unsubscribe", "list-unsubscribe-post"})
"""Named once more than they are there: whoever adds another breaks the signature (RFC 6376, 8.15)."""
LEAST_BITS: Final = 2048
_FOLD: Final = re.compile(rb"\r\n(?=[ \t])")
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class KeysUnusable(Exception):  # noqa: N818 - a state of the world, said as one
    """A key cannot be read, or is too weak to be believed."""


@dataclass(frozen=True)
class DomainKey:
    """A private key and the selector under which its public half is published."""

    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        """The word for it in a signature."""
        return "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"

    @property
    def record(self) -> str:
        """What belongs into the TXT record at ``<selector>._domainkey.<domain>`` (RFC 6376, 3.6.1)."""
        public = self.key.public_key()
        if isinstance(self.key, RSAPrivateKey):
            found = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            return f"v=DKIM1; k=rsa; p={base64.b64encode(found).decode('ascii')}"
        found = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k=ed25519; p={base64.b64encode(found).decode('ascii')}"

    @property
    def pem(self) -> bytes:
        """The private key as it is kept."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def sign(self, text: bytes) -> bytes:
        """Return the signature of ``text``."""
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(text, PKCS1v15(), SHA256())
        return self.key.sign(hashlib.sha256(text).digest())


def read_keys(folder: Path) -> tuple[DomainKey, ...]:
    """Return the keys of a folder: ``<selector>.pem`` each, RSA before Ed25519. Raises :class:`KeysUnusable`."""
    try:
        found = [_read(path) for path in sorted(folder.glob("*.pem"))]
    except OSError as error:
        raise KeysUnusable(f"{folder}: {error.strerror}") from error
    return tuple(sorted(found, key=lambda one: one.algorithm, reverse=True))


def _read(path: Path) -> DomainKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise KeysUnusable(f"{path} holds no private key") from error
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey) or not _NAME.fullmatch(path.stem):
        raise KeysUnusable(f"{path} is neither RSA nor Ed25519, or its name is no selector")
    if isinstance(key, RSAPrivateKey) and key.key_size < LEAST_BITS:
        raise KeysUnusable(f"{path} has {key.key_size} bits; {LEAST_BITS} are the least (RFC 8301)")
    return DomainKey(path.stem, key)


class Signatures:
    """Signs for one domain with every key it has; without any, messages are left as they are."""

    def __init__(self, domain: str, keys: Sequence[DomainKey]) -> None:
        self._domain = domain
        self._keys = keys

    def on(self, message: bytes, now: datetime) -> bytes:
        """Return ``message``, whole and with CRLF, with its signatures on top."""
        if not self._keys:
            return message
        head, _, body = message.partition(b"\r\n\r\n")
        fields: dict[str, bytes] = {}
        for line in _FOLD.sub(b"", head).split(b"\r\n"):
            name, _, value = line.partition(b":")
            fields[name.decode("ascii").lower()] = b" ".join(value.split())
        named = [name for name in SIGNED if name in fields]
        text = b"".join(f"{name}:".encode("ascii") + fields[name] + b"\r\n" for name in named)
        listed = ":".join([*named, *(name for name in SIGNED if name in ONCE)])
        hashed = base64.b64encode(hashlib.sha256(body.rstrip(b"\r\n") + b"\r\n").digest()).decode("ascii")
        return b"".join([*(self._signed(key, text, listed, hashed, now) for key in self._keys), message])

    def _signed(self, key: DomainKey, text: bytes, listed: str, hashed: str, now: datetime) -> bytes:
        lines = [
            f"v=1; a={key.algorithm}; c=relaxed/simple; d={self._domain}; s={key.selector};",
            f"t={int(now.timestamp())}; h={_folded(listed)};",
            f"bh={hashed};",
            "b=",
        ]
        unsigned = "\r\n ".join(lines)
        relaxed = " ".join(unsigned.split()).encode("ascii")
        signature = base64.b64encode(key.sign(text + b"dkim-signature:" + relaxed)).decode("ascii")
        pieces = "\r\n ".join(signature[start : start + 72] for start in range(0, len(signature), 72))
        return f"DKIM-Signature: {unsigned}{pieces}\r\n".encode("ascii")


def _folded(names: str) -> str:
    """Return a list of names broken after colons, each line short enough."""
    lines, line = [], ""
    for name in names.split(":"):
        piece = f"{name}:"
        if len(line) + len(piece) > 60:  # noqa: PLR2004 - well below 78 characters a line (RFC 5322, 2.1.1)
            lines.append(line)
            line = ""
        line += piece
    return "\r\n ".join([*lines, line]).removesuffix(":")
