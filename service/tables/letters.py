"""The tables of letters, and of what was decided, recorded and said about them and their matters."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from service.scope_keys import LENGTH
from service.tables.base import DERIVED, MOMENT, metadata
from service.tables.matters import EMPTY, PLACE, matters

NEWEST = ("received_at", "id", "restricted")
QUEUE = ("review", "needs_review")
SCOPE = (*PLACE, "matter_id")

letters = Table(
    "letters",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("external_id", String(200)),
    Column("content_hash", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("received_at", String(MOMENT), nullable=False),
    Column("stored_at", String(MOMENT), nullable=False),
    Column("channel", String(10)),
    Column("addressee", String(500), nullable=False),
    # The keys of the addressee and of the unit that the matter of the letter stands with, empty for none.
    Column("addressee_key", String(LENGTH), nullable=False, server_default=EMPTY),
    Column("unit_key", String(LENGTH), nullable=False, server_default=EMPTY),
    Column("region", String(500), nullable=False),
    Column("people_present", Integer),
    Column("named", Boolean, nullable=False),
    # An accusation: only who may see restricted letters learns that it exists.
    Column("restricted", Boolean, nullable=False),
    # What holds for the letter: the automatic result with what people corrected. `automatic` is the result as it was,
    # where the two differ.
    Column("analysis", JSON, nullable=False),
    Column("automatic", JSON(none_as_null=True)),
    Column("category", String(200)),
    # The class below the category.
    Column("class_code", String(200)),
    Column("visit_level", String(10)),
    Column("needs_review", Boolean, nullable=False),
    Column("review", String(10), nullable=False),
    Column("matter_id", String(26), ForeignKey(matters.c.id), nullable=False),
    Column("verdict", String(10), nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    UniqueConstraint("owner", "external_id"),
    # Lists are read from the index alone: newest first, or what one filter leaves, newest first.
    Index("ix_letters_newest", *NEWEST, "category", "class_code", "channel", *QUEUE, "visit_level", "verdict", *SCOPE),
    Index("ix_letters_category", "category", *NEWEST),
    Index("ix_letters_queue", *QUEUE, *NEWEST, *SCOPE),
    Index("ix_letters_visit_level", "visit_level", *NEWEST),
    # A scope holds what begins with a region.
    Index("ix_letters_region", "region", *NEWEST, postgresql_ops={"region": "text_pattern_ops"}),
    Index("ix_letters_addressee", "addressee_key", *NEWEST),
    Index("ix_letters_unit", "unit_key", *NEWEST),
    # Whoever looks for words finds ids, and asks of each whether it is in sight.
    Index("ix_letters_scope", "id", "restricted", *SCOPE),
    Index("ix_letters_matter", "matter_id", *NEWEST, *PLACE),
    # Accusations are few, and whoever answers them looks for no others.
    Index(
        "ix_letters_restricted",
        *(*QUEUE, "received_at", "id", *SCOPE),
        postgresql_where=text("restricted"),
        sqlite_where=text("restricted = 1"),
    ),
)

# What letters hide, encrypted with the key of a name: names, numbers and addresses of petitioners and accused, and the
# passages that title and body mask. Without a name: of an earlier version, the text is not masked yet.
sealed = Table(
    "sealed",
    metadata,
    Column("letter_id", String(26), ForeignKey(letters.c.id), primary_key=True),
    Column("key", String(16), nullable=False, index=True),
    Column("content", LargeBinary, nullable=False),
)

# The names of keys that all processes must use at the same time.
keys_in_use = Table(
    "keys_in_use",
    metadata,
    Column("purpose", String(20), primary_key=True),
    Column("key", String(16), nullable=False),
)

# Keyed hashes of who wrote: they tell a repeat from a joint letter, and are never shown, searched or exported. While
# their key is rotated each has a successor.
identities = Table(
    "identities",
    metadata,
    Column("letter_id", String(26), ForeignKey(letters.c.id), primary_key=True),
    Column("hash", String(64), primary_key=True, index=True),
    Column("next_hash", String(64)),
)

# Keyed hashes of whom a letter accuses and of their parts: they keep it from these, and are never shown or searched.
accused = Table(
    "accused",
    metadata,
    Column("letter_id", String(26), ForeignKey(letters.c.id), primary_key=True),
    Column("hash", String(32), primary_key=True, index=True),
)

vectors = Table(
    "vectors",
    metadata,
    Column("letter_id", String(26), ForeignKey(letters.c.id), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
    # The version of the model that made it: vectors of different versions do not compare.
    Column("model", String(64)),
)

# Letters prepared for comparison, from their masked texts, and by what (service/preparing.py). What is missing is made
# anew when it is needed; a backup holds none.
prepared = Table(
    "prepared",
    metadata,
    Column("letter_id", String(26), ForeignKey(letters.c.id), primary_key=True),
    Column("maker", String(100), nullable=False),
    Column("content", LargeBinary, nullable=False),
    info={DERIVED: True},
)

# Numbers every change of the set of vectors, put or removed, so that each process can catch up with the others.
changes = Table(
    "changes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("letter_id", String(26), ForeignKey(letters.c.id), nullable=False),
    Column("kind", String(10), nullable=False),
    sqlite_autoincrement=True,
)

links = Table(
    "links",
    metadata,
    Column("a_id", String(26), ForeignKey(letters.c.id), primary_key=True),
    Column("b_id", String(26), ForeignKey(letters.c.id), primary_key=True, index=True),
    Column("score", Float, nullable=False),
    Column("relation", String(20), nullable=False),
)

# Every move of a letter from matter to matter and every decision, with its reason: the history stays. `cause` is the
# event of the decision that led to a move, or whose twin in another matter this is.
events = Table(
    "events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("matter_id", String(26), ForeignKey(matters.c.id), nullable=False, index=True),
    Column("at", String(MOMENT), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("cause", Integer, ForeignKey("events.number"), index=True),
    # Not by kind first: that one would be taken for the events of many matters, and read nearly all.
    Index(None, "at", "kind", "matter_id"),
    sqlite_autoincrement=True,
)

# What people decided about pairs of letters. Rows are only added; one that no longer stands names the event that took
# it back. All rows of one action share its event, `act`. A row that keeps together what a letter leaves behind as it
# goes elsewhere names the event of its going, `bridges`.
decisions = Table(
    "decisions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String(MOMENT), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(10), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("a_id", String(26), ForeignKey(letters.c.id), nullable=False, index=True),
    Column("b_id", String(26), ForeignKey(letters.c.id), nullable=False, index=True),
    Column("act", Integer, ForeignKey(events.c.number), nullable=False, index=True),
    Column("bridges", Integer, ForeignKey(events.c.number), index=True),
    Column("undone_by", Integer, ForeignKey(events.c.number), index=True),
    Column("note", String(500)),
    sqlite_autoincrement=True,
)

# What people said of the analysis of letters. Rows are only added: `after` is what holds from then on for each field,
# null for one that was taken back; `before` what held until then.
corrections = Table(
    "corrections",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String(MOMENT), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("letter_id", String(26), ForeignKey(letters.c.id), nullable=False, index=True),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Column("reason", String(500)),
    sqlite_autoincrement=True,
)

# What automatic decisions rest on, by a hash of all of it.
bases = Table(
    "bases",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("model", String(64), nullable=False),
    Column("dictionary", String(64), nullable=False),
    Column("thresholds", JSON, nullable=False),
)

# What the software decided by itself on a letter, and what a person made of it later; `undone_by` is the event that put
# the outcome out of force.
automatic_decisions = Table(
    "automatic_decisions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String(MOMENT), nullable=False),
    Column("letter_id", String(26), ForeignKey(letters.c.id), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("basis_id", String(64), ForeignKey(bases.c.id), nullable=False),
    Column("input_hash", String(64), nullable=False),
    Column("outcome", JSON, nullable=False),
    Column("reviewer", String(200)),
    Column("reviewed_at", String(MOMENT)),
    Column("decided", String(20)),
    Column("undone_by", Integer, ForeignKey(events.c.number), index=True),
    Column("note", String(500)),
    sqlite_autoincrement=True,
)

# Who saw or did what, and when. Rows are only added: triggers of the migration refuse any change of them, by anybody.
# Numbers have no gaps; `hash` chains each row to the one before it (service/chain.py).
audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String(MOMENT), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("action", String(20), nullable=False),
    Column("object_kind", String(20), nullable=False),
    Column("object_id", String(64), nullable=False, index=True),
    Column("detail", JSON(none_as_null=True)),
    Column("hash", String(64)),
    sqlite_autoincrement=True,
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("owner", String(200), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("content_hash", String(64), nullable=False),
    Column("letter_id", String(26), ForeignKey(letters.c.id), nullable=False),
)
