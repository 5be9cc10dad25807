"""Keras' copy of the Large Movie Review Dataset: 50,000 film reviews, good or bad.

Maas, Daly, Pham, Huang, Ng and Potts, "Learning Word Vectors for Sentiment Analysis",
ACL 2011.
"""

from collections.abc import Mapping
from typing import Any

from study.datasets.sources.built_in.download import Download
from study.datasets.sources.built_in.keras_words import ORIGIN, Examples, KerasWords
from study.datasets.splits import Part


class Imdb(KerasWords):
    """Is a film review good or bad?"""

    name = "imdb"
    unit = "reviews"
    texts = Download(
        f"{ORIGIN}/imdb.npz",
        "sha256",
        "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
    )
    words = Download(f"{ORIGIN}/imdb_word_index.json", "md5", "bfafd718b763782e994055a2d397834f")

    def examples(self, arrays: Mapping[str, Any]) -> Examples:
        halves = (Part.TRAIN, Part.TEST)
        lists = [ranks for half in halves for ranks in arrays[f"x_{half}"]]
        labels = [str(label) for half in halves for label in arrays[f"y_{half}"]]
        return lists, labels, [half for half in halves for _ in arrays[f"y_{half}"]]
