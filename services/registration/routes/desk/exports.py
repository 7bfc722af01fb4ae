"""A view of the applications as a file: its rows in its order, its columns, no cell a formula."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, request, send_file, stream_with_context

from services.registration.queries.application_rows import rows_of
from services.registration.queries.editions import edition_at
from services.registration.queries.forms import application_form
from services.registration.queries.lines import application_ids, countries_present
from services.registration.routes.desk.applications import order_of, table_query, wish_of
from services.registration.rules.forms.compiled import CompiledForm
from services.registration.views.application_tables import CHOSEN, Cells, columns_of
from shared.clock import now
from shared.errors import Invalid
from shared.schema.registration import Edition
from shared.web.door.policy import staff
from shared.web.door.tools import tools
from shared.words.cells import LONGEST, START, csv_line, safe_cell
from shared.words.sentences import _, _l

blueprint = Blueprint("desk_exports", __name__)
MOST: Final = 1_000_000
AT_ONCE: Final = 500
"""Applications read at a time, so that a file of a hundred thousand takes no more memory than one of a hundred."""
MOST_IN_XLSX: Final = 20_000
"""More than this is made while the reader waits for the first byte; CSV begins at once."""


class TooManyForXlsx(Invalid):
    """The view has more rows than a workbook is made of."""

    title = _l("This view is too long for XLSX")

    def __init__(self) -> None:
        super().__init__(_l("Narrow it, or download it as CSV, which every spreadsheet opens."))


class _View:
    """What is asked for: which applications in which order, and which columns."""

    def __init__(self, edition_slug: str) -> None:
        with tools().database.reading() as session:
            self.edition: Edition = edition_at(session, edition_slug)
            self.form: CompiledForm = application_form(session, self.edition.id).form
            countries = countries_present(session, edition_id=self.edition.id)
            query = table_query(request.args, self.edition, countries, self.form.listed)
            self.ids: list[UUID] = application_ids(
                session,
                edition_id=self.edition.id,
                wish=wish_of(query, self.form.listed),
                order=order_of(query, self.edition),
                descending=query.descending,
                limit=MOST,
            )
        self.columns = columns_of(request.args.get(CHOSEN, ""), self.form)
        self.heads = [str(column.label) for column in self.columns]

    def rows(self) -> Iterator[list[str]]:
        """Give the cells of every application, each part of them read when it is its turn."""
        cells = Cells(self.columns, self.form, time_zone=self.edition.time_zone)
        for start in range(0, len(self.ids), AT_ONCE):
            with tools().database.reading() as session:
                found = rows_of(session, self.ids[start : start + AT_ONCE])
            yield from (cells.of(row) for row in found)

    def filename(self, kind: str) -> str:
        """Return what the file is called: what it holds, of which edition, of which day."""
        return f"applications-{self.edition.slug}-{now().date().isoformat()}.{kind}"


@blueprint.get("/desk/e/<edition_slug>/applications.csv")
@staff("organiser", "viewer")
def export_csv(edition_slug: str) -> Response:
    """Send the view as CSV, line by line."""
    view = _View(edition_slug)

    def lines() -> Iterator[str]:
        yield START + csv_line(view.heads)
        for row in view.rows():
            yield csv_line(row)

    headers = {"Content-Disposition": f'attachment; filename="{view.filename("csv")}"'}
    return Response(stream_with_context(lines()), mimetype="text/csv", headers=headers)


@blueprint.get("/desk/e/<edition_slug>/applications.xlsx")
@staff("organiser", "viewer")
def export_xlsx(edition_slug: str) -> Response:
    """Send the view as a workbook."""
    view = _View(edition_slug)
    if len(view.ids) > MOST_IN_XLSX:
        raise TooManyForXlsx
    return send_file(_workbook(view), as_attachment=True, download_name=view.filename("xlsx"))


def _workbook(view: _View) -> BytesIO:
    from openpyxl import Workbook  # 34 MB in each process that reads it: only for who asks for one

    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(_("Applications"))[:31])
    sheet.freeze_panes = "B2"
    for row in (view.heads, *view.rows()):
        sheet.append([safe_cell(one)[:LONGEST] for one in row])
    written = BytesIO()
    book.save(written)
    written.seek(0)
    return written
