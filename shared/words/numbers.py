"""Numbers and sizes as the reader writes them."""

from __future__ import annotations

import unicodedata

from babel import numbers, units

from shared.words.languages import reader_rules

_SIZES = (("gigabyte", 10**9), ("megabyte", 10**6), ("kilobyte", 10**3))


def format_number(value: float, digits: int | None = None) -> str:
    """`1,234.5`, with at most `digits` places after the comma (CLDR's own number when None)."""
    pattern = None if digits is None else "#,##0." + "#" * digits
    return numbers.format_decimal(value, format=pattern, locale=reader_rules(), numbering_system="default")


def format_percent(share: float, digits: int = 0) -> str:
    """Write 0.42 as `42%`."""
    locale = reader_rules()
    pattern = str(locale.percent_formats[None].pattern)
    if digits:
        pattern = pattern.replace("0", "0." + "0" * digits, 1)
    return numbers.format_percent(share, format=pattern, locale=locale, numbering_system="default")


def format_file_size(size: int) -> str:
    """`5.2 MB` in decimal units, as file managers and line speeds count; below a kilobyte in words: `193 bytes`."""
    unit, scale = next(((unit, scale) for unit, scale in _SIZES if size >= scale), ("byte", 1))
    scaled = size / scale
    rounded = round(scaled, 1) if scaled < 10 and scale > 1 else round(scaled)  # noqa: PLR2004 - 9.9, then 10
    return units.format_unit(
        rounded,
        f"digital-{unit}",
        length="long" if unit == "byte" else "short",
        locale=reader_rules(),
        numbering_system="default",
    )


def western_digits(text: str) -> str:
    """Return ``text`` with the decimal digits of every script as 0 to 9: `٢٠١١` is 2011."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)
