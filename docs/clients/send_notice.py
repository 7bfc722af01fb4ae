"""Sends one notice through the Academy's API and checks what a webhook tells: Python 3.11, no library.

ACADEMY_URL, ACADEMY_TOKEN, EDITION and PERSON come from the environment. However often it is run with the same
reference, the person gets one mail.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.request


def send(reference: str, subject: str, body: str) -> dict[str, object]:
    """Send a notice; try again while the answer is lost, the server is away, or it asks to wait."""
    request = urllib.request.Request(
        f"{os.environ['ACADEMY_URL']}/api/notifications/v1/editions/{os.environ['EDITION']}/notices",
        method="POST",
        headers={"Authorization": f"Bearer {os.environ['ACADEMY_TOKEN']}", "Content-Type": "application/json"},
        data=json.dumps(
            {"reference": reference, "person_id": os.environ["PERSON"], "subject": subject, "body": body}
        ).encode(),
    )
    for seconds in (1, 5, 30, 0):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                found: dict[str, object] = json.load(answer)
                return found
        except urllib.error.HTTPError as refusal:
            if (refusal.code < 500 and refusal.code != 429) or not seconds:
                raise
        except OSError:
            if not seconds:
                raise
        time.sleep(seconds)
    raise AssertionError


def is_genuine(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Say whether a webhook's call is from the Academy, and from the last five minutes."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return fresh and any(hmac.compare_digest(wanted, one) for one in headers["webhook-signature"].split())


if __name__ == "__main__":
    print(send(*sys.argv[1:4])["state"])
