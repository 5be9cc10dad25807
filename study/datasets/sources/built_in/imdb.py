"""Keras' copy of the Large Movie Review Dataset: 50,000 film reviews, good or bad.

Maas, Daly, Pham, Huang, Ng and Potts, "Learning Word Vectors for Sentiment Analysis",
ACL 2011.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from study.datasets.facts import Origin
from study.datasets.sources.built_in.download import Download
from study.datasets.sources.built_in.keras_words import ORIGIN, as_texts, by_rank, fetch_ranks
from study.datasets.sources.corpus import Corpus
from study.datasets.splits import Part

REVIEWS = Download(
    f"{ORIGIN}/imdb.npz",
    "sha256",
    "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
)
# Keras publishes an MD5 only. It tells a broken download; JSON can do no harm.
WORDS = Download(f"{ORIGIN}/imdb_word_index.json", "md5", "bfafd718b763782e994055a2d397834f")


class Imdb:
    """Is a film review good or bad?

    The words' ranks come with the data, so that a review becomes the integers that
    `keras.datasets.imdb.load_data` gives it.
    """

    name = "imdb"
    reads_numbers = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def identity(self) -> str:
        """The hashes of the files, which need not be there."""
        return f"{REVIEWS.digest} {WORDS.digest}"

    def read(self) -> Corpus:
        """The reviews as words between spaces, fetched where they are not there."""
        ranks = fetch_ranks(WORDS, self._folder)
        reviews, labels, parts = [], [], []
        # The lists of numbers are pickled: their hash, just checked, is what they are trusted for.
        with np.load(REVIEWS.fetch(self._folder), allow_pickle=True) as arrays:
            for part in (Part.TRAIN, Part.TEST):
                lists = arrays[f"x_{part}"]
                reviews += as_texts(lists, ranks)
                labels += [str(label) for label in arrays[f"y_{part}"]]
                parts += [part] * len(lists)
        corpus = Corpus.of(Origin(self.name, len(reviews), "reviews"), reviews, labels, parts)
        return replace(corpus, words=by_rank(ranks))
