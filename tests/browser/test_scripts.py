"""Our two scripts, each on a page made of the components it enhances."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.web.pages.rendering import mail_environment
from shared.web.pages.static_files import STATIC
from shared.web.pages.tables import Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Dialog, Page, Route

pytestmark = pytest.mark.browser
ROWS = [{"id": number, "name": f"Person {number}"} for number in range(1, 5)]
DIALOG = """
{% call ui.dialog("sure", "Sure?", "Withdraw") %}<p>Think.</p><button data-close>Keep</button>{% endcall %}
"""
TABLE = """
{% call(row, column) ui.table(columns, rows, "People", select="ids") %}
<a href="#row-{{ row.id }}">{{ row.name }}</a>{% endcall %}
{% call ui.bulk_bar(total=312) %}<button form="bulk" name="outcome" value="accept">Accept</button>{% endcall %}
<form id="bulk" action="/propose"></form><input id="q"><dialog id="keys">Keys</dialog>
"""


@contextmanager
def showing(browser: Browser, template: str, *scripts: str, works: bool = True) -> Iterator[Page]:
    """Show a template with our scripts (or in a browser without JavaScript)."""
    source = mail_environment().from_string(template)
    body = source.render(columns=(Column("name", "Name", kind="main"),), rows=ROWS)
    context = browser.new_context(java_script_enabled=works)
    try:
        page = context.new_page()
        page.set_content(f"<!doctype html><html lang=en><body>{body}</body></html>")
        for script in scripts if works else ():
            page.add_script_tag(content=(STATIC / script).read_text("utf-8"), type="module")
        yield page
    finally:
        context.close()


def test_a_section_becomes_a_dialog_that_opens_and_closes(browser: Browser) -> None:
    with showing(browser, DIALOG, "page.js") as page:
        assert not page.get_by_text("Think.").is_visible()
        page.get_by_role("button", name="Withdraw").click()
        assert page.get_by_role("dialog", name="Sure?").is_visible()
        page.get_by_role("button", name="Keep").click()
        assert not page.get_by_text("Think.").is_visible()


def test_without_javascript_the_dialog_is_a_section_that_its_link_leads_to(browser: Browser) -> None:
    with showing(browser, DIALOG, works=False) as page:
        assert page.get_by_text("Think.").is_visible()
        assert page.get_by_role("link", name="Withdraw").get_attribute("href") == "#sure"


def test_a_menu_closes_on_escape_and_on_a_click_beside_it(browser: Browser) -> None:
    menu = '<details class="menu"><summary>Language</summary><p>French</p></details><p>Beside</p>'
    with showing(browser, menu, "page.js") as page:
        for escaping in (True, False):
            page.get_by_text("Language").click()
            assert page.get_by_text("French").is_visible()
            if escaping:
                page.keyboard.press("Escape")
            else:
                page.get_by_text("Beside").click()
            assert not page.get_by_text("French").is_visible()


def test_a_form_is_sent_once_however_often_its_button_is_pressed(browser: Browser) -> None:
    form = '<form method="post" target="away"><button>Send</button></form><iframe name="away"></iframe>'
    with showing(browser, form, "page.js") as page:
        page.evaluate("addEventListener('submit', (e) => { window.sent = (window.sent ?? 0) + !e.defaultPrevented })")
        for _press in range(3):
            page.locator("button").dispatch_event("click")
        assert page.evaluate("window.sent") == 1


def test_the_summary_of_errors_has_the_focus(browser: Browser) -> None:
    with showing(browser, '<div tabindex="-1" data-focus>Put these right</div>', "page.js") as page:
        assert page.evaluate("document.activeElement.textContent") == "Put these right"


def test_keys_walk_the_rows_and_select_them(browser: Browser) -> None:
    with showing(browser, TABLE, "desk.js") as page:
        for key in ("j", "j", "k", "x", "j", "j", "x"):
            page.keyboard.press(key)
        chosen = page.evaluate("[...document.querySelectorAll('[name=ids]:checked')].map((box) => box.value)")
        assert chosen == ["1", "3"]
        assert page.get_by_text("2 selected").is_visible()
        page.keyboard.press("?")
        assert page.get_by_role("dialog").is_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        page.keyboard.type("jx")
        assert page.locator("#q").input_value() == "jx", "keys are letters where people write"


def test_enter_opens_the_row_and_sends_nothing(browser: Browser) -> None:
    with showing(browser, TABLE, "desk.js") as page:
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        assert page.url.endswith("#row-2")
        page.get_by_label("Select Person 3").check()
        page.evaluate("addEventListener('submit', () => { window.sent = true })")
        page.get_by_label("Select Person 3").press("Enter")
        assert page.url.endswith("#row-3")
        assert page.evaluate("window.sent") is None


def test_a_bulk_act_waits_until_something_is_chosen(browser: Browser) -> None:
    with showing(browser, TABLE, "desk.js") as page:
        act = page.get_by_role("button", name="Accept")
        assert act.is_disabled()
        page.get_by_label("Select Person 1").check()
        assert act.is_enabled()
        page.get_by_label("Select Person 1").uncheck()
        assert act.is_disabled()
        page.get_by_label("All 312 that match").check()
        assert act.is_enabled()
    with showing(browser, TABLE, works=False) as page:
        assert page.get_by_role("button", name="Accept").is_enabled(), (
            "without JavaScript the server says what is missing"
        )


def test_what_is_selected_survives_paging_and_goes_along_once(browser: Browser) -> None:
    script = (STATIC / "desk.js").read_text("utf-8")
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        first = 5 if "page=2" in route.request.url else 1
        rows = [{"id": number, "name": f"Person {number}"} for number in range(first, first + 4)]
        template = mail_environment().from_string(TABLE)
        body = template.render(columns=(Column("name", "Name", kind="main"),), rows=rows)
        html = f'<!doctype html><html lang=en><body>{body}<script type="module">{script}</script></body></html>'
        route.fulfill(body=html, content_type="text/html")

    with closing(browser.new_context()) as context:
        page = context.new_page()
        page.route("http://desk.test/**", answer)
        page.goto("http://desk.test/applications?state=submitted")
        page.get_by_label("Select Person 2").check()
        page.goto("http://desk.test/applications?state=submitted&page=2")
        page.get_by_label("Select Person 7").check()
        assert page.get_by_text("2 selected").is_visible()
        page.goto("http://desk.test/applications?state=decided&page=2")
        assert page.get_by_text("selected", exact=False).first.is_hidden(), "other filters are another question"
        page.goto("http://desk.test/applications?state=submitted&page=2")
        with page.expect_navigation():
            page.get_by_role("button", name="Accept").click()
    assert sorted(parse_qs(urlsplit(asked[-1]).query)["ids"]) == ["2", "7"]


def test_shift_selects_a_range_and_the_heading_selects_the_page(browser: Browser) -> None:
    with showing(browser, TABLE, "desk.js") as page:
        page.get_by_label("Select Person 1").click()
        page.get_by_label("Select Person 3").click(modifiers=["Shift"])
        assert page.get_by_text("3 selected").is_visible()
        page.get_by_label("Select all on this page").check()
        assert page.get_by_text("4 selected").is_visible()


KEEP = """
<form method="post" data-keep><textarea name="why" aria-label="Why"></textarea><button>Save</button></form>
"""


@pytest.mark.parametrize("typed", ["", "Because."])
def test_leaving_with_unsaved_words_asks_first(browser: Browser, typed: str) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    with showing(browser, KEEP, "page.js") as page:
        page.on("dialog", answer)
        if typed:
            page.get_by_role("textbox").fill(typed)
        page.goto("about:blank")
        assert asked == (["beforeunload"] if typed else [])


def test_whoever_signs_out_leaves_nothing_behind_on_the_device(browser: Browser) -> None:
    form = '<form action="/sign-out" method="post" data-leaving><button>Sign out</button></form>'
    context = browser.new_context()
    try:
        page = context.new_page()
        body = f"<!doctype html><html lang=en><body>{form}</body></html>"
        context.route("https://academy.test/**", lambda route: route.fulfill(body=body, content_type="text/html"))
        page.goto("https://academy.test/materials")
        page.evaluate("caches.open('kept:x').then(one => one.put('/materials/kept', new Response('kept')))")
        page.add_script_tag(content=(STATIC / "page.js").read_text("utf-8"), type="module")
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.get_by_role("button", name="Sign out").click()
        assert urlsplit(sent.value.url).path == "/sign-out"
        page.wait_for_load_state()
        assert page.evaluate("caches.keys()") == []
    finally:
        context.close()
