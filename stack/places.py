"""Where the stack keeps what it makes: one state directory, ``.academy`` in the checkout."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Places:
    """The state directory of one stack. Two stacks with different directories do not know each other."""

    state: Path

    @property
    def run(self) -> Path:
        """Generated configuration, start scripts and process ids of the running parts."""
        return self.state / "run"

    @property
    def passing(self) -> Path:
        """What the parts write for a moment, each in a folder of its own that it finds empty; gone after the stop."""
        return self.run / "passing"

    @property
    def figures(self) -> Path:
        """What the services count, in memory and not on a disk that may be full; gone after the stop.

        The counters are mapped files: a page of one for which the disk has no room ends the process that writes it.
        """
        return Path("/dev/shm") / f"academy-{sha256(str(self.state).encode()).hexdigest()[:16]}"  # noqa: S108

    @property
    def logs(self) -> Path:
        """One log for each part, rotated."""
        return self.state / "logs"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data directory."""
        return self.state / "postgres"

    @property
    def valkey(self) -> Path:
        """Valkey's append-only file."""
        return self.state / "valkey"

    @property
    def mail(self) -> Path:
        """The Maildir of the mail catcher."""
        return self.state / "mail"

    @property
    def store(self) -> Path:
        """The embedded file store."""
        return self.state / "store"

    @property
    def lock(self) -> Path:
        """Held by the one launcher that runs this stack."""
        return self.state / "running.lock"

    def prepare(self) -> None:
        """Make every directory. Others may pass through to the Python environment, and see nothing else."""
        self.state.mkdir(mode=0o711, parents=True, exist_ok=True)
        for place in (self.run, self.logs, self.valkey, self.mail, self.store):
            place.mkdir(mode=0o700, exist_ok=True)
            if place.stat().st_mode & 0o077:
                place.chmod(0o700)

    def start_over(self) -> None:
        """Forget everything but the Python environment."""
        for place in (self.run, self.logs, self.postgres, self.valkey, self.mail, self.store):
            shutil.rmtree(place, ignore_errors=True)
        for name in ("keys.json", "ports.json", "progress.json", "demo-accounts.json"):
            (self.state / name).unlink(missing_ok=True)


def places_of_checkout() -> Places:
    """Return the stack of this checkout, or of the directory that ACADEMY_STATE names."""
    return Places(Path(os.environ.get("ACADEMY_STATE") or CHECKOUT / ".academy").resolve())
