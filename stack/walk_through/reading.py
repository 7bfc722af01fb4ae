"""A participant gets the Reader: shown, whole, resumed, and for nobody else."""

from __future__ import annotations

import hashlib
import re
import time
from urllib.parse import unquote

import httpx

from stack.walk_through.applying import AMINA, DORA
from stack.walk_through.journey import Journey, require
from stack.walk_through.visitor import Page, Visitor

SHA256 = re.compile(r"\b[0-9a-f]{64}\b")
SECONDS_TO_SHELF = 30.0
OK, PARTIAL = 200, 206
REFUSED = {401, 403, 404}


def reader_appears(journey: Journey) -> str:
    """See the Reader on Amina's page, in French, with size and checksum."""
    visitor = journey.visitor(AMINA.who)
    until = time.monotonic() + SECONDS_TO_SHELF
    while True:
        page = visitor.open("/me")
        links = reader_links(page)
        if links or time.monotonic() > until:
            break
        time.sleep(0.3)
    require(bool(links), f"no Reader appeared in {SECONDS_TO_SHELF:.0f} s: {page.words[:300]}")
    checksums = SHA256.findall(page.text)
    require(bool(checksums), "the page shows no SHA-256")
    require(
        "-fr" in links[0] or page.tree.xpath("//a[@hreflang='fr'][contains(@href,'/renditions/')]") != [], "not French"
    )
    journey.known["reader"] = links[0]
    journey.known["checksums"] = checksums
    return unquote(links[0].rpartition("/")[2])


def reader_is_whole(journey: Journey) -> str:
    """Download it through the gateway; its SHA-256 is the one on the page."""
    answer = fetch(journey.visitor(AMINA.who), journey.known["reader"])
    require(answer.status_code == OK, f"the download answers {answer.status_code}")
    found = hashlib.sha256(answer.content).hexdigest()
    require(found in journey.known["checksums"], f"the file's SHA-256 is {found}, the page shows another")
    require(answer.headers.get("etag", "").startswith('"'), f"no strong ETag: {answer.headers.get('etag')}")
    require("private" in answer.headers.get("cache-control", ""), "the file may be cached by others")
    require(answer.headers.get("accept-ranges") == "bytes", "the download cannot be resumed")
    journey.known["bytes"] = answer.content
    journey.known["etag"] = answer.headers["etag"]
    return f"{len(answer.content) / 1000:.0f} kB"


def reader_resumes(journey: Journey) -> str:
    """Break the download off half-way, resume it, and get the very same file."""
    visitor, address, whole = journey.visitor(AMINA.who), journey.known["reader"], journey.known["bytes"]
    half = len(whole) // 2
    with visitor.client.stream("GET", address, headers={"Accept-Encoding": "identity"}) as answer:
        begun = b""
        for piece in answer.iter_raw(4096):
            begun += piece
            if len(begun) >= half:
                break
    rest = fetch(visitor, address, **{"Range": f"bytes={len(begun)}-", "If-Range": journey.known["etag"]})
    require(rest.status_code == PARTIAL, f"resuming answers {rest.status_code}")
    require(
        hashlib.sha256(begun + rest.content).hexdigest() in journey.known["checksums"], "the joined file is another"
    )
    changed = fetch(visitor, address, **{"Range": f"bytes={half}-", "If-Range": '"another"'})
    require(changed.status_code == OK, "a file that changed meanwhile would be joined from two halves")
    known = fetch(visitor, address, **{"If-None-Match": journey.known["etag"]})
    require(known.status_code == httpx.codes.NOT_MODIFIED, f"a known file is sent again ({known.status_code})")
    return f"{len(begun)} + {len(rest.content)} bytes"


def strangers_get_nothing(journey: Journey) -> str:
    """Try the same address as a stranger, and as Dora, who has no place."""
    address, whole = journey.known["reader"], journey.known["bytes"]
    stranger = Visitor(journey.site)
    seen = []
    for visitor in (stranger, journey.visitor(DORA.who)):
        for headers in ({}, {"Range": "bytes=0-0"}):
            answer = fetch(visitor, address, **headers)
            sent_to_sign_in = "/sign-in" in str(answer.url)
            require(answer.status_code in REFUSED or sent_to_sign_in, f"a stranger gets {answer.status_code}")
            require(answer.content[:64] != whole[:64], "a stranger gets bytes of the Reader")
            require("public" not in answer.headers.get("cache-control", ""), "the refusal may be cached")
            seen.append("sign-in" if sent_to_sign_in else str(answer.status_code))
    inside = fetch(
        stranger, f"{journey.site}/_files/{journey.known['checksums'][0][:2]}/{journey.known['checksums'][0]}"
    )
    require(inside.status_code in REFUSED, f"the store is open: {inside.status_code}")
    stranger.close()
    return ", ".join(seen)


def reader_links(page: Page) -> list[str]:
    """Return the addresses of the renditions on a page."""
    return [address for _words, address in page.links() if "/materials/renditions/" in address]


def fetch(visitor: Visitor, address: str, **headers: str) -> httpx.Response:
    """Ask for bytes as they are."""
    return visitor.client.get(address, headers={"Accept-Encoding": "identity", **headers})
