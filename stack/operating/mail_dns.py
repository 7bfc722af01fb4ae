"""What DNS says of the sender's domain, and what to publish there: SPF, DKIM, DMARC, where mail comes back, and PTR."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from stack.operating.findings import Finding

MOST_LOOKUPS: Final = 10
"""An SPF record that needs more is an error for every receiver (RFC 7208, 4.6.4)."""
_ASKING: Final = ("include", "a", "mx", "ptr", "exists", "redirect")
_PUBLIC: Final = "Publish at "


class Resolver(Protocol):
    """Looks names up."""

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of ``name``; raises :class:`Unanswered`."""

    def exchangers(self, name: str) -> list[str]:
        """Return the hosts that take mail for ``name``; raises :class:`Unanswered`."""

    def addresses(self, name: str) -> list[str]:
        """Return the addresses of ``name``; raises :class:`Unanswered`."""

    def names_of(self, address: str) -> list[str]:
        """Return the names that ``address`` goes by; raises :class:`Unanswered`."""


class Unanswered(Exception):  # noqa: N818 - a state of the world, said as one
    """No DNS server answered; nothing is known."""


@dataclass(frozen=True)
class MailNames:
    """What there is to look up. ``keys``: by selector, what its TXT record has to say. ``relays``: our own hosts."""

    sender: str
    """The domain of the From address."""
    returns: str
    """The domain of the envelope's sender."""
    keys: Mapping[str, str]
    relays: Sequence[str]


def examine_names(names: MailNames, resolver: Resolver) -> Iterator[Finding]:
    """Look at everything; what cannot be looked up is said once."""
    try:
        yield _spf(names, resolver)
        yield from _dkim(names, resolver)
        yield _dmarc(names, resolver)
        yield _aligned(names)
        yield _exchanger(names, resolver)
        for host in names.relays:
            yield from _pointer(host, resolver)
    except Unanswered as unanswered:
        mend = "Let this machine ask a DNS server that knows the Internet, or run doctor where one does."
        yield Finding("DNS", "warning", f"no answer for {unanswered}", mend)


def _spf(names: MailNames, resolver: Resolver) -> Finding:
    domain = names.returns
    found = _records(resolver, domain, "v=spf1")
    wanted = " ".join(f"a:{host}" for host in names.relays) or "a mx"
    publish = f'{_PUBLIC}{domain}: TXT "v=spf1 {wanted} ~all"; a relay of somebody else\'s tells what to include.'
    if not found:
        return Finding("SPF", "broken", f"{domain} says nothing", publish)
    if len(found) > 1:
        return Finding("SPF", "broken", f"{domain} has {len(found)} records; none counts", "Leave one of them.")
    if found[0].split()[-1] in {"+all", "all"}:
        return Finding("SPF", "broken", "everybody may send for the domain", "End the record in ~all or -all.")
    lookups = _lookups(resolver, domain, seen=set())
    if lookups > MOST_LOOKUPS:
        mend = f"Name addresses instead of hosts: {MOST_LOOKUPS} look-ups are the most (RFC 7208, 4.6.4)."
        return Finding("SPF", "broken", f"needs {lookups} look-ups", mend)
    return Finding("SPF", "good", found[0])


def _lookups(resolver: Resolver, domain: str, *, seen: set[str]) -> int:
    """Count what a receiver has to look up for the record of ``domain``, down to where it counts no further."""
    if domain in seen or len(seen) > MOST_LOOKUPS:
        return 0
    seen.add(domain)
    count = 0
    for record in _records(resolver, domain, "v=spf1")[:1]:
        for term in record.split()[1:]:
            name, _, value = term.lstrip("+-~?").replace("=", ":", 1).partition(":")
            kind = name.partition("/")[0].lower()
            if kind in _ASKING:
                count += 1
                if kind in {"include", "redirect"} and "%" not in value:
                    count += _lookups(resolver, value, seen=seen)
    return count


def _dkim(names: MailNames, resolver: Resolver) -> Iterator[Finding]:
    if not names.keys:
        mend = "Set MAIL_DKIM_KEYS, unless the relay signs for this domain."
        yield Finding("DKIM", "warning", "we sign nothing", mend)
    for selector, wanted in names.keys.items():
        where = f"{selector}._domainkey.{names.sender}"
        found = [_tags(record) for record in resolver.texts(where)]
        subject = f"DKIM {selector}"
        if not found:
            yield Finding(subject, "broken", "not published", f'{_PUBLIC}{where}: TXT "{wanted}"')
        elif len(found) > 1:
            yield Finding(subject, "broken", f"{len(found)} records; receivers take any", "Leave one of them.")
        elif found[0].get("p") != _tags(wanted)["p"]:
            said = "revoked" if found[0].get("p") == "" else "another key is published"
            yield Finding(subject, "broken", said, f'{_PUBLIC}{where}: TXT "{wanted}"')
        else:
            testing = "y" in found[0].get("t", "").split(":")
            yield Finding(
                subject,
                "warning" if testing else "good",
                "published, as a test" if testing else "published",
                "Take t=y out: receivers may treat the mail as unsigned." * testing,
            )


