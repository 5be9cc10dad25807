"""What the method says of confirmation, statistics and verdict: every figure is the record's."""

from collections.abc import Iterator

from reports.comparison.estimate import Estimate
from reports.comparison.pairs import PairComparison
from reports.findings.answer import Answer, BudgetAnswer
from reports.paper.sizes import sizes
from reports.words.formatting import count, interval, p_value, percent, points
from reports.words.labels import metric_name, unit_of
from reports.words.phrases import confidence, listed, plural
from search_spaces.cells import cell_name
from study.datasets.metric import Metric
from study.terminal.words import number_of
from study.trials.record import StudyRecord


def times(number: int) -> str:
    """Once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(number, f"{count(number)} times")


def confirming(record: StudyRecord, answer: Answer) -> Iterator[str]:
    """How winners were trained afresh, at which sizes, and what else met the test split."""
    if record.trials_per_search:
        yield (
            "The winner of a cell at a budget of a search, its trial of lowest validation loss, "
            "was trained afresh at the largest widths of the cells whose parameters differ by at "
            "most 1 %, or where there are none, at the nearest, on "
            f"{number_of(record.replicates, 'seed')} that no trial had, and scored once on the "
            "test split, which no search reads."
        )
    yield from (_compared(record, answered) for answered in answer.budgets)
    yield from _runs(record)
    yield from _baseline(record)
    if "seed" in record.settings:
        yield f"All seeds derive from {record.settings['seed']}."


def _compared(record: StudyRecord, answered: BudgetAnswer) -> str:
    told = []
    for cell in record.cells:
        units, parameters = sizes(answered, cell)
        unit = "unit" if units == "1" else "units"
        told.append(f"{cell_name(cell)} with {units} {unit} ({parameters} parameters)")
    near = all(each.within_tolerance for each in answered.winners)
    within = "" if near else ", which is the nearest and not within 1 %"
    return f"Compared within {count(answered.limit)} were {listed(told)}{within}."


def _runs(record: StudyRecord) -> Iterator[str]:
    runs = len(record.confirmations)
    if not runs:
        return
    failed = sum(run.test_accuracy is None for run in record.confirmations)
    planned = record.replicates * sum(
        len(budget.winners) for search in record.searches for budget in search.budgets
    )
    ladder = max(0, runs - planned)
    other = (
        f", {count(ladder)} of them of what had won after a quarter or half of the trials"
        if ladder
        else ""
    )
    yield (
        f"Of {number_of(runs, 'confirmed run')}{other}, {count(failed)} failed; a run that fails "
        "counts as one that always answers with the most frequent class. All of them answered the "
        "same test examples."
    )


def _baseline(record: StudyRecord) -> Iterator[str]:
    scored = record.baseline
    if scored is None or scored.accuracy is None:
        return
    reached = "" if scored.converged else " (its training did not converge)"
    yield (
        f"A linear model of the same data, {scored.description}, one class against the others, by "
        f"scikit-learn [[pedregosa2011]] on {number_of(scored.examples, 'example')} that are not "
        "test, its penalty chosen on validation, was scored on the same test split: "
        f"{percent(scored.accuracy)} {metric_name(record)}{reached}."
    )


def statistics(record: StudyRecord, answer: Answer) -> Iterator[str]:
    """What is compared, by which tests, when, and what the verdict's words mean."""
    unit = unit_of(record)
    score = "Accuracy" if record.metric is Metric.ACCURACY else record.metric.display_name
    told = f"{score.capitalize()} is compared."
    if record.metric is not Metric.ACCURACY:
        told += " It is the mean over the classes of the share of each that is answered rightly."
    yield told
    known = answer.known
    if known is not None:
        yield from _estimate(known.headline.estimate, unit, unit_of(record, many=True))
    yield _looks(record, answer, unit)
    if answer.verdict and known is not None:
        yield f"The verdict's interval has a confidence of {confidence(known.headline)}."
        yield from _asked_again(known.headline, unit)
        yield from _needed(answer, unit)
        yield from _budgets(answer)
    if len(record.cells) > 2:
        yield (
            "At each budget all pairs of cells are one family, tested by Holm's procedure "
            "[[holm1979]] at the level of the look; a pair's interval has the level at which it "
            "was tested. The verdict is on the most accurate cell against the next, which the test "
            "split itself tells apart."
        )
    yield _rule(record, answer)


