"""A form's texts as a table for a translator: one line for each text, one column for each language."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile

from services.registration.rules.forms.completeness import texts_of
from services.registration.rules.forms.definitions import Definition
from services.registration.rules.forms.fields.base import Texts
from services.registration.views.form_faults import owner_name, part_name
from shared.words.languages import LANGUAGES
from shared.words.sentences import _, _l

LARGEST: Final = 5_000_000
MOST_LINES: Final = 20_000
_PLAIN: Final = 32_000
"""Characters of a cell: Excel keeps 32,767."""


class TableUnreadable(ValueError):  # noqa: N818 - a refusal in the customer's words
    """The file is no table of texts; the sentence says why."""


def texts_to_xlsx(definition: Definition) -> bytes:
    """Return the table: where a text stands, for people and for the way back, and its words by language."""
    from openpyxl import Workbook  # 34 MB in each process that reads it: only for the page that needs it

    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(_("Texts"))[:31])
    sheet.freeze_panes = "C2"
    head = ["address", str(_("Where it stands")), *LANGUAGES]
    sheet.append([_cell(sheet, words, bold=True) for words in head])
    for text in texts_of(definition):
        place = f"{owner_name(definition, text.owner)}: {part_name(text.part)}"
        line = [text.address, place, *(text.texts.get(code, "") for code in LANGUAGES)]
        sheet.append([_cell(sheet, words) for words in line])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def texts_from_xlsx(content: bytes) -> dict[str, Texts]:
    """Return the texts of such a table by address and language; empty cells are left out.

    Columns are found by their heading, so that they may be moved, and others added. Refuses with
    :class:`TableUnreadable`.
    """
    from openpyxl import load_workbook  # as above
    from openpyxl.utils.exceptions import InvalidFileException

    if not content or len(content) > LARGEST:
        raise TableUnreadable(_l("Choose the table as an XLSX file of at most 5 MB"))
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True, max_row=MOST_LINES)
        head = [str(one or "").strip() for one in next(rows, ())]
        lines = [[_words(one) for one in row] for row in rows]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError, EOFError, TypeError) as wrong:
        raise TableUnreadable(_l("This file is no XLSX table")) from wrong
    if "address" not in head:
        raise TableUnreadable(_l("The table needs the column “address”, as it was exported"))
    columns = {code: head.index(code) for code in LANGUAGES if code in head}
    found: dict[str, Texts] = {}
    for line in lines:
        address = line[head.index("address")] if len(line) > head.index("address") else ""
        words = {code: line[place] for code, place in columns.items() if place < len(line) and line[place]}
        if address and words:
            found[address] = words
    return found


def _words(value: object) -> str:
    return "" if value is None else str(value).strip()


def _cell(sheet: object, words: str, *, bold: bool = False) -> Any:
    from openpyxl.cell import WriteOnlyCell  # as above
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, value=words[:_PLAIN])
    cell.data_type = "s"  # a text that begins with = is no formula
    if bold:
        cell.font = Font(bold=True)
    return cell
