"""The answer in sentences, none of which says more than was shown."""

from collections.abc import Iterator
from dataclasses import dataclass

from reports.comparison.estimate import Interval
from reports.comparison.outcome import Outcome
from reports.comparison.power import MOST_SEARCHES
from reports.comparison.verdict import Verdict
from reports.words import formatting
from reports.words.phrases import MANY, Basis, confidence, listed, plural
from search_spaces.cells import cell_name
from study.terminal.words import number_of

DIFFERENT = 0.05  # p-value below which the budgets are said to differ


@dataclass(frozen=True)
class Statement:
    """An answer in plain words.

    Attributes:
        claim: What it comes to.
        grounds: The figures in parentheses.
        cautions: What must be known before the claim is read.
        further: What would be expected if it were asked again, the mean over the budgets, what
            would decide what is undecided, and whether trainings were cut off.
    """

    claim: str
    grounds: str = ""
    cautions: tuple[str, ...] = ()
    further: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What it comes to, with the figures."""
        return f"{self.claim} {self.grounds}".rstrip()

    def __str__(self) -> str:
        return " ".join((*self.cautions, self.sentence, *self.further))


def statement(verdict: Verdict, basis: Basis) -> Statement:
    """The verdict in plain words."""
    claim = _of_two(verdict, basis) if len(basis.cells) == 2 else _of_several(verdict, basis)
    further = (
        _again(verdict),
        _mean(verdict),
        _remedy(verdict, basis),
        _unfinished(basis),
    )
    return Statement(
        f"At {_where(verdict, basis)} {claim}",
        f"({_grounds(verdict, basis)}).",
        tuple(_cautions(verdict, basis)),
        tuple(sentence for sentence in further if sentence),
    )


def so_far(known: Verdict, basis: Basis, least: int) -> Statement:
    """What is known before there may be a verdict."""
    first, second = (cell_name(cell) for cell in known.cells)
    size = formatting.points(known.headline.difference, limit=known.margin)
    return Statement(
        f"No verdict yet: {basis.searches:,} of {plural(least, basis.unit)} "
        f"{'is' if basis.searches == 1 else 'are'} complete.",
        f"So far {first} minus {second} at {_where(known, basis)} {basis.on}: {size} "
        "points, which may change.",
        tuple(_cautions(known, basis)),
        tuple(sentence for sentence in [_unfinished(basis)] if sentence),
    )


def outcome_of_all(verdict: Verdict) -> Outcome:
    """That of the headline; of more than two cells, better only where it is better than each."""
    if verdict.outcome is Outcome.BETTER and len(tied(verdict)) > 1:
        return Outcome.UNDECIDED
    return verdict.outcome


def tied(verdict: Verdict) -> list[str]:
    """The most accurate cell, and those that are not shown to be less accurate, best first."""
    means = verdict.accuracies[verdict.limit]
    ordered = sorted(means, key=lambda cell: -means[cell])
    worse = {
        cell
        for each in verdict.comparisons
        if each.limit == verdict.limit and each.winner == ordered[0]
        for cell in each.cells
    }
    return [cell for cell in ordered if cell == ordered[0] or cell not in worse]


def _where(verdict: Verdict, basis: Basis) -> str:
    return f"{formatting.count(verdict.limit)} {basis.scope} parameters"


def _of_two(verdict: Verdict, basis: Basis) -> str:
    first, second = (cell_name(cell) for cell in verdict.cells)
    ahead, behind = (first, second) if verdict.headline.difference >= 0 else (second, first)
    size = formatting.points(abs(verdict.headline.difference), limit=verdict.margin)
    margin = formatting.points(verdict.margin)
    match verdict.outcome:
        case Outcome.BETTER:
            return f"{ahead} is more accurate than {behind} {basis.on} by {size} points"
        case Outcome.NEGLIGIBLE:
            return (
                f"{ahead} is more accurate than {behind} {basis.on}, but only by {size} "
                f"points, which is negligible: less than {margin}"
            )
        case Outcome.EQUIVALENT:
            return f"{first} and {second} are equally accurate {basis.on} to within {margin} points"
        case Outcome.UNDECIDED:
            return f"it is undecided whether {first} or {second} is more accurate {basis.on}"


def _of_several(verdict: Verdict, basis: Basis) -> str:
    best, following = (cell_name(cell) for cell in verdict.cells)
    others = tied(verdict)
    worse = [cell_name(cell) for cell in basis.cells if cell not in others]
    behind = f"; {listed(worse)} {'is' if len(worse) == 1 else 'are'} less accurate" * bool(worse)
    on, margin = basis.on, formatting.points(verdict.margin)
    size = formatting.points(abs(verdict.headline.difference), limit=verdict.margin)
    match outcome_of_all(verdict):
        case Outcome.BETTER:
            return (
                f"{best} is the most accurate of {len(basis.cells)} cells {on}, {size} points "
                f"ahead of {following}"
            )
        case Outcome.EQUIVALENT | Outcome.NEGLIGIBLE if len(others) <= 2:
            return (
                f"{best} and {following} are the most accurate of "
                f"{len(basis.cells)} cells {on}, equally so to within {margin} points"
                f"{behind}"
            )
        case _:
            names = listed([cell_name(cell) for cell in others])
            return f"{names} cannot be told apart {on}{behind}"


def _grounds(verdict: Verdict, basis: Basis) -> str:
    """The difference where the claim does not tell it, its interval, and what it rests on."""
    found = verdict.headline
    first, second = (cell_name(cell) for cell in found.cells)
    if _leads(verdict):
        shown = found.reversed() if _backwards(verdict) else found
        return f"{_interval(shown.interval, confidence(shown))}; {basis.repetitions}"
    bounds, sure = found.interval, confidence(found)
    if verdict.outcome is Outcome.EQUIVALENT:
        bounds, sure = found.equivalence_interval, f"{100 * (1 - 2 * found.level):.4g} %"
    size = formatting.points(found.difference, limit=verdict.margin)
    return f"{first} minus {second}: {size} points, {_interval(bounds, sure)}; {basis.repetitions}"


def _interval(bounds: Interval | None, sure: str) -> str:
    return f"{sure} interval {formatting.interval(bounds)}" if bounds else "no interval"


def _cautions(verdict: Verdict, basis: Basis) -> Iterator[str]:
    for cell, (failed, ended) in basis.failures.items():
        if failed > MANY * ended:
            yield (
                f"{cell_name(cell)} failed in {failed:,} of {number_of(ended, 'confirmed run')}; "
                "each counts as answering with the most frequent class."
            )
    if verdict.below_majority:
        names = listed([cell_name(cell) for cell in verdict.below_majority], "and")
        verb = "is" if len(verdict.below_majority) == 1 else "are"
        yield (
            f"{names} {verb} not above the majority baseline, the "
            f"{formatting.percent(verdict.majority)} of always answering with the most frequent "
            "class."
        )


def _unfinished(basis: Basis) -> str:
    """Of the runs that the cap on epochs ended, where they are many."""
    complete = {cell: ended - failed for cell, (failed, ended) in basis.failures.items()}
    capped, runs = sum(basis.capped.values()), sum(complete.values())
    if capped <= MANY * runs:
        return ""
    told = listed(
        [f"{cell_name(cell)} {some:,} of {complete[cell]:,}" for cell, some in basis.capped.items()]
    )
    return (
        f"{capped:,} of {number_of(runs, 'confirmed run')} ended at the cap on epochs ({told}): "
        "what learns slowly was not finished. Ask again with more --epochs, under another "
        "--study-name."
    )


def _leads(verdict: Verdict) -> bool:
    """Whether one cell is claimed to be ahead; a negligible lead only of two cells."""
    outcome, two = outcome_of_all(verdict), len(verdict.accuracies[verdict.limit]) == 2
    return outcome is Outcome.BETTER or (two and outcome is Outcome.NEGLIGIBLE)


def _backwards(verdict: Verdict) -> bool:
    """Whether differences are the second cell minus the first: where the claim is the second's."""
    return _leads(verdict) and verdict.headline.difference < 0


