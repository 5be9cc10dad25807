"""Labelled texts as integer arrays, prepared once and opened from a cache."""

from study.datasets.cache import cache_folder
from study.datasets.dataset import Dataset, Reading, Split
from study.datasets.prepare import prepare
from study.datasets.text import Vocabulary

__all__ = ["Dataset", "Reading", "Split", "Vocabulary", "cache_folder", "prepare"]
