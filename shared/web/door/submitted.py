"""What a form or a query sent, read the same way by everybody: the limits, the form's token and the view."""

from __future__ import annotations

from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict

from shared.web.api.problems import BadRequest
from shared.words.sentences import _l


class FieldRepeated(BadRequest):
    """A field with one answer was sent with several: who checks one value and acts on another is fooled."""

    title = _l("One of the fields was sent twice")


class Submitted(ImmutableMultiDict[str, str]):
    """Names and values as sent, without NUL, which nobody types and PostgreSQL keeps no text with.

    Asking for the value of a name that came with several different ones raises :class:`FieldRepeated`; a field that
    may have several answers is asked for with ``getlist``.
    """

    def __init__(self, mapping: Any = None) -> None:
        if mapping is not None and not isinstance(mapping, ImmutableMultiDict):
            pairs = mapping.items(multi=True) if hasattr(mapping, "getlist") else mapping
            mapping = [(name, value.replace("\0", "") if isinstance(value, str) else value) for name, value in pairs]
        super().__init__(mapping)

    def __getitem__(self, key: str) -> str:
        values = self.getlist(key)
        if len(values) > 1 and len(set(values)) > 1:
            raise FieldRepeated
        return super().__getitem__(key)


class OneReadingRequest(Request):
    """A request whose forms and queries are :class:`Submitted`."""

    parameter_storage_class = Submitted
