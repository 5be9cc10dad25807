"""What of a data set would mislead, in a sentence each."""

import math
from collections.abc import Iterator

from study.datasets.facts import DatasetFacts, percent
from study.datasets.level import Level
from study.datasets.metric import Metric
from study.datasets.series_warnings import of_series

_MAJORITY = 0.8  # share of the test split
_LONE_UNKNOWN = 0.1  # share of its texts
_DIGITS = 0.5  # share of all texts


def warnings(facts: DatasetFacts, metric: Metric, margin: float) -> list[str]:
    """What would mislead, each with its extent and a remedy; none where nothing would.

    Args:
        facts: Of the data set.
        metric: That is compared.
        margin: Smallest difference in it that matters, as a fraction.
    """
    of_inputs = of_series(facts) if facts.features else _of_texts(facts)
    return [*_of_reading(facts), *_of_splits(facts, metric, margin), *of_inputs]


def _of_reading(facts: DatasetFacts) -> Iterator[str]:
    if left_out := facts.origin.left_out:
        yield (
            f"{', '.join(left_out)} in {facts.origin.name}: left out, as these folders with texts "
            "are no split and no class; move what is to be read into train/<label> or test/<label>."
        )
    spellings: dict[str, list[str]] = {}
    for one in facts.classes:
        spellings.setdefault(one.name.casefold(), []).append(repr(one.name))
    for names in spellings.values():
        if len(names) > 1:
            yield (
                f"{' and '.join(names)} are {len(names)} classes that differ by upper and lower "
                "case only; give them one spelling if they mean the same."
            )


def _of_splits(facts: DatasetFacts, metric: Metric, margin: float) -> Iterator[str]:
    baseline = facts.majority_baseline(metric)
    if metric is Metric.ACCURACY and baseline > _MAJORITY:
        yield (
            f"{percent(baseline)} of the test split are of the class {facts.majority.name!r}, "
            "which is the accuracy of always answering so; compare with that, or let each class "
            f"count alike with --metric {Metric.BALANCED_ACCURACY}."
        )
    variance = baseline * (1 - baseline)
    effective = metric.effective_examples([one.test for one in facts.classes])
    error = math.sqrt(variance / effective)
    if error > margin:
        enough = math.ceil(variance / margin**2 * (facts.test / effective))
        yield (
            f"The {facts.test:,} test examples are few for a margin of {100 * margin:g} points: "
            f"the standard error of one {metric.display_name} at the majority baseline is "
            f"{100 * error:.2f} points; with {enough:,} it would equal the margin; or choose a "
            "larger margin."
        )
    if facts.copied:
        kind = "are series that stand" if facts.features else "have a text that stands"
        yield (
            f"{facts.copied:,} of {facts.test:,} test examples {kind} in training or validation "
            "too, which rewards learning by heart; remove them from one side."
        )


def _of_texts(facts: DatasetFacts) -> Iterator[str]:
    if facts.lone_unknown > _LONE_UNKNOWN:
        remedy = (
            "read them letter by letter with --level character, as suits a language without "
            "blanks between words"
            if facts.level == Level.WORD
            else "check that training has the same script"
        )
        yield (
            f"{percent(facts.lone_unknown)} of the test split's texts are one unknown token, so "
            f"that a model can tell them apart by nothing; {remedy}."
        )
    if facts.digits > _DIGITS:
        yield (
            f"{percent(facts.digits)} of the texts are mostly digits, and every number is a token "
            "of its own, unlike all others; measured values are read as numbers from .npz "
            "and .ts files, and from tables with --id-column."
        )
