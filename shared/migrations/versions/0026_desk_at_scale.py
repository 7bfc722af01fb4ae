"""The desk stays quick at 100,000 applications: narrow lines and folded words beside the applications.

Triggers keep them, for each statement as a whole and in its transaction, whoever writes. The keys of alphabets stand
in columns, so that an index is in the order of the reader; words are found by their trigrams.
"""

from __future__ import annotations

from alembic import op

from shared.migrations.grants import publish, reveal

revision = "0026_desk_at_scale"
down_revision = "0025_arrivals"
branch_labels = None
depends_on = None
accepted = {
    "adding-field-with-default": "people and mails of one edition are rewritten within seconds",
    "ban-drop-column": "no version that was released reads found_by",
    "require-concurrent-index-creation": "built once in the migration, while the tables are small",
    "require-concurrent-index-deletion": "a moment's lock on a small index",
}

ALPHABETS = (("", "fr"), ("_es", "es"), ("_ar", "ar"))
"""French stands for every language whose order is that of the folded letters."""


def sorted_as(column: str, name: str) -> list[tuple[str, str]]:
    return [(f"{name}_as{own}", f"words.sorted_as({column}, '{language}')") for own, language in ALPHABETS]


LINE = (
    ("edition_id", "edition_id"),
    ("person_id", "person_id"),
    ("state", "state"),
    ("language", "language"),
    ("country", "country"),
    ("moment", "coalesce(submitted_at, created_at)"),
    *sorted_as("name", "name"),
    *sorted_as("organisation", "organisation"),
)
COLUMNS = ", ".join(name for name, _value in LINE)
VALUES = ", ".join(value for _name, value in LINE)
WORDS = (
    "' ' || words.folded(name || ' ' || email || ' ' || organisation || ' ' || coalesce(answers ->> 'motivation', ''))"
)
OUTCOME = """coalesce((SELECT outcome FROM registration.decision d
                        WHERE d.application_id = c.application_id AND d.state = '{state}'), '')"""
NEWEST_OFFER = """coalesce((SELECT state FROM registration.offer o WHERE o.application_id = c.application_id
                          ORDER BY o.offered_at DESC, o.id DESC LIMIT 1), '')"""

KEEP_LINES = f"""
CREATE FUNCTION registration.begin_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO registration.application_line (application_id, {COLUMNS}) SELECT id, {VALUES} FROM changed;
    INSERT INTO registration.application_words (application_id, edition_id, words)
    SELECT id, edition_id, {WORDS} FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION registration.keep_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE registration.application_line l
    SET person_id = c.person_id, state = c.state, language = c.language, country = c.country,
        moment = coalesce(c.submitted_at, c.created_at)
    FROM changed c WHERE l.application_id = c.id
    AND (l.person_id, l.state, l.language, l.country, l.moment)
        IS DISTINCT FROM (c.person_id, c.state, c.language, c.country, coalesce(c.submitted_at, c.created_at));
    UPDATE registration.application_line l
    SET {", ".join(f"{name} = c.{name}" for name, _value in LINE[6:])}
    FROM (SELECT n.id, {", ".join(f"{value.replace('(', '(n.', 1)} AS {name}" for name, value in LINE[6:])}
          FROM changed n JOIN former f ON f.id = n.id
          WHERE (n.name, n.organisation) IS DISTINCT FROM (f.name, f.organisation)) c
    WHERE l.application_id = c.id;
    UPDATE registration.application_words w SET words = c.words
    FROM (SELECT id, {WORDS} AS words FROM changed n
          WHERE EXISTS (SELECT FROM former f WHERE f.id = n.id
                        AND (n.name, n.email, n.organisation, n.answers ->> 'motivation')
                            IS DISTINCT FROM (f.name, f.email, f.organisation, f.answers ->> 'motivation'))) c
    WHERE w.application_id = c.id;
    RETURN NULL;
END $$;
CREATE FUNCTION registration.keep_decisions_of_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE registration.application_line l SET proposed = s.proposed, released = s.released
    FROM (SELECT c.application_id, {OUTCOME.format(state="proposed")} AS proposed,
                 {OUTCOME.format(state="released")} AS released
          FROM (SELECT DISTINCT application_id FROM changed) c) s
    WHERE l.application_id = s.application_id
    AND (l.proposed, l.released) IS DISTINCT FROM (s.proposed, s.released);
    RETURN NULL;
END $$;
CREATE FUNCTION registration.keep_offers_of_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE registration.application_line l SET offer = s.offer
    FROM (SELECT c.application_id, {NEWEST_OFFER} AS offer FROM (SELECT DISTINCT application_id FROM changed) c) s
    WHERE l.application_id = s.application_id AND l.offer IS DISTINCT FROM s.offer;
    RETURN NULL;
END $$;
"""  # noqa: S608 - made of our own constants

