"""The pages of accounts, sign-in, roles and tokens; registration serves them."""

from shared.people.routes.desk import places, security, staff, tokens
from shared.people.routes.me import sessions
from shared.people.routes.public import languages, sign_in, staff_sign_in

BLUEPRINTS = (
    languages.blueprint,
    sign_in.blueprint,
    staff_sign_in.blueprint,
    sessions.blueprint,
    security.blueprint,
    places.blueprint,
    staff.blueprint,
    tokens.blueprint,
)
