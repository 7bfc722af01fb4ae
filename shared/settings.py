"""What every process is told from outside: frozen, read once from the environment at start."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings shared by the three services and the worker. Names are the environment's, in upper case."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    environment: Literal["production", "demo", "test"] = "production"
    secret_key: SecretStr = Field(min_length=32)
    """Signs cookies and links. All services share it."""
    public_url: str = Field(pattern=r"^https?://[^/]+$")
    """The address people use, without a trailing slash. Every link is built from it, never from a Host header."""
    database_url: SecretStr
    """Logs in as this service's own role."""
    redis_url: str
    smtp_url: str = "smtp://127.0.0.1:25"
    """``smtp://[user:password@]host[:port]``; ``smtp+starttls://`` and ``smtps://`` verify the certificate."""
    store_url: str
    """Where files live, ``file:///…``."""
    mail_from: str = "Academy <academy@localhost>"
    mail_reply_to: str | None = None
    """Where a person's reply goes: to a human. Without it replies go to ``mail_from``."""
    mail_domain: str = "localhost"
    """Right-hand side of Message-ID and List-Id."""
    trusted_proxies: int = Field(default=1, ge=0, le=3)
    """How many proxies in front set X-Forwarded-*; 0 ignores those headers."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
