"""Looking through titles and through the words of every page that a person may open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Text, func, literal, literal_column, or_, select, type_coerce
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from services.materials.rules.library import Opened
from services.materials.rules.readable import Readable, readable_copies
from services.materials.rules.searching import HIT_BEGINS, HIT_ENDS, Asked, Term, answers_to
from services.materials.rules.words import bare
from shared.schema.materials.making import Page, Word
from shared.words.languages import LANGUAGES

MOST_HITS: Final = 1000
"""Pages that are ranked; beyond it they are said to be more."""
ALIKE: Final = 0.45
"""How alike (pg_trgm) a word of the library is to a mistyped one that stands for it."""
_SNIPPET: Final = (
    f'StartSel={HIT_BEGINS}, StopSel={HIT_ENDS}, MaxFragments=2, MaxWords=18, MinWords=6, FragmentDelimiter=" … "'
)
_LEAST_LETTERS: Final = 4


@dataclass(frozen=True)
class PageHit:
    """A page on which everything asked for stands; ``snippet`` marks it, see ``parts_of``."""

    readable: Readable
    number: int
    label: str
    snippet: str


@dataclass(frozen=True)
class Found:
    """What answers to a query: works by their titles, pages by their words. ``instead``: mended, since nothing did."""

    works: Sequence[Opened]
    pages: Sequence[PageHit]
    total: int
    instead: Asked | None = None


def look_for(
    session: Session,
    opened: Sequence[Opened],
    asked: Asked,
    *,
    limit: int,
    offset: int = 0,
    language: str | None = None,
) -> Found:
    """Look through what ``opened`` holds; with mended words where nothing is found as typed."""
    texts = with_pages(session, opened)
    copies = {one.copy.sha256: one for work in opened for one in readable_copies(work, with_pages=texts)}
    if language:
        copies = {sha256: one for sha256, one in copies.items() if one.copy.language == language}
    found = _found(session, opened, copies, asked, limit=limit, offset=offset)
    if found.total or found.works or not asked:
        return found
    mended = asked.mended(_alike(session, asked, languages={one.copy.language for one in copies.values()}))
    if mended == asked:
        return found
    second = _found(session, opened, copies, mended, limit=limit, offset=offset)
    return Found(second.works, second.pages, second.total, mended) if second.total or second.works else found


def with_pages(session: Session, opened: Iterable[Opened]) -> set[str]:
    """Return the files of ``opened`` that were taken apart into pages."""
    files = {copy.sha256 for work in opened for copy in work.copies}
    return set(session.scalars(select(Page.sha256).where(Page.sha256.in_(files), Page.number == 1)))


def _found(
    session: Session,
    opened: Sequence[Opened],
    copies: Mapping[str, Readable],
    asked: Asked,
    *,
    limit: int,
    offset: int,
) -> Found:
    works = [work for work in opened if answers_to(_said_of(work), asked)]
    if not asked or not copies:
        return Found(works, (), 0)
    questions = {language: _question(asked, language) for language in {one.copy.language for one in copies.values()}}
    matches = or_(
        *((Page.language == language) & Page.words.op("@@")(question) for language, question in questions.items())
    )
    rank = reduce(add, (_rank(language, question) for language, question in questions.items()))
    hits = (
        select(Page.sha256, Page.number, Page.label, Page.language, rank.label("rank"))
        .where(Page.sha256.in_(list(copies)), matches)
        .limit(MOST_HITS)
        .subquery("hits")
    )
    total = session.scalar(select(func.count()).select_from(hits)) or 0
    rows = session.execute(
        select(hits).order_by(hits.c.rank.desc(), hits.c.sha256, hits.c.number).limit(limit).offset(offset)
    ).all()
    snippets = _snippets(session, [(row.sha256, row.number) for row in rows], questions)
    pages = [
        PageHit(copies[row.sha256], row.number, row.label, snippets.get((row.sha256, row.number), "")) for row in rows
    ]
    return Found(works, pages, total)


def _said_of(work: Opened) -> list[str]:
    titles = [*work.titles.values(), *(title for chapter in work.chapters for title in chapter.titles.values())]
    names = [*work.contributors, *(name for chapter in work.chapters for name in chapter.authors)]
    return [*titles, *work.summaries.values(), *names, *work.tags, work.publisher]


def _configuration(language: str) -> ColumnElement[Any]:
    known = language if language in LANGUAGES else "en"
    return literal_column(f"'materials.{known}'::regconfig")


def _question(asked: Asked, language: str) -> ColumnElement[Any]:
    return reduce(lambda left, right: left.op("&&")(right), (_term(term, language) for term in asked.terms))


def _term(term: Term, language: str) -> ColumnElement[Any]:
    configuration = _configuration(language)
    if term.is_phrase:
        return type_coerce(func.phraseto_tsquery(configuration, term.text), TSQUERY)
    word = type_coerce(func.plainto_tsquery(configuration, term.text), TSQUERY)
    if not term.begins:
        return word
    longer = type_coerce(func.to_tsquery(configuration, f"{term.text}:*"), TSQUERY)
    return word.op("||")(longer)


def _rank(language: str, question: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.ts_rank_cd(Page.words, question) * (Page.language == language).cast(Integer)


def _snippets(
    session: Session, wanted: Sequence[tuple[str, int]], questions: Mapping[str, ColumnElement[Any]]
) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    keys = [literal(f"{sha256}:{number}") for sha256, number in wanted]
    key = Page.sha256 + ":" + Page.number.cast(Text)
    if not keys:
        return found
    files = {sha256 for sha256, _number in wanted}
    for language, question in questions.items():
        shown = func.ts_headline(_configuration(language), Page.text, question, _SNIPPET)
        rows = session.execute(
            select(Page.sha256, Page.number, shown).where(
                Page.language == language, Page.sha256.in_(files), key.in_(keys)
            )
        )
        found |= {(sha256, number): snippet for sha256, number, snippet in rows}
    return found


def _alike(session: Session, asked: Asked, *, languages: set[str]) -> dict[str, str]:
    """Return for each word that the library does not know the one that looks most like it."""
    instead: dict[str, str] = {}
    session.execute(select(func.set_config("pg_trgm.similarity_threshold", str(ALIKE), True)))
    for term in asked.terms:
        word = bare(term.text)
        if term.is_phrase or len(word) < _LEAST_LETTERS:
            continue
        nearest = session.scalar(
            select(Word.word)
            .where(Word.language.in_(languages), Word.word.op("%")(word))
            .order_by(func.similarity(Word.word, word).desc(), Word.word)
            .limit(1)
        )
        if nearest is not None and nearest != word:
            instead[term.text] = nearest
    return instead
