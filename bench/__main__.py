"""``python -m bench``: what ``./academy bench`` runs."""

from __future__ import annotations

from bench.command import bench

bench(prog_name="./academy bench")
