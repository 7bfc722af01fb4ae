"""How the mail server takes our mail: what holds a lane up, since when, when to ask again; and at what pace."""

from __future__ import annotations

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
    FROM notifications.relay_trouble WHERE lane = :lane FOR UPDATE
), tried AS (
    UPDATE notifications.relay_trouble t SET next_try_at = now() + interval '30 s'
    FROM held WHERE t.lane = held.lane AND held.rest = interval '0'
)
SELECT trouble, tries, rest FROM held""")


@dataclass(frozen=True)
class Held:
    """A lane in trouble. ``rest`` is how long to leave the server alone; nothing when this sender may try one mail."""

    trouble: Trouble
    tries: int
    rest: timedelta


def held_up(session: Session, *, lane: Lane) -> Held | None:
    """Return what holds a lane up. Who is told no rest tries one mail, and nobody else does meanwhile."""
    row = session.execute(_TRY, {"lane": lane}).first()
    return None if row is None else Held(*row)


def note_trouble(session: Session, *, lane: Lane, trouble: Trouble, said: str) -> timedelta:
    """Hold a lane up because the mail server refuses us; return for how long."""
    tries = session.execute(
        text("SELECT tries + 1 FROM notifications.relay_trouble WHERE lane = :lane AND trouble = :trouble FOR UPDATE"),
        {"lane": lane, "trouble": trouble},
    ).scalar()
    rest = rest_after(trouble, tries=tries or 1)
    session.execute(
        text("""
        INSERT INTO notifications.relay_trouble AS t (lane, trouble, said, tries, next_try_at)
        VALUES (:lane, :trouble, :said, 1, now() + :rest)
        ON CONFLICT (lane) DO UPDATE
        SET trouble = :trouble, said = :said, tries = :tries, next_try_at = now() + :rest"""),
        {"lane": lane, "trouble": trouble, "said": said[:500], "tries": tries or 1, "rest": rest},
    )
    return rest


def note_recovery(session: Session, *, lane: Lane) -> None:
    """Let a lane go on: the mail server takes mail again. What it refused meanwhile is due at once."""
    session.execute(text("DELETE FROM notifications.relay_trouble WHERE lane = :lane"), {"lane": lane})
    session.execute(
        text("""
        UPDATE notifications.delivery SET not_before = now(), attempts = 0
        WHERE state = 'deferred' AND reason = 'refused' AND (campaign_id IS NULL) = :notices"""),
        {"notices": lane == "notices"},
    )


_PACE: Final = text("SELECT per_second FROM notifications.relay_pace WHERE relay = 'all'")

_SLOT: Final = text("""
UPDATE notifications.relay_pace SET next_slot = greatest(next_slot, now()) + :gap
WHERE relay = 'all' AND (:overtaking OR next_slot <= now()) RETURNING relay""")

_WAIT: Final = text("SELECT next_slot - now() FROM notifications.relay_pace WHERE relay = 'all'")


def pace_now(session: Session, *, limit: float | None) -> float | None:
    """Return how many mails a second may leave; None for as many as it goes. ``limit`` is the setting's."""
    learned: float | None = session.execute(_PACE).scalar()
    known = [one for one in (learned, limit) if one is not None]
    return min(known) if known else None


def take_slot(session: Session, *, per_second: float, lane: Lane) -> timedelta:
    """Take the moment at which the next mail may leave, if that is now; else return how long it is until then.

    Notices do not wait: they push the campaigns back.
    """
    session.execute(text("INSERT INTO notifications.relay_pace (relay) VALUES ('all') ON CONFLICT DO NOTHING"))
    overtaking = lane == "notices"
    values = {"gap": timedelta(seconds=1 / per_second), "overtaking": overtaking}
    if session.execute(_SLOT, values).first() is not None:
        return timedelta(0)
    wait: timedelta = session.execute(_WAIT).scalar_one()
    return max(wait, timedelta(milliseconds=1))


def note_complaint(session: Session, *, taken_lately: int, rest: timedelta) -> None:
    """Send more slowly from now on: the server said that it was too fast. Nothing leaves for ``rest``."""
    known: float | None = session.execute(
        text("SELECT per_second FROM notifications.relay_pace WHERE relay = 'all' FOR UPDATE")
    ).scalar()
    session.execute(
        text("""
        INSERT INTO notifications.relay_pace (relay, per_second, next_slot) VALUES ('all', :pace, now() + :rest)
        ON CONFLICT (relay) DO UPDATE SET per_second = :pace, next_slot = now() + :rest, learned_at = now()"""),
        {"pace": pace.slower(known, taken_lately=taken_lately), "rest": rest},
    )


def note_content(session: Session) -> None:
    """Try a little more once the server has been content for a while."""
    row = session.execute(
        text("""
        SELECT per_second FROM notifications.relay_pace
        WHERE relay = 'all' AND per_second IS NOT NULL AND learned_at < now() - :content FOR UPDATE SKIP LOCKED"""),
        {"content": pace.CONTENT},
    ).first()
    if row is not None:
        session.execute(
            text("UPDATE notifications.relay_pace SET per_second = :pace, learned_at = now() WHERE relay = 'all'"),
            {"pace": pace.faster(row.per_second)},
        )
