"""Keras' copy of Reuters-21578: 11,228 newswires on one of 46 topics each.

Lewis, "Reuters-21578 text categorization test collection", 1997.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from study.datasets.facts import Origin
from study.datasets.sources.built_in.download import Download
from study.datasets.sources.built_in.keras_words import ORIGIN, as_texts, by_rank, fetch_ranks
from study.datasets.sources.corpus import Corpus
from study.datasets.splits import Part

NEWSWIRES = Download(
    f"{ORIGIN}/reuters.npz",
    "sha256",
    "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
)
# Keras publishes an MD5 only. It tells a broken download; JSON can do no harm.
WORDS = Download(f"{ORIGIN}/reuters_word_index.json", "md5", "4d44cc38712099c9e383dc6e5f11a921")

_TOPICS = """
cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade
reserves ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum
oilseed gold tin strategic-metal livestock retail ipi iron-steel rubber heat jobs lei
bop zinc orange pet-chem dlr gas silver wpi hog lead
"""

TOPICS = tuple(_TOPICS.split())
"""In the order of Keras' class numbers."""

_SEED, _TRAIN_SHARE = 113, 0.8  # of the split that `keras.datasets.reuters.load_data` makes


class Reuters:
    """What is a newswire about?

    The words' ranks come with the data, and the split is Keras' own, so that a newswire becomes
    the integers that `keras.datasets.reuters.load_data` gives it.
    """

    name = "reuters"
    reads_numbers = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def identity(self) -> str:
        """The hashes of the files, which need not be there."""
        return f"{NEWSWIRES.digest} {WORDS.digest}"

    def read(self) -> Corpus:
        """The newswires as words between spaces, fetched where they are not there."""
        ranks = fetch_ranks(WORDS, self._folder)
        # The lists of numbers are pickled: their hash, just checked, is what they are trusted for.
        with np.load(NEWSWIRES.fetch(self._folder), allow_pickle=True) as arrays:
            texts = as_texts(arrays["x"], ranks)
            labels = [TOPICS[label] for label in arrays["y"]]
        order = np.arange(len(texts))
        np.random.RandomState(_SEED).shuffle(order)  # as Keras does
        train = int(len(texts) * _TRAIN_SHARE)
        corpus = Corpus.of(
            Origin(self.name, len(texts), "newswires"),
            [texts[at] for at in order],
            [labels[at] for at in order],
            [Part.TRAIN] * train + [Part.TEST] * (len(texts) - train),
        )
        return replace(corpus, words=by_rank(ranks))
