"""Registration's tables: editions, forms, applications, reviews, decisions, offers and enrolments."""

from __future__ import annotations

from shared.schema.registration.applications import Application
from shared.schema.registration.bulks import BulkItem, BulkProposal
from shared.schema.registration.decisions import Decision, DecisionBatch
from shared.schema.registration.editions import Edition
from shared.schema.registration.files import AnswerFile
from shared.schema.registration.forms import Form, FormDraft, FormEdit, FormResponse, FormVersion, TakenOption
from shared.schema.registration.lines import ApplicationLine, ApplicationWords
from shared.schema.registration.offers import Enrolment, Offer
from shared.schema.registration.pools import PlacePool, PoolPlace
from shared.schema.registration.reviews import Review, Reviewer, Rubric, Scenario
from shared.schema.registration.views import SavedView

__all__ = [
    "AnswerFile",
    "Application",
    "ApplicationLine",
    "ApplicationWords",
    "BulkItem",
    "BulkProposal",
    "Decision",
    "DecisionBatch",
    "Edition",
    "Enrolment",
    "Form",
    "FormDraft",
    "FormEdit",
    "FormResponse",
    "FormVersion",
    "Offer",
    "PlacePool",
    "PoolPlace",
    "Review",
    "Reviewer",
    "Rubric",
    "SavedView",
    "Scenario",
    "TakenOption",
]
