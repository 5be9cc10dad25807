"""What of series of numbers would mislead, in a sentence each."""

from collections.abc import Iterator

from study.datasets.facts import DatasetFacts, percent

_FAR_SHARE = 0.01  # of a feature's values in test
_NAMED = 10  # features at most


def of_series(facts: DatasetFacts) -> Iterator[str]:
    """What of the series and of how they were read would mislead."""
    yield from _of_form(facts)
    yield from _of_order(facts)
    if facts.cut:
        dropped = facts.lengths.longest - facts.sequence_length
        yield (
            f"{percent(facts.cut)} of the series are longer than the last "
            f"{facts.sequence_length:,} steps that are read (the longest has "
            f"{facts.lengths.longest:,}, of which the first {dropped:,} are dropped); what tells "
            "the classes apart may lie there. Read more with --sequence-length, or average "
            "neighbouring steps."
        )
    if constant := [one.name for one in facts.features if not one.varies]:
        yield (
            f"Constant in training, so that they tell nothing apart: "
            f"{_several('feature', constant)}; leave them out."
        )
    if far := [one.name for one in facts.features if one.varies and one.far > _FAR_SHARE]:
        yield (
            f"In {_several('feature', far)} more than {percent(_FAR_SHARE)} of the test split's "
            "values lie over 10 standard deviations from training's mean; check that both were "
            "measured alike."
        )


def _of_form(facts: DatasetFacts) -> Iterator[str]:
    form = facts.form
    if form.no_test:
        yield (
            f"There is no {form.no_test} beside {facts.origin.name}, so that a fifth of that "
            "file is held out as the test split, and scores compare with no published ones; put "
            "the test file there if you have it."
        )
    if form.transposed:
        steps = facts.lengths.longest
        yield (
            f"x is read as {_plural(steps, 'step')} of {len(facts.features):,} features, but looks "
            f"like {_plural(steps, 'feature')} of {len(facts.features):,} steps: is it transposed? "
            "(examples, steps, features) is expected; if so, save x.transpose(0, 2, 1)."
        )
    if form.padded:
        yield (
            f"{_plural(form.padded, 'series')} {form.padded_at}{'s' * (form.padded == 1)} in steps "
            "of zeros, which are read as data; if they pad shorter series, give these at their "
            "lengths, in a .ts file or a table of one row a step."
        )


def _of_order(facts: DatasetFacts) -> Iterator[str]:
    """Whether a column is the time, and whether one should be."""
    rising = [one.name for one in facts.features if one.rises]
    if rising:
        yield (
            f"{_several('Feature', rising)} rise{'s' * (len(rising) == 1)} from step "
            "to step in every series. If that is the time or a count of the steps, it is no "
            "measurement: in a table name it with --step-column, elsewhere leave it out."
        )
    elif apart := facts.form.apart:
        orders = facts.form.orders
        name = f"--step-column {orders[0]}" if len(orders) == 1 else "--step-column"
        yield (
            f"The rows of {_plural(apart, 'series')} do not follow one another in the table, and "
            "are read in the order in which they stand. If that is not their order in time, name "
            f"the column that orders them: {name}."
        )


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1 and noun != 'series')}"


def _several(noun: str, names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED]) + (
        f" and {len(names) - _NAMED:,} more" * (len(names) > _NAMED)
    )
    return f"{noun}{'s' * (len(names) > 1)} {shown}"
