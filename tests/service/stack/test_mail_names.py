"""``doctor`` says what DNS lacks for the sender's mail to be believed, and what to publish."""

from __future__ import annotations

import pytest
from dkim import dknewkey

from services.notifications.letters.signatures import read_keys
from stack.operating.findings import Finding
from stack.operating.lookups import Dns
from stack.operating.mail_dns import MailNames, Unanswered, examine_names
from tests.support.names import running_dns
from tests.support.postgres import free_port

KEY = "v=DKIM1; k=rsa; p=MIIBIjANBg"
GOOD = """
$TTL 60
academy.test. IN TXT "v=spf1 a:mail.academy.test " "include:partner.test ~all"
academy.test. IN MX 10 mail.academy.test.
partner.test. IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
s1._domainkey.academy.test. IN TXT "v=DKIM1; k=rsa; " "p=MIIB" "IjANBg"
_dmarc.academy.test. IN TXT "v=DMARC1; p=quarantine"
mail.academy.test. IN A 192.0.2.7
7.2.0.192.in-addr.arpa. IN PTR mail.academy.test.
"""
NAMES = MailNames("academy.test", "academy.test", {"s1": KEY}, ["mail.academy.test"])


def found_in(zone: str, names: MailNames = NAMES) -> dict[str, Finding]:
    with running_dns(zone) as port:
        resolver = Dns(servers=["127.0.0.1"], port=port)
        return {finding.subject: finding for finding in examine_names(names, resolver)}


def test_a_domain_that_publishes_everything_is_good() -> None:
    found = found_in(GOOD)
    assert {finding.verdict for finding in found.values()} == {"good"}, found
    assert set(found) == {"SPF", "DKIM s1", "DMARC", "Alignment", "Returns", "PTR mail.academy.test"}


def test_of_a_domain_that_publishes_nothing_each_record_to_publish_is_said_whole() -> None:
    found = found_in("$TTL 60\nother.test. IN A 192.0.2.1\n")
    assert found["SPF"].mend.startswith('Publish at academy.test: TXT "v=spf1 a:mail.academy.test ~all"')
    assert found["DKIM s1"].mend == f'Publish at s1._domainkey.academy.test: TXT "{KEY}"'
    assert found["DMARC"].mend.startswith('Publish at _dmarc.academy.test: TXT "v=DMARC1; p=none; ')
    assert "MX 10" in found["Returns"].mend
    assert {finding.verdict for subject, finding in found.items() if subject != "Alignment"} == {"broken"}


@pytest.mark.parametrize(
    ("subject", "record", "said"),
    [
        ("SPF", 'academy.test. IN TXT "v=spf1 -all"', "2 records; none counts"),
        ("SPF", 'partner.test. IN TXT "v=spf1 x"', ""),
        ("DMARC", '_dmarc.academy.test. IN TXT "v=DMARC1; p=reject"', "has 2 records"),
        ("DKIM s1", 's1._domainkey.academy.test. IN TXT "v=DKIM1; p="', "2 records"),
    ],
    ids=["two_spf", "two_of_a_partner", "two_dmarc", "two_keys"],
)
def test_what_stands_there_twice_counts_for_nothing(subject: str, record: str, said: str) -> None:
    finding = found_in(GOOD + record + "\n")[subject]
    assert said in finding.found
    assert finding.verdict == ("broken" if said else "good")


@pytest.mark.parametrize(
    ("subject", "before", "after", "said"),
    [
        ("SPF", "~all", "+all", "everybody may send"),
        ("SPF", "include:partner.test", " ".join(f"a:h{n}.test" for n in range(10)), "needs 11 look-ups"),
        ("SPF", "v=spf1 a", "v=spf10 a", "says nothing"),
        ("DKIM s1", "IjANBg", "IjANBh", "another key is published"),
        ("DKIM s1", '"p=MIIB" "IjANBg"', '"p="', "revoked"),
        ("DKIM s1", "k=rsa; ", "k=rsa; t=y; ", "as a test"),
        ("DMARC", "p=quarantine", "p=quarentine", "is no policy"),
        ("PTR mail.academy.test", "PTR mail.academy.test.", "PTR partner.test.", "which is not 192.0.2.7"),
        ("PTR mail.academy.test", "7.2.0.192.in-addr", "8.2.0.192.in-addr", "has no name"),
        ("Returns", "MX 10 mail.academy.test.", "MX 0 .", "takes no mail"),
    ],
    ids=[
        "everybody", "too_many", "another_version", "another_key", "revoked", "a_test", "no_policy", "another_name",
        "no_name", "null_mx",
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_its_name(subject: str, before: str, after: str, said: str) -> None:
    assert before in GOOD
    finding = found_in(GOOD.replace(before, after, 1))[subject]
    assert said in finding.found
    assert (finding.verdict, bool(finding.mend)) != ("good", True)
    assert finding.verdict in {"broken", "warning"}


def test_a_policy_further_up_the_tree_counts() -> None:
    names = MailNames("news.academy.test", "academy.test", {}, [])
    found = found_in(GOOD, names)
    assert found["DMARC"].found == "p=quarantine at _dmarc.academy.test"
    assert (found["Alignment"].found, found["DKIM"].verdict) == ("by SPF", "warning")


def test_mail_that_comes_back_elsewhere_and_is_not_signed_is_not_believed() -> None:
    found = found_in(GOOD, MailNames("academy.test", "partner.test", {}, []))
    assert found["Alignment"].verdict == "broken"


def test_records_that_include_each_other_end() -> None:
    zone = '$TTL 60\na.test. IN TXT "v=spf1 include:b.test -all"\nb.test. IN TXT "v=spf1 include:a.test -all"\n'
    assert found_in(zone, MailNames("a.test", "a.test", {}, []))["SPF"].verdict == "good"


def test_where_nobody_answers_nothing_is_called_broken() -> None:
    resolver = Dns(servers=["127.0.0.1"], port=free_port(), seconds=0.2)
    with pytest.raises(Unanswered):
        resolver.texts("academy.test")
    (finding,) = examine_names(NAMES, resolver)
    assert (finding.subject, finding.verdict) == ("DNS", "warning")


def test_what_we_say_to_publish_is_what_a_verifier_of_others_reads(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("keys")
    dknewkey.GenRSAKeys(str(folder / "s1.pem"), verbose=False)
    dknewkey.ExtractRSADnsPublicKey(str(folder / "s1.pem"), str(folder / "s1.dns"), verbose=False)
    (key,) = read_keys(folder)
    theirs = "".join((folder / "s1.dns").read_text().split())
    assert key.record.rpartition("p=")[2] == theirs.rpartition("p=")[2]
