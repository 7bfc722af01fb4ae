"""A light PDF: the same pages, with pictures no finer than a screen shows them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

import pikepdf
from PIL import Image

LONGEST_SIDE: Final = 1100
"""Pixels of a picture that fills a page: some 130 to the inch."""
QUALITY: Final = 45
_SMALLEST: Final = 30_000
"""Bytes below which a picture is not worth touching."""
_MOST_PIXELS: Final = 80_000_000
_LEFT_ALONE: Final = (
    pikepdf.PdfError,
    RuntimeError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    Image.DecompressionBombError,
)


def make_light(opened: pikepdf.Pdf, path: Path) -> dict[str, Any]:
    """Write the light PDF to ``path``; return ``{"pictures": how many were made smaller}``."""
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    made = 0
    for thing in opened.objects:
        if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image":
            made += _lighter(thing)
    for page in opened.pages:
        for forgotten in ("/Thumb", "/PieceInfo"):
            if forgotten in page.obj:
                del page.obj[forgotten]
    opened.remove_unreferenced_resources()
    streams = pikepdf.ObjectStreamMode.generate
    opened.save(
        path,
        linearize=True,
        object_stream_mode=streams,
        compress_streams=True,
        recompress_flate=True,
        deterministic_id=True,
    )
    return {"pictures": made}


def _lighter(thing: pikepdf.Stream) -> int:
    length = int(thing.get("/Length", 0))
    # masks and stencils are drawn with, not looked at; their exact pixels matter
    if length < _SMALLEST or thing.get("/ImageMask") or "/Mask" in thing or "/Decode" in thing:
        return 0
    try:
        picture = pikepdf.PdfImage(thing).as_pil_image()
    except _LEFT_ALONE:
        return 0  # a kind of picture that is left as it is
    if picture.mode not in {"L", "RGB", "P", "1"}:
        return 0
    picture = picture.convert("L" if picture.mode in {"L", "1"} else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    if written.tell() >= length * 0.9:
        return 0
    thing.write(written.getvalue(), filter=pikepdf.Name.DCTDecode)
    thing["/Width"], thing["/Height"] = picture.size
    thing["/BitsPerComponent"] = 8
    thing["/ColorSpace"] = pikepdf.Name.DeviceGray if picture.mode == "L" else pikepdf.Name.DeviceRGB
    if "/DecodeParms" in thing:
        del thing["/DecodeParms"]
    return 1
