"""Puts the design system into an app: templates, components (`ui`), words, formats, static files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, has_request_context, request
from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from shared.clock import now
from shared.web.door.identity import signed_in
from shared.web.door.negotiation import register_languages
from shared.web.door.places import DeskPlace, place_among
from shared.web.door.redirects import own_path
from shared.web.door.typed import typed_before
from shared.web.pages.allowed import may
from shared.web.pages.colours import accent_style
from shared.web.pages.forms import fill
from shared.web.pages.kept_code import KeptCode
from shared.web.pages.navigation import ENTRIES, Section, sections
from shared.web.pages.static_files import send_static, static_url
from shared.words import formats, languages, numbers, sentences
from shared.words.addresses import readable_email

_PAGES: Final = "pages"
TEMPLATES = Path(__file__).parent / "templates"

# Which file of templates/components/ holds which macro.
MACROS = {
    "button": ("button", "link_button", "mail_button"),
    "conflict": ("conflict",),
    "dialog": ("dialog", "copy", "code"),
    "error_summary": ("error_summary",),
    "field": ("field",),
    "figures": ("statistics", "statistic", "chart"),
    "lists": ("summary_list", "task_list", "timeline"),
    "notice": ("notice", "state"),
    "page": ("page_title", "breadcrumbs", "tabs", "empty_state", "progress", "countdown", "disclosure", "download"),
    "table": ("table", "filter_bar", "pagination", "bulk_bar"),
}
_FILE_OF = {macro: file for file, macros in MACROS.items() for macro in macros}


class Components:
    """The macros under one name, so that pages need no imports: `{{ ui.button(_("Send")) }}`."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def __getattr__(self, name: str) -> Any:
        if name not in _FILE_OF:
            raise AttributeError(f"There is no component {name!r}")
        macro = getattr(self._environment.get_template(f"components/{_FILE_OF[name]}.html").module, name)
        setattr(self, name, macro)  # found directly from now on
        return macro


def furnish(environment: Environment) -> None:
    """Give a Jinja environment what every page and mail uses; needs no request."""
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.globals.update(
        _=sentences.gettext,
        _n=sentences.ngettext,
        _l=sentences.lazy_gettext,
        ui=Components(environment),
        accent_style=lambda colour: Markup(accent_style(colour)),  # noqa: S704 - made of checked hex colours
        country_choices=formats.country_choices,
        country_name=formats.country_name,
        current_locale=languages.current_locale,
        format_date=formats.format_date,
        format_deadline=formats.format_deadline,
        format_duration=formats.format_duration,
        format_file_size=numbers.format_file_size,
        format_list=formats.format_list,
        format_moment=formats.format_moment,
        format_number=numbers.format_number,
        format_percent=numbers.format_percent,
        format_range=formats.format_range,
        format_relative=formats.format_relative,
        format_time=formats.format_time,
        zone_city=formats.zone_city,
        language_choices=formats.language_choices,
        language_name=formats.language_name,
        static_url=static_url,
        text_direction=languages.text_direction,
        request=None,
        person=None,
        nav="",
    )
    environment.filters.update(
        bdi=formats.bdi,
        code=lambda value: Markup("<code>{}</code>").format(value),
        country=formats.country_name,
        date=formats.format_date,
        address=lambda value: formats.bdi(readable_email(str(value or ""))),
        deadline=_deadline,
        emphasis=lambda value: Markup("<em>{}</em>").format(value),
        file_size=numbers.format_file_size,
        pace=formats.format_pace,
        language=formats.language_name,
        moment=_moment,
        number=numbers.format_number,
        percent=numbers.format_percent,
        quoted=lambda value: Markup("<q><bdi>{}</bdi></q>").format(value),
        relative=_relative,
    )


def mail_environment(*folders: Path) -> Environment:
    """Make an environment for mails: a service's own template folders, then the shared layouts and components."""
    environment = Environment(
        loader=FileSystemLoader([*map(str, folders), str(TEMPLATES)]),
        autoescape=select_autoescape(("html",)),
        auto_reload=False,
        bytecode_cache=KeptCode("mails"),
    )
    furnish(environment)
    return environment


def compile_pages(*folders: Path) -> None:
    """Compile the pages in ``folders``, a service's own and people's, and what they share, for whoever is forked.

    Those of the desk are left to their first reader: they are the most, and a start waits for this.
    """
    pages = FileSystemLoader([*map(str, folders), str(TEMPLATES)])
    environment = Environment(
        loader=pages,
        autoescape=select_autoescape(("html", "htm", "xml", "xhtml", "svg"), default_for_string=True),  # as Flask's
        bytecode_cache=KeptCode(_PAGES),
    )
    furnish(environment)
    for name in pages.list_templates():
        if name.endswith((".html", ".svg")) and "desk" not in Path(name).parts:
            pages.load(environment, name)


