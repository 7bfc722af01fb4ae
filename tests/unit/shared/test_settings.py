"""Every setting is read at the start as far as its users will read it, and refused in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from services.notifications.settings import NotificationsSettings
from shared.settings import Settings, UnusableSettings
from stack.beforehand import CannotStart, check_settings
from stack.places import CHECKOUT

GOOD: dict[str, Any] = {
    "secret_key": "s" * 40,
    "public_url": "https://academy.example.org",
    "database_url": "postgresql://role:secret@127.0.0.1/academy",
    "redis_url": "redis://:secret@127.0.0.1:6379/0",
    "smtp_url": "smtp+starttls://user:secret@mail.example.org:587",
    "store_url": "file:///var/lib/academy/store",
}
WRONG = [
    ("mail_from", "Academy, Montreal <academy@example.org>"),
    ("mail_from", "academy"),
    ("mail_from", "one@example.org, two@example.org"),
    ("mail_from", "Academy <academy@example.org>\r\nBcc: all@example.org"),
    ("mail_reply_to", "Team, the <team@example.org>"),
    ("mail_domain", "not a domain"),
    ("mail_domain", ""),
    ("smtp_url", "mail.example.org:587"),
    ("smtp_url", "smtp://user:sec/ret@mail.example.org"),
    ("smtp_url", "smtp://mail.example.org:smtp"),
    ("redis_url", "localhost:6379"),
    ("store_url", "s3://key:secret@bucket"),
    ("store_url", "s3://bucket/a b"),
    ("store_url", "s3:///bucket"),
    ("store_url", "/var/lib/academy/store"),
    ("database_url", "mysql://role:secret@127.0.0.1/academy"),
    ("secret_key", "short"),
    ("public_url", "academy.example.org"),
    ("public_url", "https://academy.example.org/"),
    ("environment", "staging"),
    ("log_level", "loud"),
    ("trusted_proxies", "many"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_refused_by_its_name_in_one_sentence(name: str, value: str) -> None:
    with pytest.raises(UnusableSettings) as refusal:
        Settings(**GOOD | {name: value})
    sentence = str(refusal.value)
    assert name.upper() in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "secret@" not in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mail_from", '"Academy, Montreal" <academy@example.org>'),
        ("mail_from", "Académie <academie@example.org>"),
        ("mail_from", "academy@müller.example"),
        ("mail_domain", "müller.example"),
        ("smtp_url", "smtps://user:p%40ss%2Fword@mail.example.org"),
        ("smtp_url", "smtp://[::1]:25"),
        ("redis_url", "rediss://:secret@redis.example.org:6380/1"),
    ],
)
def test_what_the_standards_allow_is_taken(name: str, value: str) -> None:
    assert getattr(Settings(**GOOD | {name: value}), name) == value


def test_a_missing_setting_and_every_other_wrong_one_are_named_together() -> None:
    with pytest.raises(UnusableSettings, match=r"MAIL_BATCH must be at least 1.*"):
        NotificationsSettings(**GOOD | {"mail_batch": 0})
    lacking = {name: value for name, value in GOOD.items() if name != "redis_url"}
    with pytest.raises(UnusableSettings, match=r"REDIS_URL is not set; .*MAIL_DOMAIN is not a domain"):
        Settings(**lacking | {"mail_domain": "-"})


def environment(**more: str) -> dict[str, str]:
    urls = {f"{name}_DATABASE_URL": GOOD["database_url"] for name in ("REGISTRATION", "MATERIALS", "NOTIFICATIONS")}
    told = {name.upper(): value for name, value in GOOD.items()}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT), **told, **urls, **more}


def test_the_launcher_refuses_before_anything_runs_what_any_part_would_refuse() -> None:
    check_settings(environment())
    for name, value in (("MAIL_FROM", "Academy, M <a@example.org>"), ("UPLOAD_LIMIT", "1"), ("WEB_WORKERS", "two")):
        with pytest.raises(CannotStart, match=name):
            check_settings(environment(**{name: value}))


@pytest.mark.parametrize("module", ["services.notifications.app", "services.worker"])
def test_each_process_ends_with_the_sentence_and_no_traceback(module: str) -> None:
    program = f"import {module} as part; getattr(part, 'create', list)()"
    told = environment(MAIL_FROM="Academy, Montreal <academy@example.org>")
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, env=told, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert result.stderr.startswith("The settings cannot be used: MAIL_FROM is not one mailbox")
    assert result.stderr.count("\n") == 1
