"""How the desk says the states of the ledger; each with the kind that colours it, never by colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.notifications.queries.audience import PublicationToAsk
from services.notifications.rules.audience import AudienceRule, Standing
from shared.words.formats import country_name, format_list, language_name
from shared.words.languages import current_locale, text_in
from shared.words.sentences import LazyText, _, _l

CAMPAIGN_STATES: Final[dict[str, tuple[LazyText, str]]] = {
    "draft": (_l("Draft"), "calm"),
    "awaiting_approval": (_l("Waits for approval"), "warn"),
    "sending": (_l("Being sent"), "news"),
    "paused": (_l("Paused"), "warn"),
    "cancelled": (_l("Cancelled"), "bad"),
    "finished": (_l("Finished"), "good"),
}
DELIVERY_STATES: Final[dict[str, tuple[LazyText, str]]] = {
    "sent": (_l("Sent"), "good"),
    "queued": (_l("Waiting"), "calm"),
    "sending": (_l("On its way"), "news"),
    "deferred": (_l("Tried again later"), "warn"),
    "failed": (_l("Failed"), "bad"),
    "suppressed": (_l("Not to be sent"), "calm"),
    "uncertain": (_l("Perhaps arrived"), "warn"),
    "bounced": (_l("Came back"), "bad"),
    "complained": (_l("Called unwanted"), "bad"),
}
REASONS: Final[dict[str, LazyText]] = {
    "opted_out": _l("No longer wants mails on this topic"),
    "suppressed": _l("The address is on the list of those not to be mailed"),
    "cancelled": _l("The campaign was cancelled before"),
    "taken_out": _l("Taken out by name before the mail left"),
    "late": _l("Too late to be useful"),
    "no_answer": _l("The mail server took the mail but the line broke before it said so"),
    "sender_lost": _l("The sending process died; the mail may or may not have left"),
    "unmailable": _l("Mail cannot be addressed like this"),
    "refused": _l("The mail server refuses it again and again"),
    "bounced": _l("Nobody can be reached at this address"),
    "bounced_for_now": _l("The address does not take mail at this time"),
    "proved": _l("Sent: an answer came"),
    "not_composed": _l("The text could not be put together"),
}
NOT_CALLED: Final[dict[str, LazyText]] = {
    "unknown_name": _l("The name in the address is not known"),
    "not_public": _l("The address does not lead to the public Internet"),
    "unsafe": _l("Its certificate is not to be trusted"),
    "silent": _l("It did not answer in time"),
    "unreachable": _l("It cannot be reached"),
}
RETURNED: Final[dict[str, tuple[LazyText, str]]] = {
    "bounced": (_l("Not delivered"), "bad"),
    "delayed": (_l("Not delivered yet"), "warn"),
    "complained": (_l("Called unwanted"), "bad"),
    "reply": (_l("Answer, passed on"), "news"),
    "automatic": (_l("Automatic answer"), "calm"),
    "receipt": (_l("Delivered, as a mail server reports"), "good"),
    "unsubscribe": (_l("Wants no more on the topic"), "calm"),
    "unreadable": (_l("Not understood"), "warn"),
}
LEFT_OUT: Final[dict[str, tuple[LazyText, str]]] = {
    "refused": (_l("Our mail server refused it"), "bad"),
    "bounced": (_l("Mail came back"), "bad"),
    "complained": (_l("Called our mail unwanted"), "warn"),
    "asked": (_l("Asked for it"), "calm"),
}
NOTICE_KINDS: Final[dict[str, LazyText]] = {
    "campaign": _l("Letter from the organisers"),
    "address_proof": _l("Link to confirm the address"),
    "form_saved": _l("Link to the half-filled form"),
    "sign_in": _l("Link to sign in"),
    "staff_invitation": _l("Invitation to the staff"),
    "token_made": _l("API token made"),
    "passphrase_changed": _l("Passphrase changed"),
    "authenticator_changed": _l("Authenticator changed"),
    "account_reset": _l("Way in to the desk reset"),
    "new_browser": _l("New browser signed in"),
    "application_received": _l("Application received"),
    "application_withdrawn": _l("Application withdrawn"),
    "information_requested": _l("Information asked for"),
    "decision_reserve": _l("Decision: reserve list"),
    "decision_decline": _l("Decision: not selected"),
    "offer_made": _l("Place offered"),
    "offer_accepted": _l("Place confirmed"),
    "offer_declined": _l("Offer declined"),
    "place_given_up": _l("Place given up"),
    "offer_ending": _l("Offer ends soon"),
    "offer_expired": _l("Offer expired"),
    "reader_ready": _l("Reader ready"),
    "reply_received": _l("Answer passed on"),
    "campaign_test": _l("Test of a campaign"),
    "written": _l("Message from the organisers"),
}
TROUBLES: Final[dict[str, LazyText]] = {
    "unreachable": _l("The mail server cannot be reached."),
    "silent": _l("The mail server does not answer in time."),
    "unsafe": _l("The connection to the mail server cannot be made safe: its certificate is not to be trusted."),
    "login": _l("The mail server refuses our login."),
    "sender": _l("The mail server refuses our sender address."),
    "refusals": _l("The mail server refuses one mail after another for the same reason."),
    "closing": _l("The mail server ends the conversation before it has taken anything."),
}
STANDINGS: Final[dict[Standing, tuple[LazyText, LazyText]]] = {
    Standing.APPLIED: (_l("Applied"), _l("Everybody with an application that is not withdrawn")),
    Standing.WAITING: (_l("Waiting for a decision"), _l("Submitted, nothing released yet")),
    Standing.OFFERED: (_l("Holds an offer"), _l("Has not answered yet")),
    Standing.ACCEPTED: (_l("Accepted"), _l("Took a place, confirmed or not")),
    Standing.CONFIRMED: (_l("Confirmed"), _l("The place is confirmed")),
    Standing.RESERVE: (_l("Reserve list"), _l("Waits for a free place")),
    Standing.DECLINED: (_l("Declined"), _l("Told that there is no place")),
}


def rule_in_words(rule: AudienceRule | None, publications: Sequence[PublicationToAsk]) -> str:
    """Return in sentences whom a rule means; ``publications`` are those that it may ask about."""
    if rule is None:
        return _("Nobody has chosen yet whom this campaign is for.")
    standings = format_list([str(STANDINGS[standing][0]) for standing in rule.standings], style="or")
    told = [_("For those whose standing is: %(standings)s.", standings=standings)]
    if rule.locales:
        languages = format_list([language_name(locale) for locale in rule.locales], style="or")
        told.append(_("Who read: %(languages)s.", languages=languages))
    if rule.countries:
        countries = format_list([country_name(code) for code in rule.countries], style="or")
        told.append(_("From: %(countries)s.", countries=countries))
    titles = {one.id: text_in(one.titles, current_locale()) for one in publications}
    if rule.asks_about_downloads and rule.publication_id is not None:
        title = titles.get(rule.publication_id, "")
        asked = _("Has not downloaded: %(title)s", title=title)
        told.append(f"{asked if rule.download == 'has_not' else _('Has downloaded: %(title)s', title=title)}.")
    return " ".join(told)
