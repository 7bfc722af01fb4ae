"""Wires registration into a Flask application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.registration.routes.api import (
    decisions as decisions_api,
    editions as editions_api,
    figures as figures_api,
    forms as forms_api,
    pools as pools_api,
    reviews as reviews_api,
    saved_views as saved_views_api,
    scenarios as scenarios_api,
    selection as selection_api,
)
from services.registration.routes.desk import (
    applications as desk_applications,
    criteria,
    decisions,
    duplicates,
    edition_previews,
    edition_publishing,
    editions as desk_editions,
    exports,
    figures,
    files as desk_files,
    information as desk_information,
    outbox,
    pools,
    proposals,
    reading,
    releases,
    reserves,
    reviews,
    saved_views,
    scenarios,
    selection,
    special_answers,
    today,
)
from services.registration.routes.desk.forms import acts, building, listing, publishing
from services.registration.routes.me import (
    applications as my_applications,
    files as my_files,
    forms as my_forms,
    home,
    information as my_information,
    offers,
)
from services.registration.routes.public import (
    address_proofs,
    applications,
    demo,
    editions,
    privacy,
    proofs,
    steps,
    uploads,
)
from services.registration.settings import RegistrationSettings
from shared.database import Database
from shared.doors import QUEUES
from shared.people.routes import BLUEPRINTS as PEOPLE
from shared.tasks import CeleryBell, connect_redis, make_celery
from shared.web.door.app import create_app
from shared.web.pages import components_page

if TYPE_CHECKING:
    from flask import Flask

BLUEPRINTS = (
    editions.blueprint,
    privacy.blueprint,
    applications.blueprint,
    address_proofs.blueprint,
    steps.blueprint,
    uploads.blueprint,
    proofs.blueprint,
    home.blueprint,
    my_applications.blueprint,
    my_files.blueprint,
    my_forms.blueprint,
    my_information.blueprint,
    offers.blueprint,
    today.blueprint,
    desk_applications.blueprint,
    desk_files.blueprint,
    exports.blueprint,
    saved_views.blueprint,
    proposals.blueprint,
    reading.blueprint,
    desk_information.blueprint,
    reserves.blueprint,
    pools.blueprint,
    reviews.blueprint,
    criteria.blueprint,
    selection.blueprint,
    special_answers.blueprint,
    scenarios.blueprint,
    decisions.blueprint,
    releases.blueprint,
    figures.blueprint,
    desk_editions.blueprint,
    listing.blueprint,
    building.blueprint,
    acts.blueprint,
    publishing.blueprint,
    duplicates.blueprint,
    edition_previews.blueprint,
    edition_publishing.blueprint,
    outbox.blueprint,
    components_page.blueprint,
    editions_api.blueprint,
    decisions_api.blueprint,
    figures_api.blueprint,
    forms_api.blueprint,
    pools_api.blueprint,
    reviews_api.blueprint,
    saved_views_api.blueprint,
    scenarios_api.blueprint,
    selection_api.blueprint,
    *PEOPLE,
)


def create() -> Flask:
    """Return the application, told everything by the environment."""
    settings = RegistrationSettings()
    redis = connect_redis(settings.redis_url)
    bell = CeleryBell(make_celery(settings.redis_url, queues=QUEUES), redis)
    database = Database(settings.database_url.get_secret_value(), bell=bell, name="academy registration")
    return build(settings, database)


def build(settings: RegistrationSettings, database: Database) -> Flask:
    """Return the application with the settings and the database it is given."""
    rooms = BLUEPRINTS if settings.environment == "production" else (*BLUEPRINTS, demo.blueprint)
    return create_app(settings, service="registration", database=database, blueprints=rooms)
