"""What registration refuses, in the customer's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from shared.errors import Conflict, Invalid, NotFound
from shared.words.sentences import _l


class EditionSlugTaken(Conflict):
    """Another edition has this address."""

    title = _l("Another edition has this address already")


class EditionIncomplete(Conflict):
    """An edition without a name cannot be shown."""

    title = _l("This edition is not ready to be published")

    def __init__(self) -> None:
        super().__init__(_l("Write its name and one sentence about it first, and save."))


class ApplicationsClosed(Conflict):
    """Before the opening or after the deadline."""

    title = _l("This edition takes no applications now")


class AnswersWrong(Invalid):
    """The form cannot be taken as it is; ``errors`` names the fields."""

    title = _l("Some answers need another look")


class ApplicationUnknown(NotFound):
    """No such application, or somebody else's."""

    title = _l("We do not know this application")


class AlreadyApplied(Conflict):
    """The person has a live application to this edition; ``application_id`` leads to it."""

    title = _l("You have already applied to this edition")

    def __init__(self, application_id: UUID, person_id: UUID) -> None:
        super().__init__(_l("One person has one application. You can open and change the one you sent."))
        self.application_id = application_id
        self.person_id = person_id


class ProofSpent(Conflict):
    """The link has done its work."""

    title = _l("This link has been used already")


class ProofWorthless(NotFound):
    """Forged, too old, or for a draft that was replaced."""

    title = _l("This link does not work any more")


class NotEditable(Conflict):
    """The deadline is over, or the desk has taken the application up."""

    title = _l("This application can no longer be changed")


class NotWithdrawable(Conflict):
    """There is nothing left to withdraw."""

    title = _l("This application cannot be withdrawn now")


class BatchChanged(Conflict):
    """The proposals are not those that were shown."""

    title = _l("The proposals changed since you looked at them")


class BatchEmpty(Conflict):
    """Nothing is proposed."""

    title = _l("There is nothing to release")


class SecondReleaserNeeded(Conflict):
    """The edition asks that another person releases what somebody proposed."""

    title = _l("Another person has to release this batch")

    def __init__(self) -> None:
        super().__init__(_l("You proposed some of its decisions yourself, and this edition asks for a second person."))


class ReleaseUnknown(NotFound):
    """No such release of this edition, or one that was taken back."""

    title = _l("There is no such release")


class ReleaseKnown(Conflict):
    """Mails about it have left."""

    title = _l("This release can no longer be taken back")

    def __init__(self) -> None:
        super().__init__(_l("The first decisions are known, and their mails have left."))


class NotEnoughPlaces(Conflict):
    """More accepts than places."""

    title = _l("There are not enough places for this batch")


class NotProposable(Conflict):
    """This decision cannot be proposed for this application."""

    title = _l("This decision cannot be proposed now")


class OfferUnknown(NotFound):
    """No such offer, or somebody else's."""

    title = _l("We do not know this offer")


class OfferAnswered(Conflict):
    """Accepted, declined or taken back before."""

    title = _l("This offer has been answered already")


class OfferLapsed(Conflict):
    """Too late."""

    title = _l("This offer has expired")


class EditionFull(Conflict):
    """All places are taken."""

    title = _l("This edition has no places left")

    def __init__(self, detail: object = _l("Others were quicker: all places are taken at the moment.")) -> None:
        super().__init__(detail)


class FormUnknown(NotFound):
    """No such form, or no such version of it."""

    title = _l("We do not know this form")


class FormChanged(Conflict):
    """Another version was published since the page was opened."""

    title = _l("The form was changed while you were writing")

    def __init__(self) -> None:
        super().__init__(
            _l("What you wrote stands in the new form. Look through it, answer what is new, and send it again.")
        )


class OptionFull(Invalid):
    """The last place of an option was taken; ``errors`` names the fields."""

    title = _l("The last place was taken a moment ago: choose something else")


class FormSlugTaken(Conflict):
    """Another form of the edition has this address."""

    title = _l("Another form of this edition has this address already")


class FormIncomplete(Conflict):
    """The form cannot be filled in as it is; ``faults`` says why, see ``rules.forms.completeness``."""

    title = _l("This form is not ready to be published")

    def __init__(self, faults: Sequence[object]) -> None:
        super().__init__(_l("Its page lists what is missing, with a link to each."))
        self.faults = faults


class FormRuleBroken(Invalid):
    """A change that no form may have; ``faults`` are ``(kind, values)``, see ``rules.forms.definitions``."""

    title = _l("The form cannot be changed this way")

    def __init__(self, faults: Sequence[tuple[str, dict[str, Any]]]) -> None:
        super().__init__()
        self.faults = faults


class FormTooLong(Invalid):
    """More was typed than is kept of a half-filled form."""

    title = _l("What you wrote is too long to be saved: shorten the longest answers")


class FormClosed(Conflict):
    """Before the form's opening or after its end."""

    title = _l("This form cannot be filled in now")


class ReviewUnknown(NotFound):
    """No such review, or somebody else's."""

    title = _l("We do not know this review")


class NotAReviewer(Conflict):
    """Only staff with the role review."""

    title = _l("This person cannot review for this edition")

    def __init__(self) -> None:
        super().__init__(_l("Give them the role of a reviewer first."))


class NoCriteria(Conflict):
    """Nobody has written what is to be scored."""

    title = _l("There are no criteria yet")

    def __init__(self) -> None:
        super().__init__(_l("An organiser writes the criteria of this edition first."))


class ReviewHandedIn(Conflict):
    """What is handed in is not changed by the way."""

    title = _l("This review is handed in already")

    def __init__(self) -> None:
        super().__init__(_l("Take it up again first, if you want to change it."))


class ReviewIncomplete(Invalid):
    """Scores are missing or off the scale; it is said by criterion."""

    title = _l("This review is not complete")

    def __init__(self, problems: Mapping[str, str]) -> None:
        said = {"missing": _l("Choose a score"), "out_of_scale": _l("Choose a score of the scale")}
        changed = _l("The criteria have changed: score again")
        super().__init__(errors={f"score_{key}": said.get(what, changed) for key, what in problems.items()})


class CriterionUnknown(NotFound):
    """No such criterion, or it is gone."""

    title = _l("We do not know this criterion")


class ScenarioUnknown(NotFound):
    """No such scenario, or it is gone."""

    title = _l("We do not know this scenario")


class RuleUnusable(Invalid):
    """A rule that asks for nothing, or for more at least than at most."""

    title = _l("Give the group, and at least or at most a number; at most may not be below at least")


class SelectionChanged(Conflict):
    """Reviews, applications or rules are others than those that were shown."""

    title = _l("The selection has changed in the meantime")

    def __init__(self) -> None:
        super().__init__(_l("Look at it again, then adopt it."))


class NothingAsked(Invalid):
    """No question of the form was chosen."""

    title = _l("Choose at least one question to ask about")


class NotAsked(Conflict):
    """The application waits for nothing from the applicant."""

    title = _l("Nothing is asked of you here now")