def _dmarc(names: MailNames, resolver: Resolver) -> Finding:
    labels = names.sender.split(".")
    for start in range(max(1, len(labels) - 1)):  # up the tree (RFC 9989, 4.10)
        domain = ".".join(labels[start:])
        found = _records(resolver, f"_dmarc.{domain}", "v=DMARC1")
        if len(found) > 1:
            return Finding("DMARC", "broken", f"_dmarc.{domain} has {len(found)} records", "Leave one of them.")
        if found:
            policy = _tags(found[0]).get("p", "none")
            if policy not in {"none", "quarantine", "reject"}:
                return Finding("DMARC", "broken", f"p={policy} is no policy", "Say p=none, p=quarantine or p=reject.")
            return Finding("DMARC", "good", f"p={policy} at _dmarc.{domain}")
    publish = f'{_PUBLIC}_dmarc.{names.sender}: TXT "v=DMARC1; p=none; rua=mailto:postmaster@{names.sender}"'
    return Finding("DMARC", "broken", "not published; large mailbox providers refuse bulk mail without", publish)


def _aligned(names: MailNames) -> Finding:
    """Say whether SPF or DKIM speaks for the domain that people see (RFC 9989, 4.4)."""
    own = names.returns == names.sender or names.returns.endswith(f".{names.sender}")
    own = own or names.sender.endswith(f".{names.returns}")
    if own or names.keys:
        return Finding("Alignment", "good", "by DKIM" if names.keys else "by SPF")
    mend = f"Sign with MAIL_DKIM_KEYS, or let MAIL_RETURN be an address below {names.sender}."
    return Finding("Alignment", "broken", f"mail comes back to {names.returns}, seen is {names.sender}", mend)


def _exchanger(names: MailNames, resolver: Resolver) -> Finding:
    hosts = resolver.exchangers(names.returns)
    if hosts == ["."]:
        mend = "Name a host that takes mail: reports of what did not arrive go there."
        return Finding("Returns", "broken", f"{names.returns} says that it takes no mail", mend)
    if hosts:
        return Finding("Returns", "good", f"{names.returns} takes mail at {', '.join(sorted(hosts))}")
    if resolver.addresses(names.returns):
        return Finding("Returns", "good", f"{names.returns} takes mail itself")
    mend = f"{_PUBLIC}{names.returns}: MX 10 and the host that hands mail to MAIL_LISTEN or keeps MAIL_BOX."
    return Finding("Returns", "broken", f"nobody takes mail for {names.returns}", mend)


def _pointer(host: str, resolver: Resolver) -> Iterator[Finding]:
    """Say whether a relay of our own goes by one name both ways (RFC 1912, 2.1)."""
    addresses = resolver.addresses(host)
    if not addresses:
        yield Finding(f"PTR {host}", "broken", "the name has no address", "Mend the name in SMTP_URL or MAIL_RELAYS.")
    for address in addresses:
        known = resolver.names_of(address)
        back = [name for name in known if address in resolver.addresses(name)]
        if back:
            yield Finding(f"PTR {host}", "good", f"{address} is {back[0]}")
            continue
        said = f"{address} is called {known[0]}, which is not {address}" if known else f"{address} has no name"
        mend = f"If this machine itself sends to the Internet, let its provider name {address} {host}."
        yield Finding(f"PTR {host}", "warning", said, mend)


def _records(resolver: Resolver, name: str, version: str) -> list[str]:
    """Return the TXT records of a kind; a version is followed by a space, a semicolon or nothing."""
    begins, found = version.lower(), []
    for text in resolver.texts(name):
        record = text.strip()
        if record.lower().startswith(begins) and record[len(begins) : len(begins) + 1] in {"", " ", ";"}:
            found.append(record)
    return found


def _tags(record: str) -> dict[str, str]:
    parts = (part.partition("=") for part in record.split(";") if "=" in part)
    return {name.strip(): "".join(value.split()) for name, _, value in parts}
