"""Edits over the API: the version that was read travels in ETag and If-Match (RFC 9110, 8.8.3 and 13.1.1)."""

from __future__ import annotations

from flask import Response, after_this_request, request
from pydantic import BaseModel

from shared.errors import Refusal
from shared.versions import ChangedMeanwhile
from shared.words.sentences import _l

HEADER = "If-Match"


class VersionWanted(Refusal):
    """An edit has to say what it edits (RFC 6585, 3)."""

    title = _l("Say with If-Match which version you have read")


class VersionOutdated(Refusal):
    """What was read is not what is there any more (RFC 9110, 15.5.13)."""

    title = ChangedMeanwhile.title


def version_seen() -> str:
    """Return the version that the request names; "" for ``*``, which stands for whatever is there.

    Refuses with :class:`VersionWanted` when there is none, or more than one: an edit was filled from one version.
    """
    named = request.if_match
    if named.star_tag:
        return ""
    tags = named.as_set(include_weak=False)
    if len(tags) != 1:
        raise VersionWanted
    return next(iter(tags))


def say_version_of(answer: BaseModel) -> None:
    """Put the version of what is answered into the ETag of this request's answer, where it has one."""
    version = getattr(answer, "version", None)
    if not isinstance(version, str) or not version:
        return

    @after_this_request
    def _say(response: Response) -> Response:
        response.set_etag(version)
        return response
