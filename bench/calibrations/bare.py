"""The bare Flask page: what this machine's Python and gunicorn give when nothing is done at all."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/")
def page() -> str:
    """Return a short page."""
    return "<!doctype html><title>Bare</title><p>Nothing is done here."
