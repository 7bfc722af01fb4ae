"""The child: takes its bounds before it loads anything that parses, does one step, leaves its word in the folder."""

from __future__ import annotations

import json
import resource
import sys
import traceback
from pathlib import Path
from typing import Any


def bind(bounds: dict[str, Any]) -> None:
    """Let the kernel end this process beyond its bounds."""
    resource.setrlimit(resource.RLIMIT_CPU, (bounds["processor_seconds"],) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bounds["file"],) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (bounds["memory"],) * 2)


def main() -> None:
    """Do what standard input orders."""
    order = json.load(sys.stdin)
    bind(order["bounds"])
    folder = Path(order["folder"])
    from services.materials.gateways.workshop.steps import STEPS  # after the bounds: it loads the parsers

    try:
        word = STEPS[order["step"]](Path(order["source"]), folder, order["bounds"]["slice_seconds"], **order["told"])
    except MemoryError:
        word = {"trouble": "heavy"}
    except Exception:  # noqa: BLE001 - whatever a parser stumbles over, the file is what it stumbles over
        traceback.print_exc()
        word = {"trouble": "broken"}
    (folder / "word.json").write_text(json.dumps(word), encoding="utf-8")


if __name__ == "__main__":
    main()
