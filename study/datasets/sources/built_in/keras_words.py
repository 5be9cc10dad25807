"""What Keras' copies of text data sets have in common: texts as lists of the words' ranks."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from study.datasets.sources.built_in.download import Download

ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"

Ranks = Mapping[str, int]  # of each word, from 1, the most frequent


def fetch_ranks(download: Download, folder: Path) -> Ranks:
    """The rank of each word, fetched where it is not there.

    Raises:
        UserError: It cannot be fetched.
    """
    with download.fetch(folder).open(encoding="utf-8") as file:
        ranks: dict[str, int] = json.load(file)
    return ranks


def as_texts(lists: Iterable[Iterable[int]], ranks: Ranks) -> list[str]:
    """Words between spaces, of lists of ranks."""
    words = {rank: word for word, rank in ranks.items()}
    return [" ".join([words[rank] for rank in listed]) for listed in lists]


def by_rank(ranks: Ranks) -> list[str]:
    """The words, the most frequent first."""
    return sorted(ranks, key=ranks.__getitem__)
