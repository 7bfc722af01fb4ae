from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import example, given, strategies as st

from services.notifications.letters.headers import (
    Mailbox,
    Unmailable,
    encode_mailbox,
    encode_text,
    split_mailbox,
    wire_address,
)
from services.notifications.letters.skeletons import Head, Letter, Skeleton
from services.notifications.rules.audience import AudienceRule, Standing, text_locale
from services.notifications.rules.placeholders import (
    CAMPAIGN_PLACEHOLDERS,
    Slots,
    UnknownPlaceholder,
    one_line,
    slot_line,
    slot_markdown,
    unknown_placeholders,
)
from services.notifications.rules.texts import Said, half_written, language_plan, unknown_names
from shared.words.markdown import mail_html, mail_text

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NASTY = "\r\n\0\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e"
HOSTILE = st.text(alphabet=st.one_of(st.sampled_from(NASTY + '=?<>",;:@\\().{}'), st.characters()), max_size=400)


def parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


@given(HOSTILE)
@example("x\r\nBcc: y@example.org")
@example("=?utf-8?q?tricked?=")
@example("a" * 3000)
@example("é" * 3000)
@example("\ud800")
def test_no_text_can_end_a_header_field_or_make_a_line_too_long(value: str) -> None:
    raw = encode_text("Subject", value)
    lines = raw.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 78 for line in lines)
    assert all(line.startswith(b" ") for line in lines[1:-1])
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    message = parsed(raw + b"\r\nbody")
    assert list(message.keys()) == ["Subject"]


@given(
    st.text(
        alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs", "Cf"]), max_size=300
    )
)
def test_an_encoded_header_says_what_was_meant(value: str) -> None:
    raw = encode_text("Subject", value)
    decoded = "".join(
        part if isinstance(part, str) else part.decode(charset or "ascii")
        for part, charset in email.header.decode_header(
            raw.decode("ascii").removeprefix("Subject:").replace("\r\n", "")
        )
    )
    assert decoded.strip() == value.strip()


@given(HOSTILE)
@example('Doe, "Jo" <evil@example.org>')
def test_no_name_can_add_a_recipient(name: str) -> None:
    raw = encode_mailbox("To", name, "p@example.org")
    message = parsed(raw + b"\r\nbody")
    assert list(message.keys()) == ["To"]
    assert [address.addr_spec for address in message["To"].addresses] == ["p@example.org"]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def skeleton(text: str, html: str, slots: Slots, subject: str = "Hello") -> Skeleton:
    letter = Letter(locale="en", subject=subject, text=text, html=html, slots=slots)
    return Skeleton(letter, sender=Mailbox("Academy", "a@example.org"), reply_to=Mailbox("Team", "t@example.org"))


@given(HOSTILE, HOSTILE, st.text(max_size=300))
@example(".\r\n.", "." * 200, ".")
@example("é" * 200, "=", "ب" * 100)
def test_any_value_in_any_text_arrives_as_one_well_formed_mail_with_the_value_in_both_parts(
    value: str, around: str, literal: str
) -> None:
    slots = Slots()
    token = slots.token("name")
    literal = literal.replace("\r", " ").replace("\x85", " ").encode("utf-8", "replace").decode()
    around = one_line(around)
    template = f"{literal}\n{around}{token}{around}\n{token}\n"
    raw = skeleton(template, template, slots, subject=f"{token}!").fill(
        {"name": value}, Head(value, "p@example.org", "<1@example.org>", "https://x.example/u/1"), now=NOW
    )
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    message = parsed(raw)
    assert message.defects == []
    assert [address.addr_spec for address in message["To"].addresses] == ["p@example.org"]
    assert message["Bcc"] is None
    plain, html = (bytes(part.get_payload(decode=True)) for part in message.iter_parts())
    clean = one_line(value)
    assert plain.decode() == template.replace(token, clean).replace("\n", "\r\n")
    assert clean in plain.decode()
    escaped = clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = escaped.replace('"', "&quot;").replace("'", "&#x27;")
    assert html.decode() == template.replace(token, escaped).replace("\n", "\r\n")


def test_a_mail_that_is_mostly_arabic_goes_as_base64_and_reads_the_same() -> None:
    slots = Slots()
    text = f"مرحبا {slots.token('name')}، كتاب القراءات جاهز.\n" * 20
    raw = skeleton(text, text, slots).fill({"name": "Zoé"}, Head("Z", "p@example.org", "<1@x>"), now=NOW)
    assert b"Content-Transfer-Encoding: base64" in raw
    body = parsed(raw).get_body(("plain",))
    assert body is not None
    assert "مرحبا Zoé، كتاب" in body.get_content()