TRIGGERS = (
    ("application", "INSERT", "NEW TABLE AS changed", "begin_lines"),
    ("application", "UPDATE", "OLD TABLE AS former NEW TABLE AS changed", "keep_lines"),
    ("decision", "INSERT", "NEW TABLE AS changed", "keep_decisions_of_lines"),
    ("decision", "UPDATE", "NEW TABLE AS changed", "keep_decisions_of_lines"),
    ("decision", "DELETE", "OLD TABLE AS changed", "keep_decisions_of_lines"),
    ("offer", "INSERT", "NEW TABLE AS changed", "keep_offers_of_lines"),
    ("offer", "UPDATE", "NEW TABLE AS changed", "keep_offers_of_lines"),
    ("offer", "DELETE", "OLD TABLE AS changed", "keep_offers_of_lines"),
)

FILL = (
    f"""
    INSERT INTO registration.application_line (application_id, {COLUMNS}, proposed, released, offer)
    SELECT c.application_id, {", ".join(f"c.{name}" for name, _value in LINE)},
        {OUTCOME.format(state="proposed")}, {OUTCOME.format(state="released")}, {NEWEST_OFFER}
    FROM (SELECT id AS application_id, {", ".join(f"{value} AS {name}" for name, value in LINE)}
          FROM registration.application) c
    """,  # noqa: S608 - made of our own constants
    f"""
    INSERT INTO registration.application_words (application_id, edition_id, words)
    SELECT id, edition_id, {WORDS} FROM registration.application
    """,  # noqa: S608 - made of our own constants
)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    _lines()
    _bulks()
    _decisions()
    _people()
    _mail()
    _facts()


def _lines() -> None:
    op.execute(
        """
        CREATE TABLE registration.application_line (
            application_id uuid CONSTRAINT pk_application_line PRIMARY KEY
                CONSTRAINT fk_application_line_application_id REFERENCES registration.application ON DELETE CASCADE,
            edition_id uuid NOT NULL,
            person_id uuid,
            state varchar NOT NULL,
            proposed varchar NOT NULL DEFAULT '',
            released varchar NOT NULL DEFAULT '',
            offer varchar NOT NULL DEFAULT '',
            language varchar NOT NULL,
            country varchar NOT NULL,
            moment timestamptz NOT NULL,
            name_as varchar COLLATE "C" NOT NULL,
            name_as_es varchar COLLATE "C" NOT NULL,
            name_as_ar varchar COLLATE "C" NOT NULL,
            organisation_as varchar COLLATE "C" NOT NULL,
            organisation_as_es varchar COLLATE "C" NOT NULL,
            organisation_as_ar varchar COLLATE "C" NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE registration.application_words (
            application_id uuid CONSTRAINT pk_application_words PRIMARY KEY
                CONSTRAINT fk_application_words_application_id REFERENCES registration.application ON DELETE CASCADE,
            edition_id uuid NOT NULL,
            words varchar NOT NULL
        )
        """
    )
    for table in ("application_line", "application_words"):
        publish(op, f"registration.{table}")
    op.execute(KEEP_LINES)
    for table, deed, seen, function in TRIGGERS:
        op.execute(
            f"CREATE TRIGGER {function}_{deed.lower()} AFTER {deed} ON registration.{table}"
            f" REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION registration.{function}()"
        )
    for statement in FILL:
        op.execute(statement)
    for column in ("moment", *(name for name, _value in LINE[6:])):
        op.execute(
            f"CREATE INDEX ix_application_line_{column} ON registration.application_line"
            f" (edition_id, {column}, application_id)"
        )
    op.execute(
        "CREATE INDEX ix_application_line_filters ON registration.application_line"
        " (edition_id, country, state, proposed, released, offer, language, application_id)"
    )
    op.execute(
        "CREATE INDEX ix_application_words_words ON registration.application_words USING gin (words gin_trgm_ops)"
        " WITH (gin_pending_list_limit = 512)"
    )
    op.execute("CREATE INDEX ix_application_words_edition_id ON registration.application_words (edition_id)")
    op.execute("ALTER TABLE registration.application DROP COLUMN found_by")


