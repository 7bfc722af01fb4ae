"""Materials' API: what the token's owner may open, and what keepers see and do at the desk."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.materials.actions.publications import draft_release, publish_release
from services.materials.errors import (
    NothingToPublish,
    PublicationUnknown,
    ReleaseIsPublished,
    ReleaseUnknown,
    RenditionUnknown,
    VersionTaken,
)
from services.materials.queries import desk as library
from services.materials.queries.library import opened_publications, release_to_keep
from services.materials.queries.reach import holders
from services.materials.routes.api.payloads import NewRelease
from services.materials.routes.keeping import editions_to_see, may_see
from services.materials.rules.reach import reach_of
from services.materials.settings import MaterialsSettings
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
from shared.deeds import Deed
from shared.editions import EditionUnknown, edition_at
from shared.web.api.declaring import Api
from shared.web.door.identity import SignedIn
from shared.words.sentences import _l

api = Api("materials", edition_at=edition_at)
blueprint = api.blueprint


@api.get("/shelf", scope="materials:read", anywhere=True)
def my_shelf(session: Session, by: SignedIn, now: datetime, settings: MaterialsSettings) -> WorkList:
    """List what the token's owner may open, each in its newest release."""
    opened = opened_publications(session, person_id=by.person_id, now=now)
    return WorkList(items=[WorkAnswer.of(one, public_url=settings.public_url) for one in opened])


@api.get("/renditions/<uuid:rendition_id>", scope="materials:read", anywhere=True, refuses=(RenditionUnknown,))
def rendition(
    session: Session, rendition_id: UUID, by: SignedIn, now: datetime, settings: MaterialsSettings
) -> CopyAnswer:
    """Tell where a file that the token's owner may open is downloaded, and what it weighs."""
    for work in my_shelf(session, by, now, settings).items:
        for copy in work.copies:
            if copy.rendition_id == rendition_id:
                return copy
    raise RenditionUnknown


@api.get("/publications", scope="materials:read", anywhere=True)
def list_publications(session: Session, by: SignedIn) -> PublicationList:
    """List the publications of the editions that the token's owner works for."""
    reached = library.editions_of(session)
    seen = [row for row in library.publications(session) if may_see(by, reached.get(row.id, set()))]
    return PublicationList(items=[PublicationAnswer.of(row) for row in seen])


@api.get(
    "/publications/<slug>",
    scope="materials:read",
    of=library.editions_reached,
    refuses=(PublicationUnknown, ReleaseUnknown),
)
def get_publication(session: Session, slug: str, settings: MaterialsSettings) -> WorkAnswer:
    """Show a publication in its newest published release, with all its files."""
    found = library.publication_called(session, slug=slug)
    releases = library.releases_of(session, publication_id=found.id)
    newest = next((release for release in releases if release.state == "published"), None)
    kept = release_to_keep(session, release_id=newest.id) if newest else None
    if kept is None:
        raise ReleaseUnknown
    return WorkAnswer.of(kept, public_url=settings.public_url)


@api.get(
    "/publications/<slug>/reach",
    scope="materials:read",
    of=library.editions_reached,
    refuses=(PublicationUnknown, EditionUnknown),
)
def get_reach(session: Session, slug: str, query: EditionAsked, by: SignedIn) -> ReachAnswer:
    """Count who with a place in an edition holds a publication."""
    found = library.publication_called(session, slug=slug)
    mine = editions_to_see(session, found.id, by)
    edition = next((one for one in mine if query.edition in {None, one.slug}), None)
    if edition is None:
        raise EditionUnknown(_l("This publication is not for the people of such an edition"))
    reach = reach_of(holders(session, publication_id=found.id, edition_id=edition.id))
    return ReachAnswer.of(edition.slug, reach)


@api.post(
    "/publications/<slug>/releases",
    scope="materials:keep",
    of=library.edition_of_publication,
    refuses=(PublicationUnknown, VersionTaken),
)
def post_release(session: Session, slug: str, wanted: NewRelease, by: SignedIn, now: datetime) -> ReleaseAnswer:
    """Begin a draft."""
    found = library.publication_called(session, slug=slug)
    release = draft_release(
        session, publication_id=found.id, version=wanted.version, dated=wanted.dated or "", deed=Deed(by.person_id, now)
    )
    return ReleaseAnswer.of(release)


@api.post(
    "/releases/<uuid:release_id>/publication",
    scope="materials:keep",
    of=library.edition_of_release,
    status=200,
    refuses=(ReleaseUnknown, ReleaseIsPublished, NothingToPublish),
)
def post_release_publication(session: Session, release_id: UUID, by: SignedIn, now: datetime) -> ReleaseAnswer:
    """Publish a draft: people whose shelf it stands on can open it from now on."""
    return ReleaseAnswer.of(publish_release(session, release_id=release_id, deed=Deed(by.person_id, now)))
