"""The facts of a data set in words, as the terminal and the report show them."""

from study.datasets.facts import DatasetFacts, percent
from study.datasets.metric import Metric
from study.datasets.splits import Part
from study.datasets.warnings import warnings

_MOST_CLASSES = 20  # that are listed
_MOST_FEATURES = 12


def in_lines(facts: DatasetFacts, metric: Metric, margin: float) -> list[str]:
    """What was read and what of it would mislead, at this margin, for the terminal."""
    told = [f"{heading}: {text}" for heading, text in describe(facts, metric).items()]
    return [*told, *(f"Warning: {warning}" for warning in warnings(facts, metric, margin))]


def describe(facts: DatasetFacts, metric: Metric) -> dict[str, str]:
    """What was read and how it was split: a sentence, or the like, under each heading."""
    return {
        "Source": (
            f"{facts.origin.name}: {facts.train + facts.validation + facts.test:,} examples from "
            f"{facts.origin.entries:,} {facts.origin.unit}."
        ),
        "Splits": (
            f"{facts.train:,} training, {facts.validation:,} validation and {facts.test:,} test "
            f"examples; {_by_whom(facts)}."
        ),
        "Classes": f"{_classes(facts)} (training and validation + test).",
        **(_of_series(facts) if facts.features else _of_texts(facts)),
        f"Equal {'series' if facts.features else 'texts'}": (
            f"{facts.repeated:,} in training and validation repeat an earlier one, "
            f"{facts.copied:,} of test stand in training or validation too."
        ),
        "Majority baseline": _majority(facts, metric),
    }


def _of_texts(facts: DatasetFacts) -> dict[str, str]:
    unknown = f"{percent(facts.unknown)} of the {facts.level}s read in test are unknown."
    return {"Texts": f"{_lengths(facts)} {unknown}"}


def _of_series(facts: DatasetFacts) -> dict[str, str]:
    listed = facts.features[:_MOST_FEATURES]
    ranges = [f"{one.name}: {_range(one.least, one.greatest)}" for one in listed]
    more = len(facts.features) - len(listed)
    return {
        "Series": f"{_lengths(facts)} Shorter ones are padded on the left with features' means.",
        "Features": (
            f"{len(facts.features):,} a step: {', '.join(ranges)}"
            f"{f', and {more:,} more' if more else ''}. Each is standardised by its mean and "
            "standard deviation in training. No value is missing."
        ),
    }


def _lengths(facts: DatasetFacts) -> str:
    lengths = facts.lengths
    told = (
        f"{lengths.median:,} {facts.level}s at the median, {lengths.percentile_95:,} at the "
        f"95th percentile, {lengths.longest:,} at most."
    )
    if facts.features and not facts.cut:
        return f"{told} All are read."
    return (
        f"{told} {percent(facts.cut)} are longer than the last {facts.sequence_length:,} that are "
        "read."
    )


def _range(least: float, greatest: float) -> str:
    return f"{least:.4g}" if least == greatest else f"{least:.4g} to {greatest:.4g}"


def _majority(facts: DatasetFacts, metric: Metric) -> str:
    told = f"{percent(facts.majority_baseline(metric))} "
    if metric is Metric.ACCURACY:
        told += f"of the test split are of the class {facts.majority.name}"
    else:
        told += f"{metric.display_name} for always answering {facts.majority.name}"
    return f"{told}, the most frequent in training."


def _by_whom(facts: DatasetFacts) -> str:
    drawn = [part.value for part in Part if part not in facts.given]
    if not facts.given:
        return "drawn, every class in its proportion and equal texts on one side"
    given = f"given by the data: {', '.join(facts.given)}"
    return f"{given}; drawn from training: {', '.join(drawn)}" if drawn else given


def _classes(facts: DatasetFacts) -> str:
    listed = sorted(facts.classes, key=lambda one: -one.train)[:_MOST_CLASSES]
    told = [f"{one.name} {one.train + one.validation:,} + {one.test:,}" for one in listed]
    more = len(facts.classes) - len(listed)
    return f"{', '.join(told)}{f', and {more:,} more' if more else ''}"
