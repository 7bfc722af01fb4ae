"""Where the texts of mails come from: templates on disk, the catalogues, and what organisers wrote.

A letter is compiled once per language, then kept; only the values are filled in for each person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from services.notifications.letters.headers import Mailbox, split_mailbox
from services.notifications.letters.links import whole_address
from services.notifications.letters.skeletons import Letter, Skeleton
from services.notifications.rules.notices import NOTICES, VALUES
from services.notifications.rules.placeholders import CAMPAIGN_PLACEHOLDERS, Slots, slot_line, slot_markdown
from services.notifications.rules.words import Words
from services.notifications.settings import NotificationsSettings
from shared.web.pages.rendering import mail_environment
from shared.words.languages import use_locale
from shared.words.markdown import mail_html, mail_text

TEMPLATES: Final = Path(__file__).parents[1] / "templates"
UNSUBSCRIBE: Final = "unsubscribe"
"""The slot that the footer's opt-out link fills."""
PAGE: Final = "page"
"""The slot of the link to the mail as a page."""


class Letters:
    """Compiles letters and keeps the compiled ones."""

    def __init__(self, settings: NotificationsSettings) -> None:
        self.sender = split_mailbox(settings.mail_from)
        self._reply_to = split_mailbox(settings.mail_reply_to) if settings.mail_reply_to else None
        self._domain = settings.mail_domain
        self._public_url = settings.public_url
        self._templates = mail_environment(TEMPLATES)
        self.notice: Callable[[str, str], Skeleton] = lru_cache(maxsize=128)(self._compile_notice)
        self._campaigns: Callable[[Words, bool], Skeleton] = lru_cache(maxsize=32)(self._compile_campaign)

    def campaign(self, words: Words, *, as_page: bool = False) -> Skeleton:
        """Return the compiled campaign mail of one language; ``as_page`` has no link to itself."""
        return self._campaigns(words, as_page)

    def _compile_notice(self, kind: str, locale: str) -> Skeleton:
        slots = Slots()
        values = {name: slots.link(name) if name == "link" else slots.token(name) for name in VALUES}
        with use_locale(locale):
            template = self._templates.get_template(f"notifications/notices/{NOTICES[kind].kind}.txt")
            context = template.new_context(values)
            said = {name: "".join(block(context)).strip() for name, block in template.blocks.items()}
            said |= {part: slots.in_words(said[part]) for part in ("subject", "preheader")}
            letter = self._frame(locale, slots, **said, about={})
        return Skeleton(letter, sender=self.sender, reply_to=self._reply_to, automatic=True)

    def written(self, locale: str, *, subject: str, body: str) -> Skeleton:
        """Return a notice of somebody else's words, in Markdown; used once, so it is not kept."""
        with use_locale(locale):
            letter = self._frame(locale, Slots(), subject=subject, preheader="", body=body, about={})
        return Skeleton(letter, sender=self.sender, reply_to=self._reply_to, automatic=True)

    def _compile_campaign(self, words: Words, as_page: bool) -> Skeleton:
        slots = Slots()
        about = {"edition": words.edition, "topic": words.topic, "unsubscribe": slots.token(UNSUBSCRIBE)}
        about |= {} if as_page else {"page": slots.token(PAGE)}
        with use_locale(words.locale):
            letter = self._frame(
                words.locale,
                slots,
                subject=slot_line(words.subject, slots, CAMPAIGN_PLACEHOLDERS),
                preheader=slot_line(words.preheader, slots, CAMPAIGN_PLACEHOLDERS),
                body=slot_markdown(words.body, slots, CAMPAIGN_PLACEHOLDERS),
                about=about,
            )
        return Skeleton(
            letter,
            sender=self.sender,
            reply_to=self._reply_to,
            list_id=Mailbox(words.topic, f"{words.topic_slug}.{self._domain}"),
        )

    def _frame(
        self, locale: str, slots: Slots, *, subject: str, preheader: str, body: str, about: Mapping[str, str]
    ) -> Letter:
        common = {"sender": self.sender.display, **about}

        def in_url(address: str) -> str:
            return slots.in_url(whole_address(address, self._public_url))

        text = self._templates.get_template("notifications/frame.txt").render(
            body=mail_text(body, in_words=slots.in_words, in_url=in_url), **common
        )
        html = self._templates.get_template("notifications/frame.html").render(
            subject=subject, preheader=preheader, body=mail_html(body, in_words=slots.in_words, in_url=in_url), **common
        )
        return Letter(locale=locale, subject=subject, text=text.strip() + "\n", html=html, slots=slots)
