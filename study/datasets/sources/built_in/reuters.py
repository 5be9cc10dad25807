"""Keras' copy of Reuters-21578: 11,228 newswires on one of 46 topics each.

Lewis, "Reuters-21578 text categorization test collection", 1997.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from study.datasets.sources.built_in.download import Download
from study.datasets.sources.built_in.keras_words import ORIGIN, Examples, KerasWords
from study.datasets.splits import Part

_TOPICS = """
cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade
reserves ship cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum
oilseed gold tin strategic-metal livestock retail ipi iron-steel rubber heat jobs lei
bop zinc orange pet-chem dlr gas silver wpi hog lead
"""

TOPICS = tuple(_TOPICS.split())
"""In the order of Keras' class numbers."""

_SEED, _TRAIN_SHARE = 113, 0.8  # of the split that `keras.datasets.reuters.load_data` makes


class Reuters(KerasWords):
    """What is a newswire about? The split is Keras' own."""

    name = "reuters"
    unit = "newswires"
    texts = Download(
        f"{ORIGIN}/reuters.npz",
        "sha256",
        "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
    )
    words = Download(f"{ORIGIN}/reuters_word_index.json", "md5", "4d44cc38712099c9e383dc6e5f11a921")

    def examples(self, arrays: Mapping[str, Any]) -> Examples:
        lists, numbers = arrays["x"], arrays["y"]
        order = np.arange(len(lists))
        np.random.RandomState(_SEED).shuffle(order)  # as Keras does
        train = int(len(lists) * _TRAIN_SHARE)
        parts = [Part.TRAIN] * train + [Part.TEST] * (len(lists) - train)
        return lists[order], [TOPICS[numbers[at]] for at in order], parts
