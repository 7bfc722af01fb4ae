"""How many calls of the API one token and one address may make, told with every answer.

``RateLimit-Policy`` and ``RateLimit`` are those of draft-ietf-httpapi-ratelimit-headers; ``Retry-After`` is RFC 9110's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import g
from limits import RateLimitItemPerMinute

from shared.web.door.limits import by_caller, the_counter, too_many
from shared.web.door.tools import tools

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Flask, Response

    from shared.web.door.limits import Allowance

_TOKENS_OF_AN_ADDRESS: Final = 5


def count_caller() -> None:
    """Count a call for the address it comes from, before anything is looked up for it; refuse one too many."""
    _count("caller", by_caller(), most=_TOKENS_OF_AN_ADDRESS * tools().settings.api_calls_per_minute)


def count_token(token_id: UUID) -> None:
    """Count a call for its token; refuse one too many. The answer tells what is left."""
    _count("token", str(token_id), most=tools().settings.api_calls_per_minute)


def _count(policy: str, whose: str, *, most: int) -> None:
    rate, counter = RateLimitItemPerMinute(most), the_counter()
    passed = counter.hit(rate, "api", policy, whose)
    if not passed or policy == "token":
        g.quota = policy, counter.standing(rate, "api", policy, whose)
    if not passed:
        raise too_many(counter, rate, "api", policy, whose)


def use_quotas(app: Flask) -> None:
    """Let the answers of the API tell what is left."""

    @app.after_request
    def tell(response: Response) -> Response:
        if "quota" in g:
            policy, standing = g.quota
            response.headers.update(_told(policy, standing))
        return response


def _told(policy: str, standing: Allowance) -> dict[str, str]:
    return {
        "RateLimit-Policy": f'"{policy}";q={standing.most};w={standing.window}',
        "RateLimit": f'"{policy}";r={standing.left};t={standing.seconds}',
    }
