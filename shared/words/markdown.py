"""Organisers write Markdown; pages need HTML, mails HTML that old mail programs understand and a text that reads well.

All are made from the same tokens. Raw HTML is text here, images are their description, and a paragraph that is
nothing but one link is a button. It is read as people write mails: a new line is a new line, a row of dashes is a line
and no heading, and an address is a link wherever it stands and whatever it contains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

if TYPE_CHECKING:
    from markdown_it.renderer import RendererProtocol
    from markdown_it.rules_inline import StateInline
    from markdown_it.utils import EnvType, OptionsDict

STYLES: Final = {
    "h1": "margin:0 0 16px;font-size:24px;line-height:1.25;font-weight:600",
    "h2": "margin:24px 0 8px;font-size:19px;line-height:1.3;font-weight:600",
    "h3": "margin:20px 0 8px;font-size:17px;line-height:1.35;font-weight:600",
    "p": "margin:0 0 16px",
    "ul": "margin:0 0 16px;padding-inline-start:24px",
    "ol": "margin:0 0 16px;padding-inline-start:24px",
    "li": "margin:0 0 6px",
    "blockquote": "margin:0 0 16px;padding-inline-start:16px;border-inline-start:3px solid #d8d0c2",
    "hr": "margin:24px 0;border:0;border-top:1px solid #d8d0c2",
    "th": "padding:6px 12px 6px 0;text-align:start;font-weight:600;vertical-align:top",
    "td": "padding:6px 12px 6px 0;text-align:start;vertical-align:top",
    "table": "margin:0 0 16px;border-collapse:collapse",
}
_BUTTON: Final = (
    '<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:24px 0"><tr>'
    '<td class="go" style="background:#14595b;border-radius:4px"><a href="{href}" style="display:inline-block;'
    "padding:12px 22px;font:600 17px/20px -apple-system,'Segoe UI',Roboto,Arial,sans-serif;color:#ffffff;"
    'text-decoration:none">{label}</a></td></tr></table>\n'
)

_BARE: Final = re.compile(r"https?://[^\s<>\"`\\^{|}]+")
_AFTER_AN_ADDRESS: Final = ".,;:!?'*_)]»”’"
_DEEPEST_QUOTE: Final = 8
_QUOTES: Final = re.compile(r"^((?:[ \t]?>){8})(?:[ \t]?>)+", re.MULTILINE)


def _bare_address(state: StateInline, silent: bool) -> bool:
    """Make a link of an address that stands in the text; what emphasis would eat of it stays."""
    scheme = next((one for one in ("https", "http") if state.pending.endswith(one)), "")
    if not scheme or state.linkLevel > 0 or not state.src.startswith("://", state.pos):
        return False
    begin = state.pos - len(scheme)
    found = _BARE.match(state.src, begin)
    if found is None or (begin and state.src[begin - 1].isalnum()):
        return False
    address = _trimmed(found[0])
    href = state.md.normalizeLink(address)
    if len(address) <= len(scheme) + 3 or not state.md.validateLink(href):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme)]
        state.push("link_open", "a", 1).attrs = {"href": href}
        state.push("text", "", 0).content = address
        state.push("link_close", "a", -1)
    state.pos = begin + len(address)
    return True


def _trimmed(address: str) -> str:
    """Return an address without the punctuation of the sentence behind it; a bracket that it opened stays."""
    end = len(address)
    while end and address[end - 1] in _AFTER_AN_ADDRESS:
        if address[end - 1] == ")" and address.count("(", 0, end) >= address.count(")", 0, end):
            break
        end -= 1
    return address[:end]


def _description(
    _renderer: RendererProtocol, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    return escapeHtml(tokens[index].content)


_PARSER: Final = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 60}).enable("table")
_PARSER.disable("lheading")
_PARSER.inline.ruler.after("text", "bare_address", _bare_address)
_PARSER.add_render_rule("image", _description)

Change = Callable[[str], str]


def _as_it_is(words: str) -> str:
    return words


def parse(source: str, *, in_words: Change = _as_it_is, in_url: Change = _as_it_is) -> list[Token]:
    """Return the tokens of ``source``: CommonMark with tables, no raw HTML.

    ``in_words`` changes every piece of text, ``in_url`` every address; an address that is its own label stays so.
    """
    tokens = _PARSER.parse(_QUOTES.sub(r"\1", source))
    for token in tokens:
        if token.type in {"fence", "code_block"}:
            token.content = in_words(token.content)
        own_label = ""
        for child in token.children or []:
            if child.type == "link_open":
                href = str(child.attrGet("href") or "")
                child.attrSet("href", in_url(href))
                own_label = href
            elif child.type == "link_close":
                own_label = ""
            elif child.type in {"text", "code_inline", "image"}:
                same = own_label and _PARSER.normalizeLink(child.content) == own_label
                child.content = in_url(own_label) if same else in_words(child.content)
    return tokens


def lone_link(inline: Token) -> bool:
    """Say whether a paragraph's content is exactly one link with words of its own."""
    children = inline.children or []
    opened = [child for child in children if child.type == "link_open"]
    if len(opened) != 1 or children[0].type != "link_open" or children[-1].type != "link_close":
        return False
    return "".join(child.content for child in children) != opened[0].attrGet("href")


