"""The tables by which letters are found by their words.

They can be made anew from the letters, so that no backup holds them, and each kind of database has its own.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, MetaData, String, Table, column, table
from sqlalchemy.dialects.postgresql import TSVECTOR

from service.tables.base import MOMENT
from service.tables.letters import letters

_apart = MetaData()

# PostgreSQL: the words of each letter, under an inverted index. Rows are narrow, the words themselves lie elsewhere.
letter_words = Table(
    "letter_words",
    _apart,
    Column("letter_id", String(26), ForeignKey(letters.c.id), primary_key=True),
    Column("received_at", String(MOMENT), nullable=False),
    Column("words", TSVECTOR, nullable=False),
    # Common words are looked for among the newest letters first.
    Index("ix_letter_words_newest", "received_at", "letter_id"),
)

# SQLite: where the words of each letter stand in the full-text index. The order of places is the order of times.
letter_places = Table(
    "letter_places",
    _apart,
    Column("letter_id", String(26), ForeignKey(letters.c.id), primary_key=True),
    Column("place", BigInteger, nullable=False, unique=True),
)
# The full-text index; each row has two columns, the words of a letter and the shorter ones inside them.
full_text = table("letter_words", column("rowid"), column("words"), column("parts"))