def _estimate(estimate: Estimate, unit: str, units: str) -> Iterator[str]:
    yield (
        f"A difference is the mean over {plural(estimate.units, unit)}, each the mean over its "
        "seeds; its variance is that of crossed random effects of the "
        f"R {units} and the N test examples "
        "[[searle1992]], from their mean squares MS: (MS of R + MS of N \N{MINUS SIGN} MS of the "
        "residual) / (R N)."
    )
    if estimate.examples is None or estimate.freedom < 1:
        return
    pooled = (
        f" (the {units} differed by less than their seeds alone would make them: both were pooled)"
        if estimate.seed_freedom
        else ""
    )
    yield (
        "Intervals and p-values take Cochran's mean [[cochran1964]], weighed by the two parts of "
        f"the variance, of Student's quantiles with {count(estimate.freedom)}{pooled} and "
        f"{count(estimate.examples - 1)} degrees of freedom. The interval of one cell's "
        f"accuracy is Student's over the {plural(estimate.units, unit)}, without the test examples."
    )


def _looks(record: StudyRecord, answer: Answer, unit: str) -> str:
    least, most = record.planned_searches
    made, level = len(record.looks), answer.level
    if level is None:
        return "The verdict has not been looked at yet."
    if made == 1 and least == most:
        return f"The verdict was looked at once, after {plural(least, unit)}, at 5 %."
    planned = count(least) if least == most else f"{count(least)} to {count(most)}"
    after = listed([count(look.searches) for look in record.looks])
    extended = (
        "; the study was gone on with after its plan had ended, which adds to that chance"
        if level.extended
        else ""
    )
    return (
        f"The verdict was looked at {times(made)}, after {after} of {planned} planned "
        f"{unit_of(record, many=True)}; a chance of false alarms of {percent(level.overall, 2)} in "
        f"all is spent over the looks [[lan1983,kim1987]]{extended}. So test results decide when "
        "the study ends, which makes its estimate too large on average where it ends early."
    )


def _asked_again(headline: PairComparison, unit: str) -> Iterator[str]:
    if headline.prediction is None:
        return
    yield (
        f"One more study of {plural(headline.estimate.units, unit)}, with other seeds and the same "
        "test examples, would find a difference of "
        f"{interval(headline.prediction, 2)} points with a probability of 95 %: the mean "
        f"\N{PLUS-MINUS SIGN} Student's quantile with {count(headline.estimate.freedom)} degrees "
        f"of freedom times the root of 2 S / R, S the variance of one {unit}'s difference."
    )


def _needed(answer: Answer, unit: str) -> Iterator[str]:
    needed = answer.known.searches_needed if answer.known else None
    if needed is not None:
        yield (
            f"With {plural(needed, unit)} the rule would decide in four of five predicted studies, "
            "whose true difference and spread are drawn from what is known so far "
            "[[spiegelhalter1986]]."
        )


def _budgets(answer: Answer) -> Iterator[str]:
    found = answer.known.mean_over_budgets if answer.known else None
    if found is None or found.interval is None:
        return
    told = (
        f"The mean over the budgets of each search is {points(found.difference, 2)} points "
        f"({interval(found.interval, 2)}), with the same variance"
    )
    if found.homogeneity_p is not None:
        several = len(answer.budgets) > 2
        told += (
            "; that the difference is the same at all budgets has "
            f"p {_equals(p_value(found.homogeneity_p))}, each smaller budget paired with the "
            f"largest search by search{', by Bonferroni' * several}"
        )
    yield f"{told}."


def _equals(p: str) -> str:
    return p if p.startswith("<") else f"= {p}"


def _rule(record: StudyRecord, answer: Answer) -> str:
    return (
        "One cell is called more accurate where the interval excludes zero and the difference is "
        "at least the margin; the difference negligible (zero excluded) or the cells equivalent "
        "(zero included) where the interval of two one-sided tests [[schuirmann1987]], of "
        f"confidence {_of_two_tests(record, answer)}, lies within the margin and both cells are "
        "above the majority class; and anything else undecided. Limits are rounded outwards, "
        "p-values up."
    )


def _of_two_tests(record: StudyRecord, answer: Answer) -> str:
    least, most = record.planned_searches
    if len(record.cells) > 2:
        return "1 less twice the level of the pair's test"
    if answer.verdict:
        return f"{100 * (1 - 2 * answer.verdict.headline.level):.4g} %"
    return "90 %" if least == most else "1 less twice the level of the look"
