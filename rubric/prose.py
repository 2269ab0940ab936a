"""How a rubric reads: which of its sentences say the same, and which are hard going. For those who write it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import sqrt

import pyphen

from rubric.model import Rubric

STEM_LENGTH = 5
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SENTENCE_END = re.compile(r"[.!?;:]+(?=\s|$)")


@dataclass(frozen=True)
class Passage:
    """A text of the rubric and where it stands: the question's id and its part, such as `levels.2` or `why`."""

    question: str
    part: str
    text: str


@dataclass(frozen=True)
class Pair:
    """Two passages and how alike they are, from 0 to 1."""

    first: Passage
    second: Passage
    likeness: float


def level_sentences(rubric: Rubric) -> list[Passage]:
    """The five sentences of every question."""
    return [Passage(q.id, f"levels.{n}", text) for q in rubric.questions for n, text in enumerate(q.levels)]


def passages(rubric: Rubric) -> list[Passage]:
    """Every text that belongs to a question, its name excepted."""
    return [*level_sentences(rubric), *_beside_the_levels(rubric)]


def _beside_the_levels(rubric: Rubric) -> Iterator[Passage]:
    for question in rubric.questions:
        yield Passage(question.id, "text", question.text)
        yield Passage(question.id, "why", question.why)
        yield Passage(question.id, "evidence", question.evidence)
        for practice, text in question.does.items():
            yield Passage(question.id, f"does.{practice}", text)


def likeness(first: str, second: str) -> float:
    """How many words two texts share: words in common over the geometric mean of their numbers, each counted once.

    This is the cosine of their word sets (A. Ochiai, Bulletin of the Japanese Society of Scientific Fisheries 22,
    1957). Words are cut to five letters, so that `funds` and `funded` count as one. Order does not matter.
    """
    one, other = stems(first), stems(second)
    return len(one & other) / sqrt(len(one) * len(other)) if one and other else 0.0


@lru_cache(maxsize=4096)
def stems(text: str) -> frozenset[str]:
    """The words of `text` in small letters, cut to five."""
    return frozenset(word[:STEM_LENGTH] for word in words(text.lower()))


def most_alike(texts: Iterable[Passage], count: int) -> list[Pair]:
    """The `count` most alike pairs, the most alike first."""
    pairs = (Pair(a, b, likeness(a.text, b.text)) for a, b in combinations(texts, 2))
    return sorted(pairs, key=lambda pair: -pair.likeness)[:count]


def words(text: str) -> list[str]:
    """The words of `text`, numbers and signs left out."""
    return _WORD.findall(text)


def reading_ease(text: str) -> float:
    """Flesch's reading ease: 100 is very easy, 60 plain, below 30 for graduates; there is no lower end.

    206.835 - 1.015 x words per sentence - 84.6 x syllables per word (R. Flesch, "A new readability yardstick",
    Journal of Applied Psychology 32, 1948). Colons and semicolons end a sentence, as there. Syllables are the places
    where a word may be hyphenated, and one.
    """
    found = words(text)
    if not found:
        return 100.0
    sentences = max(1, len(_SENTENCE_END.findall(text)))
    return 206.835 - 1.015 * len(found) / sentences - 84.6 * sum(map(syllables, found)) / len(found)


@lru_cache(maxsize=4096)
def syllables(word: str) -> int:
    """Syllables of an English word, by the hyphenation patterns of pyphen."""
    return len(_hyphenation().positions(word.lower())) + 1


@lru_cache
def _hyphenation() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_US", left=1, right=2)


def hardest(texts: Iterable[Passage], count: int) -> list[tuple[Passage, float]]:
    """The `count` passages with the lowest reading ease, the hardest first."""
    return sorted(((text, reading_ease(text.text)) for text in texts), key=lambda found: found[1])[:count]
