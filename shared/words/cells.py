"""Tables that leave the house for a spreadsheet: no cell is ever a formula (OWASP, CSV injection)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
START: Final = "\ufeff"
"""What a CSV file begins with, so that spreadsheets take it for UTF-8."""
LONGEST: Final = 32_767
"""Characters of a cell of XLSX (ECMA-376)."""


def safe_cell(value: object) -> str:
    """Return a value as the text of a cell; what a spreadsheet would work out is kept from it by an apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_line(values: Sequence[object]) -> str:
    """Return one line of CSV (RFC 4180) with its end."""
    written = io.StringIO()
    csv.writer(written).writerow([safe_cell(one) for one in values])
    return written.getvalue()
