"""An unknown time zone is kept as unknown; one folding for every search and one order for every list."""

from __future__ import annotations

from alembic import op

from shared.migrations.grants import make_schema

revision = "0008_times_and_letters"
down_revision = "0007_senders"
branch_labels = None
depends_on = None
accepted = {
    "adding-field-with-default": "an edition has some thousand applications; they are rewritten within a second",
}

DROPPED = (
    r"[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u061c\u0640"
    r"\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f"
    r"\u2060-\u2064\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]"
)
FROM = "łøđðħıŧŋςٱىیېةکھہە٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹’‘ʼʻʾʿ‐‒–—"
TO = "loddhitnσايييهكههه01234567890123456789''''''''''''----"


def upgrade() -> None:
    op.execute("ALTER TABLE people.person ALTER COLUMN time_zone SET DEFAULT ''")
    # UTC was what nobody had chosen; who did choose it reads times in the edition's zone, by its name, until then.
    op.execute("UPDATE people.person SET time_zone = '' WHERE time_zone = 'UTC'")
    make_schema(op, "words")
    op.execute(
        f"""
        CREATE FUNCTION words.folded(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN CASE
            WHEN octet_length($1) = char_length($1) THEN lower($1)
            ELSE replace(replace(replace(replace(translate(
                lower(regexp_replace(normalize($1, NFKD), '{DROPPED}', '', 'g')),
                '{FROM}', '{TO}'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
        END
        """
    )
    op.execute(
        """
        CREATE FUNCTION words.sorted_as(text, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN CASE
            WHEN $2 = 'es' THEN words.folded(replace(replace(normalize($1, NFC), 'ñ', 'n~'), 'Ñ', 'n~'))
            WHEN $2 = 'ar' THEN CASE
                WHEN words.folded($1) ~ '^[\\u0620-\\u06ff]' THEN '0' ELSE '1' END || words.folded($1)
            ELSE words.folded($1)
        END
        """
    )
    # Computed once, when an application is written: searching looks through all of them each time.
    op.execute(
        """
        ALTER TABLE registration.application ADD COLUMN found_by varchar NOT NULL GENERATED ALWAYS AS (
            words.folded(name || ' ' || email || ' ' || organisation || ' ' || coalesce(answers ->> 'motivation', ''))
        ) STORED
        """
    )