def page_html(source: str) -> str:
    """Return HTML for a page, whose style sheet sets it."""
    return str(_PARSER.renderer.render(parse(source), _PARSER.options, {}))


def mail_html(source: str, *, in_words: Change = _as_it_is, in_url: Change = _as_it_is) -> str:
    """Return HTML for a mail with styles in place: mail programs drop style sheets."""
    tokens = parse(source, in_words=in_words, in_url=in_url)
    for index, token in enumerate(tokens):
        if token.nesting >= 0 and token.tag in STYLES:
            token.attrSet("style", STYLES[token.tag])
        if _is_button(tokens, index):
            button = Token("html_block", "", 0, content=_button(token))
            hidden = Token("html_block", "", 0, content="")
            tokens[index - 1 : index + 2] = [hidden, button, hidden]
    return str(_PARSER.renderer.render(tokens, _PARSER.options, {}))


def _is_button(tokens: Sequence[Token], index: int) -> bool:
    """Say whether an inline token is a link alone in a paragraph of its own; in lists and quotes links stay links."""
    before = tokens[index - 1]
    alone = tokens[index].type == "inline" and before.type == "paragraph_open" and before.level == 0
    return alone and lone_link(tokens[index])


def _button(inline: Token) -> str:
    children = inline.children or []
    label = _PARSER.renderer.render([Token("inline", "", 0, children=children[1:-1])], _PARSER.options, {})
    return _BUTTON.format(href=escapeHtml(str(children[0].attrGet("href"))), label=label)


def mail_text(source: str, *, in_words: Change = _as_it_is, in_url: Change = _as_it_is) -> str:
    """Return plain text: headings underlined, links spelled out after their words, lists with dashes and numbers."""
    return _TextWriter(parse(source, in_words=in_words, in_url=in_url)).written()


class _TextWriter:
    """Walks the tokens once; ``closer`` are the blocks that follow the one before without an empty line."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._blocks: list[str] = []
        self._closer: set[int] = set()
        self._lists: list[int | None] = []
        self._bullet = self._quote = ""

    def written(self) -> str:
        for index, token in enumerate(self._tokens):
            if token.type == "inline":
                self._write(index, token)
            elif token.type == "hr":
                self._blocks.append("-" * 20)
            elif token.type in {"fence", "code_block"}:
                self._blocks.append(token.content.rstrip("\n"))
            else:
                self._follow(token)
        gaps = ("" if at == 0 else "\n" if at in self._closer else "\n\n" for at in range(len(self._blocks)))
        return "".join(gap + block for gap, block in zip(gaps, self._blocks, strict=True)) + "\n"

    def _follow(self, token: Token) -> None:
        """Keep track of lists and quotes."""
        if token.type == "ordered_list_open":
            self._lists.append(int(token.attrGet("start") or 1))
        elif token.type == "bullet_list_open":
            self._lists.append(None)
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            self._lists.pop()
        elif token.type == "list_item_open":
            number = self._lists[-1]
            self._bullet = "- " if number is None else f"{number}. "
            self._lists[-1] = None if number is None else number + 1
        elif token.type == "blockquote_open":
            self._quote += "> "
        elif token.type == "blockquote_close":
            self._quote = self._quote[2:]

    def _write(self, index: int, token: Token) -> None:
        before = self._tokens[index - 1]
        if before.type in {"th_open", "td_open"}:
            self._write_cell(
                inline_text(token), first=self._tokens[index - 2].type == "tr_open", head=before.tag == "th"
            )
            return
        first_line, *rest = inline_text(token, alone=_is_button(self._tokens, index)).split("\n")
        if before.type == "heading_open":
            rest.append(("=" if before.tag == "h1" else "-") * min(max(len(first_line), 3), 40))
        indent = self._quote + "  " * (len(self._lists) - 1 if self._lists else 0)
        hanging = " " * len(self._bullet) or ("  " if self._lists else "")
        if self._bullet and _continues_list(self._tokens, index):
            self._closer.add(len(self._blocks))
        self._blocks.append(
            "\n".join([indent + self._bullet + first_line, *(indent + hanging + line for line in rest)])
        )
        self._bullet = ""

    def _write_cell(self, cell: str, *, first: bool, head: bool) -> None:
        if first and not head:
            self._closer.add(len(self._blocks))
        self._blocks.append(cell if first else f"{self._blocks.pop()} | {cell}")


def _continues_list(tokens: list[Token], index: int) -> bool:
    """Say whether the paragraph at ``index`` opens an item of a tight list that is not its list's first."""
    tight = tokens[index - 1].hidden and tokens[index - 2].type == "list_item_open"
    return tight and "list_open" not in tokens[index - 3].type


def inline_text(token: Token, *, alone: bool = False) -> str:
    """Return the words of a paragraph; a link is followed by its address unless that is its text."""
    out: list[str] = []
    href, label_at = "", 0
    for child in token.children or []:
        if child.type in {"text", "code_inline", "image"}:
            out.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            out.append("\n")
        elif child.type == "link_open":
            href, label_at = str(child.attrGet("href") or ""), len(out)
        elif child.type == "link_close":
            label = "".join(out[label_at:])
            if label != href.removeprefix("mailto:"):
                out.append(f"\n{href}" if alone else f" ({href})")
    return "".join(out)
