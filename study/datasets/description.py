"""The facts of a data set in words, as the terminal and the report show them."""

from collections.abc import Sequence

from study.datasets.facts import DatasetFacts, Feature, percent
from study.datasets.metric import Metric
from study.datasets.splits import Part
from study.datasets.warnings import warnings

_MOST_CLASSES = 20  # that are listed
_MOST_FEATURES = 12
_RANGES = "Values"


def in_lines(facts: DatasetFacts, metric: Metric, margin: float) -> list[str]:
    """What was read and what of it would mislead, at this margin, for the terminal."""
    told = [
        line
        for heading, text in describe(facts, metric).items()
        for line in _in_lines(heading, text)
    ]
    return [*told, *(f"Warning: {warning}" for warning in warnings(facts, metric, margin))]


def _in_lines(heading: str, text: str) -> list[str]:
    if heading == _RANGES and "; " in text:
        return [f"{heading}:", *(f"  {one}" for one in text.split("; "))]
    return [f"{heading}: {text}"]


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
        f"Equal {_noun(facts)}": (
            f"{facts.repeated:,} in training and validation repeat an earlier one, "
            f"{facts.copied:,} of test stand in training or validation too."
        ),
        "Majority baseline": _majority(facts, metric),
    }


def _noun(facts: DatasetFacts) -> str:
    return "series" if facts.features else "texts"


def _of_texts(facts: DatasetFacts) -> dict[str, str]:
    unknown = f"{percent(facts.unknown)} of the {facts.level}s read in test are unknown."
    return {"Texts": f"{_lengths(facts)} {unknown}"}


def _of_series(facts: DatasetFacts) -> dict[str, str]:
    features = facts.features
    one_feature = " (x has two axes, examples and steps)" * (facts.form.axes == 2)
    return {
        "Series": f"{_lengths(facts)} Shorter ones are padded on the left with features' means.",
        "Features": (
            f"{len(features):,} a step{one_feature}. Each is standardised by its mean and standard "
            "deviation in training. No value is missing."
        ),
        _RANGES: _ranges(features),
    }


def _ranges(features: Sequence[Feature]) -> str:
    """Of each feature; of those that have no names, over all of them."""
    if len(features) > 1 and all(one.name.isdecimal() for one in features):
        least = min(features, key=lambda one: one.least)
        greatest = max(features, key=lambda one: one.greatest)
        return (
            f"{least.least:.4g} (feature {least.name}) to {greatest.greatest:.4g} (feature "
            f"{greatest.name})."
        )
    told = [f"{one.name}: {_range(one.least, one.greatest)}" for one in features[:_MOST_FEATURES]]
    more = len(features) - len(told)
    return "; ".join([*told, *([f"and {more:,} more"] if more else [])])


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
        return f"drawn, every class in its proportion and equal {_noun(facts)} on one side"
    given = f"given by the data: {', '.join(facts.given)}"
    return f"{given}; drawn from training: {', '.join(drawn)}" if drawn else given


def _classes(facts: DatasetFacts) -> str:
    listed = sorted(facts.classes, key=lambda one: -one.train - one.validation)[:_MOST_CLASSES]
    told = [f"{one.name} {one.train + one.validation:,} + {one.test:,}" for one in listed]
    more = len(facts.classes) - len(listed)
    return f"{', '.join(told)}{f', and {more:,} more' if more else ''}"
