"""What this service refuses, in the customer's words."""

from __future__ import annotations

from shared.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from shared.words.sentences import _l


class CampaignUnknown(NotFound):
    """No campaign of this edition has that id."""

    title = _l("There is no such campaign")


class PublicationNotAskable(Invalid):
    """The publication belongs to another edition and stands on no shelf of this one, or does not exist."""

    title = _l("There is no such publication for this edition")


class TopicUnknown(Invalid):
    """No topic has that id."""

    title = _l("There is no such topic")


class SubscriptionUnknown(NotFound):
    """The link is not one of ours, or was cut in two by a mail program."""

    title = _l("This link does not work")


class CampaignAlreadyLaunched(Conflict):
    """What has been launched is not changed any more."""

    title = _l("This campaign has been launched")


class CampaignNotSending(Conflict):
    """Only what is being sent can be paused, resumed or cancelled."""

    title = _l("This campaign is not being sent")


class CampaignIncomplete(Invalid):
    """A text is missing, or has no subject or body."""

    title = _l("This campaign is not ready")


class UnknownPlaceholders(Invalid):
    """A text uses names that are not on the list."""

    title = _l("A text uses a placeholder that does not exist")


class AudienceNotChosen(Conflict):
    """Nobody has said whom the campaign is for."""

    title = _l("Nobody has chosen yet whom this campaign is for")


class MailHasLeft(Conflict):
    """A launch can be taken back only before the first mail."""

    title = _l("This launch can no longer be taken back")

    def __init__(self) -> None:
        super().__init__(_l("Mails have left. You can still pause the campaign, or cancel it for whoever waits."))


class AudienceEmpty(Conflict):
    """Nobody would get the mail."""

    title = _l("Nobody would get this campaign")


class AudienceChanged(Conflict):
    """The audience is not the one that was confirmed."""

    title = _l("The audience has changed since you looked")

    def __init__(self) -> None:
        super().__init__(_l("Read the new numbers, then confirm."))


class SecondPersonNeeded(Forbidden):
    """The writer cannot approve their own large campaign."""

    title = _l("A second person has to approve this campaign")


class LedgerChanged(Conflict):
    """There are more or fewer of them than were shown."""

    title = _l("The numbers have changed since you looked")

    def __init__(self) -> None:
        super().__init__(_l("Read the new numbers, then confirm."))


class SuppressionUnknown(NotFound):
    """The address is not left out any more, or never was."""

    title = _l("This address is not left out")


class TaskUnknown(NotFound):
    """No mail of this edition that did not arrive has that id."""

    title = _l("There is no such task")


class DeliveryUnknown(NotFound):
    """No mail has that id."""

    title = _l("There is no such mail")


class PersonUnknown(NotFound):
    """Nobody of this edition has that id."""

    title = _l("There is no such person in this edition")


class MailUnreadable(NotFound):
    """The link was cut in two by a mail program, is not one of ours, or nothing is left of what the mail said."""

    title = _l("This mail cannot be shown")


class WebhookUnknown(NotFound):
    """No webhook of this edition has that id."""

    title = _l("There is no such webhook")


class WebhookUnsafe(Invalid):
    """A webhook leads out of the house: HTTPS, a host in the public Internet, no password in it."""

    title = _l("A webhook needs an https address in the public Internet, without a password")


class ReferenceReused(Conflict):
    """The reference belongs to another notice of this edition."""

    title = _l("This reference belongs to another notice")


class NoticesUsedUp(TooMany):
    """The edition has sent as many notices by API as it may in 24 hours."""

    title = _l("No more notices can be sent by API today")
