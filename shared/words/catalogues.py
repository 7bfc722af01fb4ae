"""Collects every sentence of the code and merges it into the catalogues: one for each room and language.

    python -m shared.words.catalogues update     new sentences come in untranslated, vanished ones go; says which wait
    python -m shared.words.catalogues check      says what is missing, doubtful or broken; exit 1 if anything is

A sentence of one service stands in the catalogue of that service; one that several say, or a shared room, in the shared
one. English has none: its sentences are the keys. The comments at the head carry the glossary for translators.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from shared.words.glossary import GLOSSARY
from shared.words.languages import LANGUAGES, SOURCE_LANGUAGE
from shared.words.sentences import ROOT, SHARED, catalogue_path

TRANSLATED = tuple(language for language in LANGUAGES if language != SOURCE_LANGUAGE)
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "_n": (1, 2),
    "ngettext": (1, 2),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_HEADER = """# Academy: {language}.
#
# Glossary (the same word for the same thing everywhere):
{glossary}
#"""


def sources() -> Iterator[tuple[Path, str]]:
    """Return every file that may speak, with the method that extracts from it."""
    for room in ("services", "shared"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if path.name not in {"catalogues.py", "glossary.py"}:
                yield path, "python"
    yield from ((path, "jinja2.ext:babel_extract") for path in template_files())


def template_files() -> list[Path]:
    """Return all templates of pages and mails."""
    shared = [ROOT / "shared" / room / "templates" for room in ("people", "web/pages")]
    folders = [*shared, *sorted((ROOT / "services").glob("*/templates"))]
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in {".html", ".txt"}]


def extracted() -> dict[Path, Catalog]:
    """Return the sentences found in the code by the room that keeps them, as templates without translations."""
    everything = _all_sentences()
    rooms = [SHARED, *sorted(path for path in (ROOT / "services").iterdir() if (path / "app.py").exists())]
    found = {room: Catalog(project="academy", charset="utf-8") for room in rooms}
    for message in everything:
        if message.id:
            where = [name for name, _line in message.locations]
            found[room_of(where)].add(
                message.id,
                None,
                message.locations,
                auto_comments=message.auto_comments,
                context=message.context,
            )
    return found


def room_of(places: Iterable[str]) -> Path:
    """Return whose catalogue keeps a sentence that stands in ``places``, paths from the root."""
    owners = {place.split("/")[1] if place.startswith("services/") else "" for place in places}
    return ROOT / "services" / owners.pop() if len(owners) == 1 and "" not in owners else SHARED


def _all_sentences() -> Catalog:
    found = Catalog(project="academy", charset="utf-8")
    options = {"silent": "false", "trimmed": "true"}
    for path, method in sources():
        name = path.relative_to(ROOT).as_posix()
        source = io.BytesIO(path.read_bytes())
        for _line, text, comments, context in extract(method, source, keywords=KEYWORDS, options=options):
            found.add(text, None, [(name, 1)], auto_comments=comments, context=context)
    return found


def load(room: Path, language: str) -> Catalog:
    """Read what a room says in a language, or start an empty catalogue."""
    path = catalogue_path(room, language)
    if not path.exists():
        return Catalog(locale=language, project="academy", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def merged(language: str, template: Catalog, old: Mapping[str, Message]) -> Catalog:
    """Return a catalogue with exactly the template's sentences, told as ``old`` tells them; nothing is guessed."""
    new = Catalog(locale=language, project="academy", charset="utf-8", fuzzy=False)
    words = GLOSSARY[language]
    lines = "\n".join(f"#   {term}: {words[term]}" for term in words)
    new.header_comment = _HEADER.format(language=language, glossary=lines)
    for message in template:
        if not message.id:
            continue
        found = old.get(_key(message))
        same = found is not None and found.id == message.id
        new.add(
            message.id,
            (found.string if found and same else None) or (("",) * new.num_plurals if message.pluralizable else ""),
            message.locations,
            auto_comments=message.auto_comments,
            user_comments=found.user_comments if found else [],
            context=message.context,
        )
    return new


def save(path: Path, catalog: Catalog) -> None:
    """Write a catalogue sorted by sentence, without dates and line numbers: a diff shows words only."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)
    text = re.sub(r'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team): .*\n', "",
                  buffer.getvalue().decode(), flags=re.MULTILINE)  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def texts_of(message: Message) -> tuple[str, ...]:
    """Return a message's translations: one, or one per plural form."""
    told = message.string
    return tuple(str(text or "") for text in told) if isinstance(told, (tuple, list)) else (str(told or ""),)


def faults(language: str, template: Mapping[Path, Catalog]) -> list[str]:
    """Say what is wrong with a language's catalogues, by file: missing, unused, untranslated, fuzzy, broken."""
    return [
        f"{catalogue_path(room, language).relative_to(ROOT)}: {fault}"
        for room, sentences in template.items()
        for fault in _faults(load(room, language), sentences)
    ]


def _faults(catalog: Catalog, template: Catalog) -> list[str]:
    wanted = {_key(message) for message in template if message.id}
    present = {_key(message) for message in catalog if message.id}
    found = [f"missing: {name}" for name in sorted(wanted - present)]
    found += [f"no longer used: {name}" for name in sorted(present - wanted)]
    for message in catalog:
        if message.id and message.fuzzy:
            found.append(f"fuzzy: {_key(message)}")
        if message.id:
            found += _broken(message, catalog.num_plurals)
    return found


def _key(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def _broken(message: Message, num_plurals: int) -> list[str]:
    texts = texts_of(message)
    if not all(texts) or (message.pluralizable and len(texts) != num_plurals):
        return [f"untranslated: {_key(message)}"]
    ids = (message.id,) if isinstance(message.id, str) else message.id
    wanted = set(_PLACEHOLDER.findall(ids[-1]))
    found = []
    for text in texts:
        given = set(_PLACEHOLDER.findall(text))
        # A plural form may say the number in a word ("two places"), and only that.
        if given != wanted and not (message.pluralizable and given == wanted - {"num"}):
            found.append(f"placeholders differ: {text!r} for {_key(message)!r}")
        if "%" in _PLACEHOLDER.sub("", text) and wanted:
            found.append(f"stray %: {text!r}")
    return found


def main(arguments: list[str]) -> int:
    """Run `update` or `check`; return the exit status."""
    template = extracted()
    if arguments == ["update"]:
        for language in TRANSLATED:
            old = {_key(message): message for room in template for message in load(room, language) if message.id}
            for room, sentences in template.items():
                save(catalogue_path(room, language), merged(language, sentences, old))
    if arguments in (["update"], ["check"]):
        told = [fault for language in TRANSLATED for fault in faults(language, template)]
        sys.stdout.write("".join(f"{line}\n" for line in told))
        return 1 if told and arguments == ["check"] else 0
    sys.stderr.write("update or check?\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
