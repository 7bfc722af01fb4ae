"""How the mail server takes our mail: what holds a lane up, since when, when to ask again; and at what pace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notifications.rules import pace
from services.notifications.rules.troubles import Lane, Trouble, rest_after

_TRY: Final = text("""
WITH held AS (
    SELECT lane, trouble, tries, greatest(next_try_at - now(), interval '0') AS rest
    FROM notifications.relay_trouble WHERE lane = :lane AND relay = :relay FOR UPDATE
), tried AS (
    UPDATE notifications.relay_trouble t SET next_try_at = now() + interval '30 s'
    FROM held WHERE t.lane = held.lane AND t.relay = :relay AND held.rest = interval '0'
)
SELECT trouble, tries, rest FROM held""")


@dataclass(frozen=True)
class Held:
    """A lane in trouble. ``rest`` is how long to leave the server alone; nothing when this sender may try one mail."""

    trouble: Trouble
    tries: int
    rest: timedelta


def held_up(session: Session, *, lane: Lane, relay: str) -> Held | None:
    """Return what holds a lane up at a relay. Who is told no rest tries one mail, and nobody else does meanwhile."""
    row = session.execute(_TRY, {"lane": lane, "relay": relay}).first()
    return None if row is None else Held(*row)


def is_any_worth_a_try(session: Session, *, lane: Lane, relays: Sequence[str]) -> bool:
    """Say whether one of ``relays`` is well, or has rested long enough."""
    resting = session.execute(
        text("SELECT relay FROM notifications.relay_trouble WHERE lane = :lane AND next_try_at > now()"), {"lane": lane}
    ).scalars()
    return bool(set(relays) - set(resting))


def know_relays(session: Session, *, hosts: Mapping[str, tuple[int, str]]) -> None:
    """Write down which relays there are, by name with priority and host; forget the others and what ailed them."""
    for name, (priority, host) in hosts.items():
        session.execute(
            text("""
            INSERT INTO notifications.relay (name, priority, host) VALUES (:name, :priority, :host)
            ON CONFLICT (name) DO UPDATE SET priority = :priority, host = :host, seen_at = now()"""),
            {"name": name, "priority": priority, "host": host},
        )
    for table, column in (("relay", "name"), ("relay_trouble", "relay")):
        statement = f"DELETE FROM notifications.{table} WHERE {column} <> ALL(:names)"  # noqa: S608 - names of ours
        session.execute(text(statement), {"names": list(hosts)})


def note_trouble(session: Session, *, lane: Lane, relay: str, trouble: Trouble, said: str) -> timedelta:
    """Leave a relay alone in a lane because it refuses us; return for how long."""
    tries = session.execute(
        text(
            "SELECT tries + 1 FROM notifications.relay_trouble "
            " WHERE lane = :lane AND relay = :relay AND trouble = :trouble FOR UPDATE"
        ),
        {"lane": lane, "relay": relay, "trouble": trouble},
    ).scalar()
    rest = rest_after(trouble, tries=tries or 1)
    session.execute(
        text("""
        INSERT INTO notifications.relay_trouble AS t (lane, relay, trouble, said, tries, next_try_at)
        VALUES (:lane, :relay, :trouble, :said, 1, now() + :rest)
        ON CONFLICT (lane, relay) DO UPDATE
        SET trouble = :trouble, said = :said, tries = :tries, next_try_at = now() + :rest"""),
        {"lane": lane, "relay": relay, "trouble": trouble, "said": said[:500], "tries": tries or 1, "rest": rest},
    )
    return rest


def note_recovery(session: Session, *, lane: Lane, relay: str) -> None:
    """Let a lane go on: the mail server takes mail again. What it refused meanwhile is due at once."""
    session.execute(
        text("DELETE FROM notifications.relay_trouble WHERE lane = :lane AND relay = :relay"),
        {"lane": lane, "relay": relay},
    )
    session.execute(
        text("""
        UPDATE notifications.delivery SET not_before = now(), attempts = 0
        WHERE state = 'deferred' AND reason = 'refused' AND (campaign_id IS NULL) = :notices"""),
        {"notices": lane == "notices"},
    )


_PACE: Final = text("SELECT per_second FROM notifications.relay_pace WHERE relay = :relay")

_SLOT: Final = text("""
UPDATE notifications.relay_pace SET next_slot = greatest(next_slot, now()) + :gap
WHERE relay = :relay AND (:overtaking OR next_slot <= now()) RETURNING relay""")

_WAIT: Final = text("SELECT next_slot - now() FROM notifications.relay_pace WHERE relay = :relay")


def pace_now(session: Session, *, relay: str, limit: float | None) -> float | None:
    """Return how many mails a second may leave; None for as many as it goes. ``limit`` is the setting's."""
    learned: float | None = session.execute(_PACE, {"relay": relay}).scalar()
    known = [one for one in (learned, limit) if one is not None]
    return min(known) if known else None


def take_slot(session: Session, *, relay: str, per_second: float, lane: Lane) -> timedelta:
    """Take the moment at which the next mail may leave, if that is now; else return how long it is until then.

    Notices do not wait: they push the campaigns back.
    """
    session.execute(
        text("INSERT INTO notifications.relay_pace (relay) VALUES (:relay) ON CONFLICT DO NOTHING"), {"relay": relay}
    )
    overtaking = lane == "notices"
    values = {"relay": relay, "gap": timedelta(seconds=1 / per_second), "overtaking": overtaking}
    if session.execute(_SLOT, values).first() is not None:
        return timedelta(0)
    wait: timedelta = session.execute(_WAIT, {"relay": relay}).scalar_one()
    return max(wait, timedelta(milliseconds=1))


def note_complaint(session: Session, *, relay: str, taken_lately: int, rest: timedelta) -> None:
    """Send more slowly from now on: the server said that it was too fast. Nothing leaves for ``rest``."""
    known: float | None = session.execute(
        text("SELECT per_second FROM notifications.relay_pace WHERE relay = :relay FOR UPDATE"), {"relay": relay}
    ).scalar()
    session.execute(
        text("""
        INSERT INTO notifications.relay_pace (relay, per_second, next_slot) VALUES (:relay, :pace, now() + :rest)
        ON CONFLICT (relay) DO UPDATE SET per_second = :pace, next_slot = now() + :rest, learned_at = now()"""),
        {"relay": relay, "pace": pace.slower(known, taken_lately=taken_lately), "rest": rest},
    )


def note_content(session: Session, *, relay: str) -> None:
    """Try a little more once the server has been content for a while."""
    row = session.execute(
        text("""
        SELECT per_second FROM notifications.relay_pace
        WHERE relay = :relay AND per_second IS NOT NULL AND learned_at < now() - :content FOR UPDATE SKIP LOCKED"""),
        {"relay": relay, "content": pace.CONTENT},
    ).first()
    if row is not None:
        session.execute(
            text("UPDATE notifications.relay_pace SET per_second = :pace, learned_at = now() WHERE relay = :relay"),
            {"relay": relay, "pace": pace.faster(row.per_second)},
        )
