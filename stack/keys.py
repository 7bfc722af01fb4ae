"""The stack's own secrets, made once and kept with mode 0600."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from shared.keyring import new_key

ROLES = ("academy_registration", "academy_materials", "academy_notifications")
OWNER = "academy_owner"


@dataclass(frozen=True)
class Keys:
    """What only the parts of one stack may know."""

    secret_key: str
    supervisor_password: str
    role_passwords: dict[str, str]
    """Passwords of the owner and of the three services, by role."""
    special_keys: str = field(default_factory=lambda: new_key("first"))
    """Seal special answers; the newest first. One that is lost takes what it sealed with it."""
    valkey_password: str = field(default_factory=lambda: secrets.token_urlsafe(24))


def keys_of(state: Path) -> Keys:
    """Read the secrets of this stack, or make them when there are none."""
    path = state / "keys.json"
    if path.exists():
        known = json.loads(path.read_text(encoding="utf-8"))
        keys = Keys(**known)
        return keys if known.keys() == asdict(keys).keys() else _keep(keys, path)  # one of a later release is new
    keys = Keys(
        secret_key=secrets.token_urlsafe(48),
        supervisor_password=secrets.token_urlsafe(24),
        role_passwords={role: secrets.token_urlsafe(24) for role in (OWNER, *ROLES)},
    )
    return _keep(keys, path)


def _keep(keys: Keys, path: Path) -> Keys:
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(keys), file, indent=1)
    new.replace(path)
    return keys
