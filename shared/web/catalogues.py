"""Collects every sentence of the code and merges it into the five catalogues.

    python -m shared.web.catalogues update     new sentences come in untranslated, vanished ones go
    python -m shared.web.catalogues check      says what is missing, doubtful or broken; exit 1 if anything is

A catalogue's translator comments carry the glossary: one word for one thing, in each language.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from shared.web.glossary import GLOSSARY
from shared.web.languages import LANGUAGES, LOCALES, SOURCE_LANGUAGE

ROOT = Path(__file__).parents[2]
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
    folders = [ROOT / "shared" / "web" / "templates", *sorted((ROOT / "services").glob("*/templates"))]
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in {".html", ".txt"}]


def extracted() -> Catalog:
    """Return the sentences found in the code, as a template without translations."""
    found = Catalog(project="academy", charset="utf-8")
    options = {"silent": "false", "trimmed": "true"}
    for path, method in sources():
        name = path.relative_to(ROOT).as_posix()
        source = io.BytesIO(path.read_bytes())
        for _line, text, comments, context in extract(method, source, keywords=KEYWORDS, options=options):
            found.add(text, None, [(name, 1)], auto_comments=comments, context=context)
    return found


def catalogue_path(language: str) -> Path:
    """Where a language's sentences live."""
    return LOCALES / language / "LC_MESSAGES" / "messages.po"


def load(language: str) -> Catalog:
    """Read a language's catalogue, or start an empty one."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language, project="academy", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def merged(language: str, template: Catalog) -> Catalog:
    """Return the language's catalogue with exactly the template's sentences; nothing is guessed."""
    old = load(language)
    new = Catalog(locale=language, project="academy", charset="utf-8", fuzzy=False)
    words = GLOSSARY[language]
    lines = "\n".join(f"#   {term}: {words[term]}" for term in words)
    new.header_comment = _HEADER.format(language=language, glossary=lines)
    for message in template:
        if not message.id:
            continue
        known = old.get(message.id, message.context)
        same = known is not None and known.id == message.id
        told = known.string if known is not None and same else None
        comments = known.user_comments if known is not None else []
        new.add(
            message.id,
            told or (("",) * new.num_plurals if message.pluralizable else ""),
            message.locations,
            auto_comments=message.auto_comments,
            user_comments=comments,
            context=message.context,
        )
    return new


def save(language: str, catalog: Catalog) -> None:
    """Write a catalogue sorted by sentence, without dates and line numbers: a diff shows words only."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)
    text = re.sub(r'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team): .*\n', "",
                  buffer.getvalue().decode(), flags=re.MULTILINE)  # fmt: skip
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def texts_of(message: Message) -> tuple[str, ...]:
    """Return a message's translations: one, or one per plural form."""
    told = message.string
    return tuple(str(text or "") for text in told) if isinstance(told, (tuple, list)) else (str(told or ""),)


def faults(language: str, template: Catalog) -> list[str]:
    """Say what is wrong with a language's catalogue: missing, superfluous, untranslated, fuzzy, broken."""
    catalog = load(language)
    found = []
    wanted = {_key(message) for message in template if message.id}
    present = {_key(message) for message in catalog if message.id}
    found += [f"missing: {name}" for name in sorted(wanted - present)]
    found += [f"no longer used: {name}" for name in sorted(present - wanted)]
    for message in catalog:
        if not message.id:
            continue
        if message.fuzzy:
            found.append(f"fuzzy: {_key(message)}")
        if language != SOURCE_LANGUAGE:
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
        for language in LANGUAGES:
            save(language, merged(language, template))
        return 0
    if arguments == ["check"]:
        told = [f"{language}: {fault}" for language in LANGUAGES for fault in faults(language, template)]
        sys.stdout.write("".join(f"{line}\n" for line in told))
        return 1 if told else 0
    sys.stderr.write("update or check?\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