def _again(verdict: Verdict) -> str:
    """What one more study like it would find."""
    shown = verdict.headline.reversed() if _backwards(verdict) else verdict.headline
    if shown.prediction is None:
        return ""
    first, second = (cell_name(cell) for cell in shown.cells)
    low, high = formatting.interval(shown.prediction).split(" to ")
    return (
        f"Asked again with other seeds, the difference ({first} minus {second}) would lie between "
        f"{low} and {high} points on the same test examples (95 % prediction)."
    )


def _mean(verdict: Verdict) -> str:
    """The mean over the budgets, and whether they agree."""
    found = verdict.mean_over_budgets
    if found is None or found.interval is None:
        return ""
    shown, bounds, cells = found.difference, found.interval, found.cells
    if _backwards(verdict):
        shown, bounds, cells = -shown, bounds.negated(), cells[::-1]
    first, second = (cell_name(cell) for cell in cells)
    budgets = len({each.limit for each in verdict.comparisons})
    pairs = len(verdict.comparisons) // budgets
    sure = f"{100 * (1 - verdict.alpha):.4g} % interval" if pairs == 1 else "interval"
    size = formatting.points(shown, limit=verdict.margin)
    told = (
        f"Mean over the {budgets} budgets, {first} minus {second}: {size} points "
        f"({sure} {formatting.interval(bounds)})"
    )
    if found.homogeneity_p is None or found.homogeneity_p >= DIFFERENT:
        return f"{told}."
    probability = formatting.p_value(found.homogeneity_p)
    equals = "" if probability.startswith("<") else "= "
    return f"{told}; the budgets differ (p {equals}{probability}): read each by itself."


def _remedy(verdict: Verdict, basis: Basis) -> str:
    """What would decide it."""
    if verdict.outcome is not Outcome.UNDECIDED:
        return ""
    if basis.searches < 2:
        return f"One {basis.unit} shows nothing of luck: at least two are needed."
    if verdict.headline.interval is None:
        return ""
    if verdict.below_majority:
        return "Nothing can be said of cells that learned nothing."
    needed = verdict.searches_needed
    if needed is None:
        found = verdict.headline.estimate
        few = found.example_variance * MOST_SEARCHES > found.mean_square
        why = "the test examples are too few" if few else f"the {basis.units} differ too much"
        return (
            f"Not even {plural(MOST_SEARCHES, basis.unit)} would be likely to decide it: {why}, or "
            "the difference is too near the margin."
        )
    return (
        f"With {plural(needed, basis.unit)} in all the chance to decide it would be four in five, "
        f"going by how the {basis.units} so far scatter."
    )
