"""What can be ordered: ``(source, folder, seconds, **told) -> word``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

import pikepdf
import pypdfium2
import pypdfium2.raw

from services.materials.gateways.workshop.light import make_light
from services.materials.gateways.workshop.pages import take_apart
from services.materials.gateways.workshop.texts import cut_text

Step: TypeAlias = Callable[..., dict[str, Any]]


def pages(source: Path, folder: Path, seconds: float, *, first: int) -> dict[str, Any]:
    """Text and pictures of the pages from ``first`` on, counted from 1; what else is known of the file with page 1."""
    if not _begins_like_pdf(source):
        return cut_text(source)
    try:
        return take_apart(source, folder, seconds, first=first)
    except pypdfium2.PdfiumError as refusal:
        return {"trouble": "locked" if refusal.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD else "broken"}


def light(source: Path, folder: Path, _seconds: float) -> dict[str, Any]:
    """Write ``light.pdf``: the same pages with smaller pictures, made to be read while it arrives."""
    return _with_pikepdf(source, lambda opened: make_light(opened, folder / "light.pdf"))


def parts(source: Path, folder: Path, _seconds: float, *, spans: list[list[int]]) -> dict[str, Any]:
    """Write ``0.pdf``, ``1.pdf``, …: the pages ``[first, last]`` of each span, counted from 1."""

    def cut(opened: pikepdf.Pdf) -> dict[str, Any]:
        for number, (first, last) in enumerate(spans):
            with pikepdf.new() as part:
                part.pages.extend(opened.pages[first - 1 : last])
                part.remove_unreferenced_resources()
                _save(part, folder / f"{number}.pdf")
        return {"parts": len(spans)}

    return _with_pikepdf(source, cut)


def _save(pdf: pikepdf.Pdf, path: Path) -> None:
    streams = pikepdf.ObjectStreamMode.generate
    pdf.save(path, linearize=True, object_stream_mode=streams, compress_streams=True, deterministic_id=True)


def _with_pikepdf(source: Path, work: Callable[[pikepdf.Pdf], dict[str, Any]]) -> dict[str, Any]:
    try:
        with pikepdf.open(source) as opened:
            # what its owner locked against copying is not unlocked by us
            return {"trouble": "locked"} if opened.is_encrypted else work(opened)
    except pikepdf.PasswordError:
        return {"trouble": "locked"}
    except pikepdf.PdfError:
        return {"trouble": "broken"}


def _begins_like_pdf(source: Path) -> bool:
    with source.open("rb") as file:
        return b"%PDF-" in file.read(1024)


STEPS: Final[dict[str, Step]] = {"pages": pages, "light": light, "parts": parts}
