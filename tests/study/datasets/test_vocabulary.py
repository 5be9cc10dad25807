import csv
import gzip
import string
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from study.datasets.level import Level
from study.datasets.vocabulary import FIRST_TOKEN, Vocabulary, needs_unicode, rank


def test_words_are_lower_case_and_end_at_punctuation_but_not_at_apostrophes() -> None:
    text = "It's a <br /><br />well-made film;\tnot BAD!\nÉté\u00a0indien"
    assert Level.WORD.tokenize(text) == [
        *["it's", "a", "br", "br", "well", "made", "film", "not", "bad", "été\u00a0indien"]
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\u201cGood\u201d film\u2014really\u2026", "good film really"),
        ("it\u2019s the boys\u2019 \u2018own\u2019 caf\u00e9", "it's the boys own caf\u00e9"),
        ("\u00c9t\u00e9\u00a0indien\u3002 5\u20ac \u00a1no!", "\u00e9t\u00e9 indien 5 no"),
        ("\u6211\u7528iPhone\u624b\u673a\uff0c\u597d", "\u6211 \u7528 iphone \u624b \u673a \u597d"),
        ("\u304b\u3099\u304e \u30ab\u30fc", "\u304c \u304e \u30ab \u30fc"),
        ("\u0e01\u0e34\u0e19\u0e02\u0e49\u0e32", "\u0e01\u0e34 \u0e19 \u0e02\u0e49 \u0e32"),
        ("\ud55c\uad6d\uc5b4 \u043c\u0438-\u0434", "\ud55c\uad6d\uc5b4 \u043c\u0438 \u0434"),
        ("great\U0001f600\u2764\ufe0f", "great \U0001f600 \u2764"),
        ("one\u200btwo", "one two"),
    ],
)  # fmt: skip
def test_unicode_separates_words_in_every_script(text: str, words: str) -> None:
    assert Level.WORD.tokenize(text, unicode=True) == words.split(" ")


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_in_ascii_unicode_changes_nothing(text: str) -> None:
    assert Level.WORD.tokenize(text, unicode=True) == Level.WORD.tokenize(text)


def test_unicode_is_taken_where_more_than_a_few_words_need_it() -> None:
    plain = ["a plain caf\u00e9 of words"] * 100
    assert not needs_unicode([*plain, "one \u201cquoted\u201d"])
    assert needs_unicode([*plain, "one \u201cquoted\u201d word"] * 2 + ["\u201cmore\u201d"])
    assert needs_unicode(["\u6211\u7528\u624b\u673a"])


def test_characters_are_those_of_the_composed_form() -> None:
    assert list(Level.CHARACTER.tokenize("O\u0301 Ce\u0301")) == ["Ó", " ", "C", "é"]


def test_numbering_is_that_of_keras() -> None:
    words = Vocabulary(Level.WORD, 4, ("the", "film"), ("bad", "good"))
    encoded = words.encode(["the film", "", "The FILM, the the", "a b film c the"])
    assert encoded.tolist() == [[0, 1, 4, 5], [0, 0, 0, 1], [4, 5, 4, 4], [2, 5, 2, 4]]
    assert encoded.dtype == np.int32
    assert len(words) == 6


def test_ranking_is_by_frequency_then_by_code_point() -> None:
    assert rank(["b a c", "c a", "d"], Level.WORD) == ["a", "c", "b", "d"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.integers(1, 12))
def test_known_texts_can_be_read_back(text: str, sequence_length: int) -> None:
    for level in Level:
        tokens = list(level.tokenize(text))
        words = Vocabulary(level, sequence_length, tuple(rank([text], level)), ("a", "b"))
        (row,) = words.encode([text]).tolist()
        expected = [*[None] * sequence_length, "start", *tokens][-sequence_length:]
        names: dict[int, str | None] = {0: None, 1: "start"}
        names |= {FIRST_TOKEN + number: token for number, token in enumerate(words.tokens)}
        assert [names[number] for number in row] == expected


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.booleans())
def test_words_are_what_is_left_between_separators(text: str, unicode: bool) -> None:
    words = Level.WORD.tokenize(text, unicode=unicode)
    separators = set(string.punctuation + string.whitespace) - {"'"}
    assert all(word and not separators & set(word) for word in words)
    assert Level.WORD.tokenize(" ".join(words), unicode=unicode) == words


@given(
    st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1)), st.booleans()
)
def test_description_can_be_read_back(tokens: list[str], unicode: bool) -> None:
    words = Vocabulary(Level.CHARACTER, 7, tuple(tokens), ("bad", "good"), unicode)
    assert Vocabulary.from_json(words.to_json()) == words


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"level": "syllable", "steps": 1}', "7"])
def test_no_description_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Vocabulary.from_json(text)


def test_words_of_imdb_are_those_of_keras_copy(imdb: Path) -> None:
    counts: Counter[str] = Counter()
    with gzip.open(imdb, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["split"] == "train":
                counts.update(Level.WORD.tokenize(row["text"]))
    assert len(counts) == 88_582
    assert counts.most_common(3) == [("the", 336_148), ("and", 164_097), ("a", 163_040)]
