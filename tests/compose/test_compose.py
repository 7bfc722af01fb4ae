"""docker-compose.yml as an operator uses it: built, started, used, hurt, removed. Needs any Docker engine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from stack.walk_through.letters import Letters
from stack.walk_through.visitor import Visitor
from tests.compose.composition import ROOT, RUNNING, SERVICES, Composition, NoEngine, composition

KILL_ALL = """
import os, signal
for process in os.listdir("/proc"):
    if process.isdigit() and int(process) not in (1, os.getpid()):
        os.kill(int(process), signal.SIGKILL)
"""
"""Run inside a container it leaves only Docker's init, which then ends; docker kill would mean "do not restart"."""

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1200), pytest.mark.xdist_group("compose")]


@pytest.mark.parametrize("missing", ["SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "SMTP_URL", "PUBLIC_URL"])
def test_a_missing_secret_stops_the_start_with_a_sentence_that_names_it(tmp_path: Path, missing: str) -> None:
    try:
        with composition(tmp_path) as made:
            kept = [line for line in made.env_file.read_text("utf-8").splitlines() if not line.startswith(missing)]
            lacking = tmp_path / "lacking"
            lacking.write_text("\n".join(kept), encoding="utf-8")
            result = made.call("up", "--detach", env_file=lacking)
            assert result.returncode != 0
            assert f"{missing} is missing. " in result.stderr
            assert made.containers() == []
    except NoEngine as reason:
        pytest.skip(str(reason))


def test_the_migration_has_run_once_and_ended_well(academy: Composition) -> None:
    state = academy.inspect("migrate")["State"]
    assert (state["Status"], state["ExitCode"]) == ("exited", 0)


@pytest.mark.parametrize("part", RUNNING)
def test_no_part_is_root_or_may_become_it_or_write_to_its_root_file_system(academy: Composition, part: str) -> None:
    assert academy.inside(part, "id", "-u").strip() != "0"
    told = academy.inspect(part)["HostConfig"]
    assert told["ReadonlyRootfs"] is True
    assert told["CapDrop"] == ["ALL"]
    assert told["SecurityOpt"] == ["no-new-privileges:true"]
    assert told["RestartPolicy"]["Name"] == "unless-stopped"
    assert academy.call("exec", "-T", part, "touch", "/written").returncode != 0


@pytest.mark.parametrize("part", [part for part in RUNNING if part != "gateway"])
def test_only_the_gateway_can_be_reached_from_outside(academy: Composition, part: str) -> None:
    found = academy.inspect(part)
    assert not [port for port, published in (found["NetworkSettings"]["Ports"] or {}).items() if published]
    assert not found["HostConfig"]["PortBindings"]


def test_the_gateway_listens_on_the_loopback_unless_told_otherwise(academy: Composition) -> None:
    bindings = academy.inspect("gateway")["HostConfig"]["PortBindings"]
    assert [binding["HostIp"] for published in bindings.values() for binding in published] == ["127.0.0.1"]


def test_each_service_is_told_its_own_role_and_no_other(academy: Composition) -> None:
    for service in SERVICES:
        told = "\n".join(academy.inspect(service)["Config"]["Env"])
        assert f"academy_{service}:" in told
        assert not [other for other in (*SERVICES, "owner") if other != service and f"academy_{other}:" in told]
    for part in ("worker", "clock"):
        assert "academy_owner:" not in "\n".join(academy.inspect(part)["Config"]["Env"])


@pytest.mark.parametrize(
    ("secret", "holders"),
    [
        ("SMTP_URL", {"postmen"}),
        ("SECRET_KEY", {*SERVICES, "worker", "postmen"}),
        ("REGISTRATION_DATABASE_URL", {"worker"}),
        ("POSTGRES_PASSWORD", {"postgres"}),
    ],
)
def test_a_secret_is_told_to_those_who_use_it_alone(academy: Composition, secret: str, holders: set[str]) -> None:
    told = {part: [line.partition("=")[0] for line in academy.inspect(part)["Config"]["Env"]] for part in RUNNING}
    assert {part for part, names in told.items() if secret in names} == holders


def test_valkey_asks_for_a_password_that_no_command_line_shows(academy: Composition) -> None:
    password = setting(academy, "REDIS_PASSWORD")
    assert password not in json.dumps(academy.inspect("valkey")["Config"]["Cmd"])
    shown = academy.inside("valkey", "sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    assert "valkey-server" in shown
    assert password not in shown
    assert "NOAUTH" in academy.inside("valkey", "sh", "-c", "REDISCLI_AUTH= valkey-cli ping")


def test_too_large_a_form_meets_our_page_in_the_reader_s_language(academy: Composition) -> None:
    answer = httpx.post(academy.site + "/sign-in", content=bytes(600_000), headers={"Accept-Language": "fr-BE"})
    assert answer.status_code == 413
    assert '<html lang="fr"' in answer.text


def test_the_gateway_reads_the_store_and_cannot_write_it(academy: Composition) -> None:
    mounts = {mount["Destination"]: mount["RW"] for mount in academy.inspect("gateway")["Mounts"]}
    assert mounts["/var/lib/academy/store"] is False


def test_the_first_page_comes_through_the_gateway(academy: Composition) -> None:
    answer = httpx.get(academy.site + "/", follow_redirects=True)
    assert answer.status_code == 200
    assert "text/html" in answer.headers["Content-Type"]


def test_the_stylesheet_lives_a_year(academy: Composition) -> None:
    found = re.search(r'href="(/static/[^"]+\.css)"', httpx.get(academy.site + "/").text)
    assert found is not None
    answer = httpx.get(academy.site + found[1])
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/materials/../metrics", "//metrics", "/metrics/"])
def test_metrics_are_for_those_who_run_it_only(academy: Composition, path: str) -> None:
    answer = httpx.get(academy.site + path)
    assert answer.status_code in {400, 404}
    assert "process_cpu_seconds" not in answer.text
    asked = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/metrics').read().decode())"
    for service in SERVICES:
        assert "# TYPE" in academy.inside(service, "python", "-c", asked)


def test_another_host_name_is_refused(academy: Composition) -> None:
    assert httpx.get(academy.site + "/", headers={"Host": "evil.example"}).status_code == 400


def test_one_command_invites_the_first_organiser(academy: Composition) -> None:
    said = academy.inside("registration", "python", "-m", "stack.operating.first_organiser", "first@example.org")
    link = re.search(rf"{re.escape(academy.site)}/staff/invitations/\S+", said)
    assert link is not None, said
    visitor = Visitor(academy.site)
    try:
        assert "passphrase" in visitor.open(link[0]).form(field="passphrase").fields
    finally:
        visitor.close()


def test_the_main_job_works_from_end_to_end(academy: Composition, accounts: Path) -> None:
    walk(academy, accounts)


def test_a_killed_worker_and_a_forgetful_valkey_only_cost_time(academy: Composition, accounts: Path) -> None:
    staff = json.loads(accounts.read_text("utf-8"))
    before = int(academy.inspect("worker")["RestartCount"])
    academy.call("exec", "-T", "worker", "python", "-c", KILL_ALL)
    ask_for_a_link(academy, staff[0]["email"])
    assert "OK" in academy.inside("valkey", "valkey-cli", "FLUSHALL")
    ask_for_a_link(academy, staff[1]["email"])
    assert mail_to(academy, staff[0]["email"], seconds=90)
    assert mail_to(academy, staff[1]["email"], seconds=90)
    assert int(academy.inspect("worker")["RestartCount"]) > before
    academy.wait_healthy(*RUNNING, seconds=90)


def test_a_service_at_another_address_is_found_again(academy: Composition) -> None:
    """Containers made anew get other addresses; nginx would keep asking the old ones for ever."""
    academy.do(
        "up", "--detach", "--no-deps", "--force-recreate", "--scale", "notifications=2", "notifications", seconds=180
    )
    until = time.monotonic() + 60
    while httpx.get(academy.site + "/mail/unsubscribe/nothing").status_code >= 500:
        assert time.monotonic() < until, "the gateway does not find notifications again"
        time.sleep(1)


def setting(academy: Composition, name: str) -> str:
    """Return what stands for this name in the file of secrets."""
    lines = academy.env_file.read_text("utf-8").splitlines()
    return next(line.partition("=")[2] for line in lines if line.startswith(f"{name}="))


def ask_for_a_link(academy: Composition, email: str) -> None:
    """Ask for a sign-in link, as somebody who has an account does."""
    visitor = Visitor(academy.site)
    try:
        visitor.submit(visitor.open("/sign-in").form(field="email").fill(email=email))
    finally:
        visitor.close()


def mail_to(academy: Composition, email: str, *, seconds: float) -> str:
    """Return the sign-in link that came by mail; fail when none has come by then."""
    return Letters(f"{academy.mailbox}/api/messages").wait_for(email, containing="/sign-in/", seconds=seconds).subject


def walk(academy: Composition, accounts: Path) -> None:
    """Walk through the running composition; every step must happen."""
    command = [sys.executable, "-m", "stack.walk_through.command", "--site", academy.site]
    command += ["--mailbox", academy.mailbox, "--accounts", str(accounts)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
