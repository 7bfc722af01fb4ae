"""A real object store that speaks S3, with one bucket, on free ports of this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tests.support.patience import until
from tests.support.postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "academy-test"


@dataclass(frozen=True)
class Bucket:
    """A running store. ``environment`` says to every S3 program where it is and who we are."""

    origin: str
    environment: dict[str, str]
    url: str = f"s3://{NAME}/library"


def weed() -> str | None:
    """Return the path of SeaweedFS's program, from its wheel or from the machine."""
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.exists() else shutil.which("weed")


@contextmanager
def running_bucket(folder: Path) -> Iterator[Bucket]:
    """Start SeaweedFS with its S3 door and make the bucket; stop it at the end."""
    from obstore.store import S3Store  # late: most tests need none

    program, port = weed(), free_port()
    assert program is not None
    folder.mkdir(parents=True, exist_ok=True)
    keys = {"accessKey": "reader", "secretKey": "a secret that is only good for tests"}
    rights = {"name": "academy", "credentials": [keys], "actions": ["Admin", "Read", "Write", "List"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [rights]}), "utf-8")
    ports = {
        name: free_port()
        for name in ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port",
                     "filer.port.grpc", "s3.port.grpc")
    }  # fmt: skip
    command = [
        program, "-logdir", str(folder), "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}", "-s3",
        f"-s3.port={port}", f"-s3.config={folder / 's3.json'}", "-master.volumeSizeLimitMB=64", "-volume.max=20",
        "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false",
        *(f"-{name}={number}" for name, number in ports.items()),
    ]  # fmt: skip
    origin = f"http://127.0.0.1:{port}"
    environment = {
        "AWS_ENDPOINT_URL": origin,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": keys["accessKey"],
        "AWS_SECRET_ACCESS_KEY": keys["secretKey"],
    }
    with (folder / "weed.log").open("wb") as log:
        started = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        from obstore import sign  # late, as above

        at = S3Store(
            NAME, endpoint=origin, region="us-east-1", client_options={"allow_http": True},
            access_key_id=keys["accessKey"], secret_access_key=keys["secretKey"],
        )  # fmt: skip
        make = sign(at, "PUT", "", timedelta(minutes=5))
        until(lambda: _is_made(make), seconds=90, what="the bucket's store to make a bucket")
        yield Bucket(origin, environment)
    finally:
        started.terminate()
        try:
            started.wait(timeout=20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _is_made(make: str) -> bool:
    """Ask for the bucket; the store's door opens a while before what stands behind it answers."""
    try:
        return httpx.put(make).status_code in {200, 409}
    except httpx.TransportError:
        return False


@contextmanager
def told(environment: dict[str, str]) -> Iterator[None]:
    """Let this process be told the same for as long as the block lasts."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