def _bulks() -> None:
    op.execute(
        """
        CREATE TABLE registration.bulk_proposal (
            id uuid CONSTRAINT pk_bulk_proposal PRIMARY KEY,
            edition_id uuid NOT NULL
                CONSTRAINT fk_bulk_proposal_edition_id REFERENCES registration.edition,
            outcome varchar NOT NULL
                CONSTRAINT ck_bulk_proposal_outcome_known CHECK (outcome IN ('accept', 'reserve', 'decline')),
            note varchar NOT NULL,
            proposed_by uuid,
            undone_by uuid,
            begun_at timestamptz NOT NULL,
            applications integer NOT NULL,
            state varchar NOT NULL CONSTRAINT ck_bulk_proposal_state_known
                CHECK (state IN ('proposing', 'proposed', 'undoing', 'undone'))
        )
        """
    )
    op.execute(
        """
        CREATE TABLE registration.bulk_item (
            bulk_proposal_id uuid NOT NULL,
            application_id uuid NOT NULL,
            result varchar NOT NULL DEFAULT '',
            decision_id uuid,
            replaced_id uuid,
            CONSTRAINT pk_bulk_item PRIMARY KEY (bulk_proposal_id, application_id)
        )
        """
    )
    for table in ("bulk_proposal", "bulk_item"):
        publish(op, f"registration.{table}")
    op.execute("CREATE INDEX ix_bulk_proposal_edition_id ON registration.bulk_proposal (edition_id, begun_at)")
    op.execute("CREATE INDEX ix_bulk_item_result ON registration.bulk_item (bulk_proposal_id, result, application_id)")


def _people() -> None:
    keys = ", ".join(
        f'ADD COLUMN {name} varchar COLLATE "C" NOT NULL GENERATED ALWAYS AS ({value}) STORED'
        for name, value in sorted_as("name", "name")
    )
    op.execute(
        f"ALTER TABLE people.person {keys}, ADD COLUMN words varchar NOT NULL"
        " GENERATED ALWAYS AS (' ' || words.folded(name || ' ' || email)) STORED"
    )
    for name, _value in sorted_as("name", "name"):
        op.execute(f"CREATE INDEX ix_person_{name} ON people.person ({name}, id)")
    op.execute("CREATE INDEX ix_person_words ON people.person USING gin (words gin_trgm_ops)")
    op.execute(
        """
        CREATE OR REPLACE VIEW people.addressable AS
        SELECT id, name, called, email, locale, time_zone, name_as, name_as_es, name_as_ar, words FROM people.person
        """
    )
    reveal(op, "people.addressable", materials="name_as, name_as_es, name_as_ar")


def _mail() -> None:
    op.execute("ALTER TABLE notifications.delivery ADD COLUMN words varchar COLLATE \"C\" NOT NULL DEFAULT ''")
    op.execute('ALTER TABLE notifications.delivery ADD COLUMN words_es varchar COLLATE "C"')
    op.execute(
        "UPDATE notifications.delivery SET words = words.folded(addressee) || E'\\n' || words.folded(address),"
        " words_es = CASE WHEN words.sorted_as(addressee, 'es') <> words.folded(addressee)"
        " THEN words.sorted_as(addressee, 'es') || E'\\n' || words.folded(address) END"
        " WHERE campaign_id IS NOT NULL"
    )


def _decisions() -> None:
    op.execute(
        "CREATE INDEX ix_decision_waiting ON registration.decision (edition_id, id, application_id, outcome)"
        " WHERE state = 'proposed' AND batch_id IS NULL"
    )
    op.execute(
        "CREATE INDEX ix_decision_frozen ON registration.decision (edition_id, outcome, application_id)"
        " WHERE state = 'proposed' AND batch_id IS NOT NULL"
    )
    op.execute("CREATE INDEX ix_decision_of_batch ON registration.decision (batch_id, outcome, released_at)")
    op.execute("DROP INDEX registration.ix_decision_batch_id")


def _facts() -> None:
    op.execute("CREATE INDEX ix_entry_done_by ON outbox.entry (subscriber, done_at) WHERE state = 'done'")
    op.execute("DROP INDEX outbox.ix_entry_done")