@pytest.mark.parametrize(
    ("typed", "wire"),
    [
        ("a@example.org", "a@example.org"),
        ("Awa.Sow+x@Exämple.org", "Awa.Sow+x@xn--exmple-cua.org"),
        (" a@xn--exmple-cua.org ", "a@xn--exmple-cua.org"),
    ],
)
def test_a_domain_goes_over_the_wire_as_ascii(typed: str, wire: str) -> None:
    assert wire_address(typed) == wire


@pytest.mark.parametrize(
    "typed",
    ["é@example.org", "a@", "@example.org", "a b@example.org", "a>@b.org", "a@b.org\r\nRCPT TO:<c@d.org>", "a", "a@-b"],
)
def test_what_smtp_cannot_carry_is_refused(typed: str) -> None:
    with pytest.raises(Unmailable):
        wire_address(typed)


@given(st.text(max_size=80))
def test_whatever_is_accepted_as_an_address_is_one_printable_ascii_word(typed: str) -> None:
    try:
        wire = wire_address(typed)
    except Unmailable:
        return
    assert wire.isascii()
    assert wire.isprintable()
    assert not set(wire) & set(' <>\r\n"')


def test_a_sender_setting_is_split_into_name_and_address() -> None:
    assert split_mailbox("Académie <a@example.org>") == ("Académie", "a@example.org")


@given(st.text(alphabet="{} abcdefghijklmnopqrstuvwxyz._()%|'\"", max_size=60))
def test_nothing_but_a_known_name_is_a_placeholder(text: str) -> None:
    slots = Slots()
    if unknown_placeholders(text, CAMPAIGN_PLACEHOLDERS):
        with pytest.raises(UnknownPlaceholder):
            slot_markdown(text, slots, CAMPAIGN_PLACEHOLDERS)
    else:
        names = slots.cut(slot_line(text, slots, CAMPAIGN_PLACEHOLDERS))[1::2]
        assert {name.partition("|")[0] for name in names} <= set(CAMPAIGN_PLACEHOLDERS)


def test_a_token_cannot_be_guessed_from_another_letter() -> None:
    text = f"Dear {Slots().token('name')}"
    assert Slots().cut(text) == [text]


def test_markdown_gives_text_that_reads_well_and_html_without_anything_raw() -> None:
    source = (
        "# Hello\n\nDear <b>you</b>, see [this](https://x.example/a).\n\n[Open it](https://x.example/b)\n\n"
        "- one\n- two\n\n1. first\n2. second\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    assert mail_text(source) == (
        "Hello\n=====\n\nDear <b>you</b>, see this (https://x.example/a).\n\nOpen it\nhttps://x.example/b\n\n"
        "- one\n- two\n\n1. first\n2. second\n\n> quoted\n\na | b\n1 | 2\n"
    )
    html = mail_html(source)
    assert "&lt;b&gt;you&lt;/b&gt;" in html
    assert 'class="go"' in html
    assert "javascript:" not in mail_html("[x](javascript:alert(1)) ![y](https://x.example/i.png)").replace(
        "[x](javascript:alert(1))", ""
    )


@given(st.text(max_size=200))
def test_no_markdown_gives_a_script_or_an_event_attribute(source: str) -> None:
    html = mail_html(f"{source}\n\n<script>alert(1)</script> <img src=x onerror=alert(1)>")
    assert "<script" not in html
    assert "<img" not in html


def test_who_reads_a_missing_language_gets_english_else_what_there_is() -> None:
    assert text_locale("fr", ["en", "fr"]) == "fr"
    assert text_locale("ar", ["en", "fr"]) == "en"
    assert text_locale("ar", ["fr"]) == "fr"
    assert text_locale("es", ["ar", "fr"]) == "fr"
    assert language_plan({"en": 2, "fr": 3, "ar": 1}, ["en", "fr"]) == {"en": {"en": 2, "ar": 1}, "fr": {"fr": 3}}
    assert language_plan({"en": 2}, []) == {}


def test_texts_name_the_fields_that_are_wrong() -> None:
    texts = {"en": Said("{{ nam }}", "", "ok {{ name }}"), "fr": Said("", "", "corps")}
    assert unknown_names(texts) == {"subject.en": "{{ nam }}"}
    assert half_written(texts) == ["subject.fr"]


def test_a_rule_with_unknown_words_is_refused() -> None:
    with pytest.raises(ValueError, match="standings"):
        AudienceRule.model_validate({"standings": ["everybody"]})
    with pytest.raises(ValueError, match="standings"):
        AudienceRule.model_validate({"standings": []})
    assert AudienceRule(standings=(Standing.APPLIED,)).asks_about_downloads is False
