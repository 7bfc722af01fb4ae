"""What other mail servers write, judged by the messages that flufl.bounce was made with, and by some of our own."""

from __future__ import annotations

import ast
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from services.notifications.rules.reports import is_lasting
from services.notifications.rules.returns import read_returned
from tests.support.returns import ANSWER, COMPLAINT, REPORT, VACATION, wire

if TYPE_CHECKING:
    from services.notifications.rules.returns import Returned


class Sample(NamedTuple):
    """One message of the corpus, whom it says was not reached, and whether for the time being."""

    name: str
    raw: bytes
    addresses: frozenset[str]
    passing: bool


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    """Fetch the source distribution of the version that is installed, and read its table of messages."""
    folder = tmp_path_factory.mktemp("corpus")
    wanted = f"flufl.bounce=={version('flufl.bounce')}"
    fetched = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-binary=:all:",
            f"--dest={folder}",
            wanted,
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    archives = list(folder.glob("*.tar.gz"))
    if not archives:
        pytest.skip(f"the package index does not hand out {wanted}: {fetched.stderr[-200:]}")
    with tarfile.open(archives[0]) as archive:
        archive.extractall(folder, filter="data")
    [table] = folder.glob("*/tests/test_detectors.py")
    return [_sample(table.parent / "data", *row) for row in _rows(table.read_text("utf-8"))]


def _rows(source: str) -> list[tuple[str, list[bytes], bool]]:
    tuples = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Tuple) and len(node.elts) == 4]
    values = [ast.literal_eval(node) for node in tuples if isinstance(node.elts[0], ast.Constant)]
    return [(name, addresses, passing) for _detector, name, addresses, passing in values if str(name).endswith(".txt")]


def _sample(folder: Path, name: str, addresses: list[bytes], passing: bool) -> Sample:
    return Sample(name, (folder / name).read_bytes(), frozenset(one.decode() for one in addresses), passing)


def test_of_the_corpus_at_least_95_in_100_are_read_as_it_says_and_no_address_is_buried_alive(
    corpus: list[Sample],
) -> None:
    assert len(corpus) > 100
    read = {sample.name: read_returned(sample.raw) for sample in corpus}
    buried = [sample.name for sample in corpus if sample.passing and read[sample.name].lasting]
    assert not buried
    wrong = [sample.name for sample in corpus if not _agrees(read[sample.name], sample)]
    assert len(wrong) <= len(corpus) * 0.05, wrong


def _agrees(read: Returned, sample: Sample) -> bool:
    if not sample.addresses:
        return not read.lasting
    kind = read.kind == "delayed" or not read.lasting if sample.passing else read.kind == "bounced"
    return kind and read.addresses == sample.addresses


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.1.1", "550 5.1.1 <x@example.org>: Recipient address rejected: User unknown in virtual mailbox table"),
        ("5.0.0", "550 No such user here"),
        (
            "5.1.10",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient x@example.org not found by SMTP address lookup",
        ),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied."),
        ("5.4.4", "Unable to route: no mail hosts for domain"),
        ("5.1.2", "Host or domain name not found. Name service error for name=example.invalid"),
        ("5.0.0", "550 5.2.1 The email account that you tried to reach is disabled."),
    ],
)
def test_an_address_that_is_gone_is_found_so(status: str, said: str) -> None:
    assert is_lasting(status, said)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.2.2", "552 5.2.2 The email account that you tried to reach is over quota"),
        ("5.7.1", "550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using some list"),
        ("5.7.26", "550 5.7.26 This mail has been blocked because the sender is unauthenticated. DMARC"),
        ("5.7.515", "550 5.7.515 Access denied, sending domain does not meet the required authentication level."),
        ("5.1.0", "550 5.1.0 Address rejected: policy"),
        ("5.0.0", "554 Message refused as spam"),
        ("5.0.0", ""),
        ("5.4.7", "delivery time expired"),
        ("5.1.1", "451 4.7.1 Greylisted, user unknown for now"),
        ("4.4.7", "message timed out"),
        ("5.3.4", "552 5.3.4 Message size exceeds fixed limit"),
        ("5.4.1", "550 5.4.1 all relays refused"),
    ],
)
def test_what_may_pass_is_not_the_end_of_an_address(status: str, said: str) -> None:
    assert not is_lasting(status, said)


def test_a_report_about_several_is_lasting_only_when_all_of_them_are_gone() -> None:
    group = "Final-Recipient: rfc822; other@example.org\nAction: failed\nStatus: 5.2.2\n"
    two = REPORT.replace("Diagnostic-Code: smtp; {said}\n", "Diagnostic-Code: smtp; {said}\n\n" + group)
    assert read_returned(wire(REPORT)).lasting
    assert not read_returned(wire(two)).lasting


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (wire(REPORT), "bounced"),
        (wire(REPORT, action="delayed", status="4.4.1"), "delayed"),
        (wire(REPORT, action="delivered", status="2.0.0"), "receipt"),
        (wire(REPORT, action="relayed", status="2.0.0"), "receipt"),
        (wire(COMPLAINT), "complained"),
        (wire(COMPLAINT.replace("abuse\nUser", "not-spam\nUser")), "automatic"),
        (wire(VACATION), "automatic"),
        (wire(VACATION.replace("Auto-Submitted: auto-replied\n", "")), "automatic"),
        (wire(VACATION.replace("Automatic reply: Your place", "Réponse automatique : Votre place")), "automatic"),
        (wire(ANSWER), "reply"),
        (wire(ANSWER.replace("Subject: Re:", "Auto-Submitted: no\nSubject: Re:")), "reply"),
        (wire(ANSWER.replace("Subject: Re: Your place", "Subject: =?utf-8?q?=D8=B4=D9=83=D8=B1=D8=A7?=")), "reply"),
        (b"", "reply"),
        (b"\xff\xfe\x00" * 100, "reply"),
    ],
)
def test_what_came_back_is_told_apart(raw: bytes, kind: str) -> None:
    assert read_returned(raw).kind == kind
