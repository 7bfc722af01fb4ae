from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from services.notifications.rules import pace
from services.notifications.rules.retries import (
    PATIENCE,
    PERHAPS,
    Reply,
    after_doubt,
    meaning,
    not_composed,
    settle,
)
from services.notifications.rules.troubles import RESTS, Refusals, rest_after

SOMEBODY = UUID(int=7)
A_MOMENT = timedelta(0)


@pytest.mark.parametrize(
    ("said", "stage", "means"),
    [
        ("250 2.0.0 queued", "end", "sent"),
        ("421 4.7.0 closing", "mail", "closing"),
        ("450 4.2.1 grey", "rcpt", "later"),
        ("451 try again", "data", "later"),
        ("452 4.2.2 mailbox full", "end", "later"),
        ("454 4.7.0 Throttling failure", "rcpt", "slower"),
        ("451 4.7.28 unusual rate", "end", "slower"),
        ("530 5.7.0 authenticate first", "rcpt", "us"),
        ("550 5.7.1 not you", "mail", "us"),
        ("552 too much", "mail", "us"),
        ("554 no valid recipients", "data", "us"),
        ("550 5.1.8 bad sender", "rcpt", "us"),
        ("550 5.1.1 no such user", "rcpt", "nobody"),
        ("550-5.1.1 no such user", "rcpt", "nobody"),
        ("552 5.2.2 mailbox full", "end", "nobody"),
        ("552 5.2.3 too long for this mailbox", "end", "perhaps"),
        ("421 4.7.0 [TSS04] deferred due to user complaints", "rcpt", "closing"),
        ("432 4.3.2 concurrent connections exceeded", "end", "slower"),
        ("450 4.1.2 Domain not found", "rcpt", "later"),
        ("535 5.7.8 Authentication failed", "mail", "us"),
        ("550 5.1.10 RecipientNotFound", "rcpt", "nobody"),
        ("550 5.4.1 Recipient address rejected: Access denied", "rcpt", "perhaps"),
        ("550 5.7.26 unauthenticated mail", "end", "perhaps"),
        ("550 no such user", "rcpt", "perhaps"),
        ("554 5.7.1 Relay access denied", "rcpt", "perhaps"),
        ("550 5.4.5 daily limit", "rcpt", "perhaps"),
        ("554 Email address is not verified", "end", "perhaps"),
    ],
)
def test_each_reply_has_one_meaning(said: str, stage: str, means: str) -> None:
    assert meaning(Reply(int(said[:3]), said[4:], stage)) == means  # type: ignore[arg-type]


@given(
    st.integers(400, 599),
    st.sampled_from(["", "5.1.1 ", "4.2.2 ", "5.7.1 ", "4.7.0 "]),
    st.sampled_from(["mail", "rcpt", "data", "end"]),
    st.timedeltas(timedelta(0), 2 * PATIENCE),
    st.integers(1, 6),
)
def test_only_a_refusal_of_the_recipient_or_the_end_of_patience_fails_anybody(
    code: int, status: str, stage: str, age: timedelta, tries: int
) -> None:
    reply = Reply(code, f"{status}no", stage)  # type: ignore[arg-type]
    result = settle(SOMEBODY, reply, tries=tries, tried_for=age)
    assert result.state in {"deferred", "failed", "queued"}
    if result.state == "failed":
        named = meaning(reply) == "nobody"
        assert named or age >= PATIENCE or tries > len(PERHAPS)
    if result.state == "queued":
        assert result.untried
    assert (result.rest > A_MOMENT) == (result.state == "deferred")
    assert (result.code, result.text) == (code, reply.text)


def test_a_full_mailbox_is_tried_by_the_next_campaign_and_an_unknown_one_is_not() -> None:
    assert settle(SOMEBODY, Reply(550, "5.1.1 no", "rcpt"), tries=1, tried_for=A_MOMENT).unknown
    assert not settle(SOMEBODY, Reply(552, "5.2.2 full", "rcpt"), tries=1, tried_for=A_MOMENT).unknown


def test_a_text_that_cannot_be_put_together_is_given_up_when_patience_ends() -> None:
    assert not_composed(SOMEBODY, tried_for=timedelta(hours=1)).state == "deferred"
    assert not_composed(SOMEBODY, tried_for=PATIENCE).state == "failed"


def test_a_doubt_sends_a_notice_once_more_and_a_campaign_mail_never() -> None:
    first = after_doubt(SOMEBODY, notice=True, resent=False, reason="no_answer")
    assert (first.state, first.again) == ("queued", True)
    assert after_doubt(SOMEBODY, notice=True, resent=True, reason="no_answer").state == "uncertain"
    assert after_doubt(SOMEBODY, notice=False, resent=False, reason="no_answer").state == "uncertain"


def test_the_same_refusal_of_three_people_in_a_row_is_the_relays_whatever_names_are_in_it() -> None:
    refusals = Refusals()
    heard = [refusals.hear(Reply(554, f"5.7.1 <p{n}@example.org>: denied", "rcpt")) for n in range(3)]
    assert heard == [None, None, "refusals"]


def test_a_mail_taken_in_between_or_other_words_begin_the_count_anew() -> None:
    refusals = Refusals()
    denied, taken = Reply(554, "denied", "rcpt"), Reply(250, "ok", "end")
    for reply in (denied, denied, taken, denied, Reply(554, "other", "rcpt"), denied, denied):
        assert refusals.hear(reply) is None


def test_a_server_that_refuses_us_is_asked_ever_more_seldom() -> None:
    for trouble in RESTS:
        rests = [rest_after(trouble, tries=tries) for tries in range(1, 8)]
        assert rests == sorted(rests)
    assert rest_after("login", tries=1) >= timedelta(minutes=1)
    assert rest_after("unreachable", tries=99) <= timedelta(minutes=1)


@given(st.one_of(st.none(), st.floats(0.2, 500)), st.integers(0, 5000))
def test_a_complaint_slows_down_and_contentment_speeds_up_again_until_nothing_is_counted(
    known: float | None, taken: int
) -> None:
    now: float | None = pace.slower(known, taken_lately=taken)
    assert now is not None
    assert pace.SLOWEST <= now <= max(pace.SLOWEST, 0.7 * (taken if known is None else known))
    steps = 0
    while now is not None:
        faster = pace.faster(now)
        assert faster is None or faster > now
        now, steps = faster, steps + 1
        assert steps < 100
