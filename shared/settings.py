"""What every process is told from outside: frozen, read once from the environment at start.

Each value is read here as far as those who use it will read it, so that a wrong one stops the start, of every process
and with one sentence, and not a worker an hour later.
"""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import HeaderRegistry
from typing import Annotated, Any, Final, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.clamav import clamav_address

_SAID: Final = {
    "missing": "is not set",
    "string_too_short": "is too short: at least {min_length} characters are needed",
    "string_pattern_mismatch": "is not of the form it must have ({pattern})",
    "literal_error": "must be one of {expected}",
    "int_parsing": "must be a whole number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "too_short": "is too short: at least {min_length} characters are needed",
}
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX: Final = re.compile(r"(?:/[A-Za-z0-9_.-]+)*/?")
_REGISTRY: Final = HeaderRegistry()


class UnusableSettings(SystemExit):
    """The process cannot work with what it was told, and ends with one sentence that says which setting and why."""


def _one_mailbox(value: str) -> str:
    """Accept ``Name <local@domain>`` or ``local@domain``: exactly one, as a From line may hold it (RFC 5322, 3.4)."""
    try:
        header: Any = _REGISTRY("From", value)
    except (MessageError, ValueError, IndexError) as error:
        raise ValueError("is not a mailbox such as Academy <academy@example.org>") from error
    found = header.addresses
    if header.defects or len(found) != 1 or not found[0].username or not found[0].domain:
        raise ValueError(
            "is not one mailbox such as Academy <academy@example.org>; a name with a comma or the like stands in quotes"
        )
    return value


def _domain(value: str) -> str:
    try:
        encoded = value.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError("is not a domain such as example.org") from error
    if not encoded or not all(label.replace("-", "").isalnum() for label in encoded.split(".")):
        raise ValueError("is not a domain such as example.org")
    return value


def _address(value: str, *schemes: str, example: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"is not an address such as {example}") from error
    if parts.scheme not in schemes:
        raise ValueError(f"is not an address such as {example}")
    return parts


def smtp_address(value: str) -> str:
    """Accept the address of a mail server; else raise ValueError with a sentence."""
    example = "smtp+starttls://user:password@mail.example.org:587"
    parts = _address(value, "smtp", "smtp+starttls", "smtps", example=example)
    if not parts.hostname or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError(f"is not an address such as {example}; /, ? and # in a password are written %2F, %3F and %23")
    return value


def _redis_url(value: str) -> str:
    _address(value, "redis", "rediss", "unix", example="redis://:password@127.0.0.1:6379/0")
    return value


def _store_url(value: str) -> str:
    example = "file:///var/lib/academy/store or s3://bucket/prefix"
    parts = _address(value, "file", "s3", example=example)
    if parts.scheme == "s3":
        if not _BUCKET.fullmatch(parts.netloc) or not _PREFIX.fullmatch(parts.path):
            raise ValueError(f"is not an address such as {example}; the keys stand in AWS_ACCESS_KEY_ID and the like")
    elif parts.netloc or not parts.path.startswith("/"):
        raise ValueError(f"is not an address such as {example}")
    return value


def _database_url(value: SecretStr) -> SecretStr:
    schemes = ("postgresql", "postgresql+psycopg", "postgres")
    _address(value.get_secret_value(), *schemes, example="postgresql://user:password@127.0.0.1:5432/academy")
    return value


Mailbox = Annotated[str, AfterValidator(_one_mailbox)]


class Settings(BaseSettings):
    """Settings shared by the three services and the worker. Names are the environment's, in upper case."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    def __init__(self, **values: Any) -> None:
        """Read the environment, with ``values`` in its place where given. Raises :class:`UnusableSettings`."""
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise UnusableSettings(sentence_about(error)) from None

    environment: Literal["production", "demo", "test"] = "production"
    secret_key: SecretStr = Field(min_length=32)
    """Signs cookies and links. All services share it."""
    public_url: str = Field(pattern=r"^https?://[^/]+$")
    """The address people use, without a trailing slash. Every link is built from it, never from a Host header."""
    database_url: Annotated[SecretStr, AfterValidator(_database_url)]
    """Logs in as this service's own role."""
    redis_url: Annotated[str, AfterValidator(_redis_url)]
    smtp_url: Annotated[str, AfterValidator(smtp_address)] = "smtp://127.0.0.1:25"
    """``smtp://[user:password@]host[:port]``; ``smtp+starttls://`` and ``smtps://`` verify the certificate."""
    store_url: Annotated[str, AfterValidator(_store_url)]
    """Where files live, ``file:///…``."""
    mail_from: Mailbox = "Academy <academy@localhost>"
    mail_reply_to: Mailbox | None = None
    """Where a person's reply goes: to a human. Without it replies go to ``mail_from``."""
    mail_domain: Annotated[str, AfterValidator(_domain)] = "localhost"
    """Right-hand side of Message-ID and List-Id."""
    api_calls_per_minute: int = Field(default=600, ge=1)
    """How many calls a token may make; an address may make five times as many, whatever tokens it bears."""
    clamav_url: Annotated[str, AfterValidator(clamav_address)] = ""
    """``tcp://host:3310`` or ``unix:///run/clamav/clamd.ctl``: a clamd that looks at what applicants upload."""
    trusted_proxies: int = Field(default=1, ge=0, le=3)
    """How many proxies in front set X-Forwarded-*; 0 ignores those headers."""
    recall_seconds: int = Field(default=60, ge=0, le=3600)
    """How long a release of decisions and a launch of a campaign can be taken back before the first mail leaves."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"


def sentence_about(error: ValidationError) -> str:
    """Return one sentence that names each setting that cannot be used, and never shows what it holds."""
    return "The settings cannot be used: " + "; ".join(_clause(dict(one)) for one in error.errors()) + "."


def _clause(found: dict[str, Any]) -> str:
    name = "_".join(str(part) for part in found["loc"]).upper()
    if found["type"] == "value_error":
        return f"{name} {found['ctx']['error']}"
    said = _SAID.get(found["type"])
    return f"{name} {said.format(**found.get('ctx', {}))}" if said else f"{name}: {found['msg']}"