def register_pages(app: Flask) -> None:
    """Register templates, globals, languages and `/static/` on an app, before its first request.

    Templates see who asks as `person` (or None) and `is_staff()`, the edition the desk is in as
    `desk_place()`, where the desk leads as `desk_way(key, slug)`,
    whether a link or a button is for them as `may(path, method)`, and what the fields of a form without values of
    its own hold as `typed_form`; `csrf_field` and `nonce` are the app factory's.
    """
    own = app.jinja_loader
    loaders: list[BaseLoader] = [own] if own is not None else []
    app.jinja_loader = ChoiceLoader([*loaders, FileSystemLoader(str(TEMPLATES))])
    furnish(app.jinja_env)
    app.jinja_env.bytecode_cache = KeptCode(_PAGES)
    app.jinja_env.globals.update(
        desk_navigation=_desk_navigation,
        desk_place=_desk_place,
        desk_way=_desk_way,
        on_desk=_on_desk,
        came_from=_came_from,
        is_staff=lambda: bool(_roles()),
        language_url=_language_url,
        may=may,
        saved_language_query=_saved_language_query,
        typed_before=typed_before,
    )
    _serve_static(app)
    app.context_processor(lambda: {"person": signed_in(), "typed_form": fill()})
    register_languages(app, _reader)


def _serve_static(app: Flask) -> None:
    def send(filename: str) -> Response:
        return send_static(filename)

    if "static" in app.view_functions:  # Flask's own view knows neither hashes nor the joined stylesheet
        app.view_functions["static"] = send
    else:
        app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=send)


def _reader() -> languages.Preference:
    person = signed_in()
    return languages.Preference(person.locale, person.time_zone) if person else languages.UNKNOWN


def _roles() -> set[str]:
    person = signed_in()
    return {role.name for role in person.roles} if person else set()


def _desk_place() -> DeskPlace | None:
    """Return the edition that this page of the desk is about, or else the one that the person stands in."""
    person, slug = signed_in(), str((request.view_args or {}).get("edition_slug", ""))
    if person is None:
        return None
    here = next((place for place in person.places if place.slug == slug), None)
    return here or place_among(person.places, chosen=person.chosen_place, now=now())


def _zone_of_desk() -> str | None:
    """Return the zone of the edition that staff works in: most of them never told us their own."""
    place = _desk_place() if has_request_context() and languages.current_zone() is None and _on_desk() else None
    return place.time_zone if place else None


def _desk_navigation() -> list[Section]:
    place = _desk_place()
    return sections(signed_in(), place.slug if place else None)


def _desk_way(key: str, edition_slug: str | None = None) -> str | None:
    """Return the address of a page of the desk, or None where it is closed to the person who asks."""
    person = signed_in()
    return ENTRIES[key].way(person, edition_slug) if person else None


def _on_desk() -> bool:
    """Say whether a refusal or a missing page is shown within the desk: its address is the desk's and staff asks."""
    return bool(_roles()) and request.path.split("/")[1] in {"desk", "staff"}


def _came_from() -> str:
    """Return the page of ours on which the link or button stood; empty where the browser tells none, or this one."""
    told = urlsplit(request.referrer or "")
    leads_to = own_path(f"{told.path}?{told.query}".rstrip("?"), otherwise="")
    return "" if told.netloc != request.host or told.path == request.path else leads_to


def _language_url(code: str) -> str:
    pairs = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    # Without a path, which decoded might begin like an address of elsewhere ("/%5C…"): the browser knows where it is.
    return f"?{urlencode([*pairs, ('lang', code)])}"


def _saved_language_query(code: str) -> str:
    return urlencode({"lang": code, "next": request.full_path.rstrip("?")})


def _moment(value: datetime | None, edition_zone: str | None = None, style: str = "medium") -> Markup | str:
    """Write a moment as `<time>`, in the reader's zone and the edition's; at the desk its place's where none is named.

    A component that is shown outside of requests names its zone.
    """
    if value is None:
        return ""
    told = formats.format_moment(value, edition_zone or _zone_of_desk(), style)
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(timespec="minutes"), told)


def _deadline(value: datetime | None, edition_zone: str | None = None, style: str = "medium") -> Markup | str:
    """Write a moment by which somebody has to act as `<time>`, never without its zone."""
    if value is None:
        return ""
    told = formats.format_deadline(value, edition_zone, style)
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(timespec="seconds"), told)


def _relative(value: datetime | None) -> Markup | str:
    if value is None:
        return ""
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        value.isoformat(timespec="minutes"), formats.format_deadline(value), formats.format_relative(value)
    )
