"""Materials' API: what the token's owner may open, and what keepers see and do at the desk."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from services.materials.actions.publications import draft_release, publish_release
from services.materials.errors import EditionUnknown, ReleaseUnknown, RenditionUnknown
from services.materials.queries import desk as library
from services.materials.queries.library import opened_publications, release_to_keep
from services.materials.queries.reach import holders
from services.materials.routes.api.payloads import NewRelease
from services.materials.routes.desk.publications import (
    editions_to_see,
    may_see,
    publication_to_keep,
    publication_to_see,
)
from services.materials.routes.desk.releases import slug_of_release
from services.materials.rules.reach import reach_of
from services.materials.views.answers import (
    CopyAnswer,
    EditionAsked,
    PublicationAnswer,
    PublicationList,
    ReachAnswer,
    ReleaseAnswer,
    WorkAnswer,
    WorkList,
)
from shared.clock import now
from shared.schema.materials.publications import Release
from shared.web.api.declaring import Api, answer_once
from shared.web.door.identity import actor_id, current_person, my_deed
from shared.web.door.tools import tools

api = Api("materials")
blueprint = api.blueprint


@api.get("/shelf", scope="materials:read", answer=WorkList)
def my_shelf() -> WorkList:
    """List what the token's owner may open, each in its newest release."""
    with tools().database.reading() as session:
        opened = opened_publications(session, person_id=actor_id(), now=now())
    return WorkList(items=[WorkAnswer.of(one, public_url=tools().settings.public_url) for one in opened])


@api.get("/renditions/<uuid:rendition_id>", scope="materials:read", answer=CopyAnswer)
def rendition(rendition_id: UUID) -> CopyAnswer:
    """Tell where a file that the token's owner may open is downloaded, and what it weighs."""
    with tools().database.reading() as session:
        opened = opened_publications(session, person_id=actor_id(), now=now())
    public_url = tools().settings.public_url
    for one in opened:
        for copy in WorkAnswer.of(one, public_url=public_url).copies:
            if copy.rendition_id == rendition_id:
                return copy
    raise RenditionUnknown


@api.get("/publications", scope="materials:read", answer=PublicationList)
def list_publications() -> PublicationList:
    """List the publications of the editions that the token's owner works for."""
    person = current_person()
    with tools().database.reading() as session:
        rows = library.publications(session)
        reached = library.editions_of(session)
    seen = [row for row in rows if may_see(person, reached.get(row.id, set()))]
    return PublicationList(items=[PublicationAnswer.of(row) for row in seen])


@api.get("/publications/<slug>", scope="materials:read", answer=WorkAnswer)
def get_publication(slug: str) -> WorkAnswer:
    """Show a publication in its newest published release, with all its files."""
    with tools().database.reading() as session:
        found = publication_to_see(session, slug)
        releases = library.releases_of(session, publication_id=found.id)
        newest = next((release for release in releases if release.state == "published"), None)
        kept = release_to_keep(session, release_id=newest.id) if newest else None
    if kept is None:
        raise ReleaseUnknown
    return WorkAnswer.of(kept, public_url=tools().settings.public_url)


@api.get("/publications/<slug>/reach", scope="materials:read", answer=ReachAnswer)
def get_reach(slug: str, query: EditionAsked) -> ReachAnswer:
    """Count who with a place in an edition holds a publication."""
    with tools().database.reading() as session:
        found = publication_to_see(session, slug)
        mine = editions_to_see(session, found.id)
        edition = next((one for one in mine if query.edition in {None, one.slug}), None)
        if edition is None:
            raise EditionUnknown
        reach = reach_of(holders(session, publication_id=found.id, edition_id=edition.id))
    return ReachAnswer.of(edition.slug, reach)


@api.post("/publications/<slug>/releases", scope="materials:keep", answer=ReleaseAnswer)
def post_release(slug: str, json: NewRelease) -> Response:
    """Begin a draft."""
    with tools().database.transaction() as session:

        def deed() -> tuple[ReleaseAnswer, int]:
            found = publication_to_keep(session, slug)
            dated = json.dated or ""
            release = draft_release(session, publication_id=found.id, version=json.version, dated=dated, deed=my_deed())
            return answer_of(release), 201

        return answer_once(session, deed)


@api.post("/releases/<uuid:release_id>/publication", scope="materials:keep", answer=ReleaseAnswer, status=200)
def post_release_publication(release_id: UUID) -> Response:
    """Publish a draft: people whose shelf it stands on can open it from now on."""
    with tools().database.transaction() as session:

        def deed() -> tuple[ReleaseAnswer, int]:
            publication_to_keep(session, slug_of_release(session, release_id))
            return answer_of(publish_release(session, release_id=release_id, deed=my_deed())), 200

        return answer_once(session, deed)


def answer_of(release: Release) -> ReleaseAnswer:
    """Say what is known of a release."""
    return ReleaseAnswer(id=release.id, version=release.version, state=release.state, published_at=release.published_at)
