"""The words that a submission is found by: how texts turn into words, and how each database keeps and finds them.

Texts are taken apart here, not in the database, so that both find the same. What somebody types is never read as the
database's own language of searching: only letters and digits leave this module.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    cast,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

LONGEST_WORD = 25
"""Characters that count of a word."""
LONGEST_ADDRESS = 60
"""Characters that count of an e-mail address, without its signs."""
MOST_WORDS = 8_000
"""So many words of a submission are kept; they fit what PostgreSQL takes, with four bytes a character."""
OF_CONTACT = "@"
"""Stands before the words of a contact, so that they are found only by who may see contacts. No word has it."""
WORD = re.compile(r"[^\W_]+")
LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŧ": "t", "ı": "i"}
)
"""Letters that Unicode does not take apart, as they are typed where keyboards lack them."""
SQLITE = (
    "DELETE FROM search WHERE rowid = :id",
    "INSERT INTO search (rowid, words) VALUES (:id, :words)",
)
POSTGRESQL = (
    "INSERT INTO search (submission_id, words) VALUES (:id, array_to_tsvector(CAST(:words AS text[]))) "
    "ON CONFLICT (submission_id) DO UPDATE SET words = EXCLUDED.words",
)


@dataclass(frozen=True)
class Said:
    """What can be searched for of the submission with this id."""

    id: int
    written: Sequence[str]
    contact: str


@dataclass(frozen=True)
class Sought:
    """What is searched for: `words`, each of which must begin a word, of the contact too where `contacts` says so."""

    words: tuple[str, ...]
    contacts: bool

    @property
    def forms(self) -> tuple[tuple[str, ...], ...]:
        """For each word the beginnings by which it is found, one of which is enough."""
        return tuple((word, OF_CONTACT + word) if self.contacts else (word,) for word in self.words)


def plain(said: str) -> str:
    """`said` without capitals and marks, as it is looked up and sorted: Évora as "evora"."""
    apart = unicodedata.normalize("NFKD", said.casefold())
    unmarked = "".join(letter for letter in apart if not unicodedata.category(letter).startswith("M"))
    return unmarked.casefold().translate(LETTERS)


def words_in(*texts: str) -> tuple[str, ...]:
    """The words of `texts`, each once, in the order in which they first occur."""
    found = (word[:LONGEST_WORD] for said in texts for word in WORD.findall(plain(said)))
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


def sought_in(said: str) -> tuple[str, ...]:
    """The beginnings of words that somebody looks for who types `said`. An address is looked for as a whole."""
    parts = said.split()
    apart = words_in(*(part for part in parts if "@" not in part))
    return tuple(dict.fromkeys((*apart, *_addresses(*parts))))


def _addresses(*texts: str) -> Iterator[str]:
    """The e-mail addresses in `texts`, or what looks like one, each as one word."""
    for said in texts:
        for part in said.split():
            word = "".join(WORD.findall(plain(part)))[:LONGEST_ADDRESS] if "@" in part else ""
            if word:
                yield word


def draw(session: Session, submissions: Iterable[Said]) -> None:
    """Keeps what can be searched for of `submissions`, in place of what was kept before."""
    sqlite = _is_sqlite(session)
    words = ((said.id, _kept(said)) for said in submissions)
    kept = [{"id": number, "words": _row(found) if sqlite else found} for number, found in words]
    if kept:
        for statement in SQLITE if sqlite else POSTGRESQL:
            session.execute(text(statement), kept)


def _kept(said: Said) -> list[str]:
    contact = [OF_CONTACT + word for word in (*words_in(said.contact), *_addresses(said.contact))]
    words = (*contact, *words_in(*said.written), *_addresses(*said.written))
    return list(dict.fromkeys(words))[:MOST_WORDS]


def _row(words: Sequence[str]) -> str:
    """`words` with a space before each, by which `contains` knows its beginning."""
    return "".join(f" {word}" for word in words)


def found(session: Session, sought: Sought) -> CTE:
    """`id` of all submissions that have what is `sought`, looked up by their words."""
    return _found(session, sought).cte("found").prefix_with("MATERIALIZED", dialect="postgresql")


def few(session: Session, sought: Sought, most: int) -> Sequence[int] | None:
    """Ids of the submissions that have one of the words that are `sought`, where at most so many have it."""
    for word in sorted(sought.words, key=lambda word: (word.isalpha(), -len(word))):
        ids = session.scalars(_found(session, Sought((word,), sought.contacts)).limit(most + 1)).all()
        if len(ids) <= most:
            return ids
    return None


def _found(session: Session, sought: Sought) -> Select[int]:
    if _is_sqlite(session):
        alternatives = (" OR ".join(f'"{form}" *' for form in forms) for forms in sought.forms)
        asked = literal(" AND ".join(f"({each})" for each in alternatives))
        rows: Select[int] = select(literal_column("rowid").label("id")).select_from(table("search"))
        return rows.where(literal_column("search").op("MATCH")(asked))
    kept = table("search", column("submission_id"), column("words"))
    return select(kept.c.submission_id.label("id")).where(kept.c.words.op("@@")(_tsquery(sought)))


def contains(session: Session, sought: Sought, submission: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether one submission has what is `sought`, read from its own words: quicker where nearly all have."""
    if _is_sqlite(session):
        kept = table("search", column("rowid"), column("words"))
        has = [or_(*(func.instr(kept.c.words, f" {form}") > 0 for form in forms)) for forms in sought.forms]
        return select(1).select_from(kept).where(kept.c.rowid == submission, *has).exists()
    own = table("search", column("submission_id"), column("words"))
    # A subquery for a value, as PostgreSQL would turn EXISTS into looking up all that have the words.
    words = select(own.c.words).where(own.c.submission_id == submission).scalar_subquery()
    return words.op("@@")(_tsquery(sought))


def _tsquery(sought: Sought) -> ColumnElement[object]:
    alternatives = (" | ".join(f"'{form}':*" for form in forms) for forms in sought.forms)
    return cast(literal(" & ".join(f"({each})" for each in alternatives)), TSQUERY)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
