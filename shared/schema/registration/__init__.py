"""Registration's tables: editions, applications, decisions, offers and enrolments, and what happened to them."""

from __future__ import annotations

from shared.schema.registration.applications import Application
from shared.schema.registration.bulks import BulkItem, BulkProposal
from shared.schema.registration.decisions import Decision, DecisionBatch
from shared.schema.registration.editions import Edition
from shared.schema.registration.lines import ApplicationLine, ApplicationWords
from shared.schema.registration.offers import Enrolment, Offer

__all__ = [
    "Application",
    "ApplicationLine",
    "ApplicationWords",
    "BulkItem",
    "BulkProposal",
    "Decision",
    "DecisionBatch",
    "Edition",
    "Enrolment",
    "Offer",
]
