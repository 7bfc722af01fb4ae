"""Where a bucket is, for the gateway that fetches from it, and who alone is told its keys."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

BUCKET_KEYS: Final = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})
NOWHERE: Final = "http://127.0.0.1:9"
"""Nobody is asked where files lie in a folder."""


def origin_of(store_url: str, environ: Mapping[str, str]) -> str:
    """Return scheme, host and port of the bucket's object store."""
    if urlsplit(store_url).scheme != "s3":
        return NOWHERE
    named = urlsplit(environ.get("AWS_ENDPOINT_URL", ""))
    if named.netloc:
        return f"{named.scheme}://{named.netloc}"
    return f"https://s3.{environ.get('AWS_REGION') or 'us-east-1'}.amazonaws.com"


def answers(origin: str) -> bool:
    """Say whether somebody is there, whatever the answer."""
    try:
        urlopen(origin, timeout=5).close()  # noqa: S310 - the address that the operator named
    except HTTPError:
        return True
    except OSError:
        return False
    return True


def trust_of(origin: str) -> str:
    """Return nginx's directives that check the object store's certificate; nothing for one without."""
    known = ssl.get_default_verify_paths().cafile
    if not origin.startswith("https://") or known is None:
        return ""
    return f'proxy_ssl_verify on; proxy_ssl_verify_depth 3; proxy_ssl_trusted_certificate "{known}";'


def keys_of_bucket(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what opens the bucket, for materials and the worker."""
    return {name: environ[name] for name in sorted(BUCKET_KEYS) if environ.get(name)}
