"""What this service is told from outside."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from shared.settings import Settings, smtp_address

_RETURN: Final = re.compile(r"[a-z0-9._-]{1,22}@(?:[a-z0-9-]{1,63}\.){0,8}[a-z0-9-]{1,63}")


def _return_mailbox(value: str) -> str:
    """Accept an address whose local part leaves room for a token (RFC 5321, 4.5.3.1.1)."""
    if not _RETURN.fullmatch(value):
        raise ValueError("is not an address such as returns@mail.example.org, at most 22 characters before the @")
    return value


def _listening_place(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "lmtp"} or not parts.hostname or not _port(value):
        raise ValueError("is not a place to listen such as lmtp://127.0.0.1:2424")
    return value


def _mailbox_url(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in {"imap", "imaps", "imap+starttls"} or not parts.hostname or not parts.username:
        raise ValueError("is not an address such as imaps://user:password@mail.example.org/INBOX")
    _port(value.get_secret_value())
    return value


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError as error:
        raise ValueError("names a port that is none") from error


def _domain(value: str) -> str:
    name = value.strip().lower()
    if name != "*" and ("." not in name or "@" in name or not name.isascii()):
        raise ValueError("is not a domain such as example.org, in ASCII, or *")
    return name


Domain = Annotated[str, AfterValidator(_domain)]
Rate = Annotated[float, Field(gt=0, le=10_000)]


def _pairs(value: object) -> object:
    """Accept a mapping, and keep it so that settings stay hashable."""
    return tuple(value.items()) if isinstance(value, Mapping) else value


def _network(value: str) -> str:
    return str(ip_network(value))


ONLY: Final = "main"
"""What the relay of ``SMTP_URL`` is called where it is the only one."""


class RelayPlan(BaseModel):
    """One mail server. Those of the lowest ``priority`` are asked first, those of the same share the mail."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    url: Annotated[str, AfterValidator(smtp_address)] = Field(repr=False)
    priority: int = Field(default=1, ge=1, le=9)
    per_second: float | None = Field(default=None, gt=0, le=10_000)
    """What its owner allows. Without it the pace is learned where it complains."""
    warm_up: tuple[Annotated[int, Field(ge=1)], ...] = ()
    """How many mails it carries at most on its first day, its second, and so on; afterwards as many as come."""
    warm_up_from: date | None = None
    """Its first day, in UTC."""

    @model_validator(mode="after")
    def _warm_up_begins(self) -> Self:
        if bool(self.warm_up) != (self.warm_up_from is not None):
            raise ValueError("warm_up and warm_up_from need each other")
        return self


class NotificationsSettings(Settings):
    """Settings of notifications."""

    approval_above: int = Field(default=500, ge=0)
    """A campaign to more people than this needs a second person."""
    campaign_senders: int = Field(default=2, ge=1, le=64)
    """How many connections carry campaign mail at once; notices have others of their own."""
    mail_batch: int = Field(default=200, ge=1, le=1000)
    """How many mails are claimed at once at most; fewer where the relay is slow."""
    mail_per_second: float | None = Field(default=None, gt=0, le=10_000)
    """What the relay's owner allows. Without it the pace is learned where the relay complains."""
    mail_relays: tuple[RelayPlan, ...] = ()
    """Several mail servers, in place of ``smtp_url``: ``[{"name": "ours", "url": "smtp://…", "priority": 1}, …]``."""
    mail_domains: Annotated[tuple[tuple[Domain, Rate], ...], BeforeValidator(_pairs)] = ()
    """How many mails a second go to the addresses of a domain at most, ``{"gmail.com": 20, "*": 5}``; ``*`` means each
    of the others."""
    mail_notes_path: Path = Path(tempfile.gettempdir()) / "academy-mail-notes"
    """Where senders note which mail is on the wire. It need not outlive the machine, and no other machine reads it."""
    mail_return: Annotated[str, AfterValidator(_return_mailbox)] | None = None
    """Where mail comes back to, ``returns@mail.example.org``: each mail has its own address in it, behind a ``+``.
    Without it reports go to the mailbox of ``mail_from``, and nothing can be made of them."""
    mail_dkim_keys: Path | None = None
    """A folder of private keys, ``<selector>.pem`` each, with which every mail is signed for the sender's domain."""
    mail_listen: Annotated[str, AfterValidator(_listening_place)] | None = None
    """Where the postmen take what comes back, ``lmtp://127.0.0.1:2424`` or ``smtp://0.0.0.0:2525``."""
    mail_box: Annotated[SecretStr, AfterValidator(_mailbox_url)] | None = None
    """A mailbox that is looked into for what comes back, ``imaps://user:password@host[:port][/folder]``."""
    mail_box_seconds: float = Field(default=60, gt=0)
    """How often."""

    notices_per_day: int = Field(default=2000, ge=0)
    """So many notices may be sent by API for one edition in 24 hours."""
    webhook_networks: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    """Networks of our own that webhooks may lead to in spite, ``["10.20.0.0/16"]``; else only the public Internet."""

    @property
    def webhook_key(self) -> bytes:
        """What the secrets of webhooks are made from."""
        return self.secret_key.get_secret_value().encode()

    @property
    def relays(self) -> tuple[RelayPlan, ...]:
        """The mail servers to carry to, at least one."""
        only = RelayPlan.model_construct(name=ONLY, url=self.smtp_url, priority=1, per_second=self.mail_per_second)
        return self.mail_relays or (only,)

    @property
    def takes_in(self) -> bool:
        """Whether anything of what comes back is brought to us or fetched."""
        return bool(self.mail_listen or self.mail_box)
