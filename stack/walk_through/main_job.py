"""The main job, step by step, as the people of the Academy do it."""

from __future__ import annotations

from stack.walk_through import (
    applying,
    deciding,
    reading,
    writing,
)
from stack.walk_through.journey import Step

STEPS: list[Step] = [
    applying.find_open_edition,
    applying.keep_what_was_typed,
    applying.apply_in_french,
    applying.prove_by_button,
    applying.return_by_link,
    applying.edit_application,
    applying.others_apply,
    applying.withdraw,
    deciding.organiser_signs_in,
    deciding.organiser_decides,
    deciding.organiser_releases,
    deciding.people_accept,
    reading.reader_appears,
    reading.reader_is_whole,
    reading.reader_resumes,
    reading.strangers_get_nothing,
    writing.write_campaign,
    writing.choose_audience,
    writing.preview_campaign,
    writing.launch_campaign,
    writing.each_gets_it_once,
    writing.unsubscribe_in_one_click,
]
