"""Tables of how the cells differ: at each budget, search by search, by effort, and by luck."""

from reports.comparison.estimate import Interval
from reports.comparison.outcome import Outcome
from reports.comparison.pairs import PairComparison
from reports.comparison.verdict import Verdict
from reports.findings.answer import Answer
from reports.findings.confirmation import by_search
from reports.tables.table import Row, Table, columns
from reports.words.formatting import NOTHING, count, interval, p_value, percent, points
from reports.words.labels import metric_name, metric_title, unit_of
from reports.words.phrases import confidence, plural
from search_spaces.cells import cell_name
from study.trials.record import StudyRecord

OUTCOMES = {
    Outcome.BETTER: "better",
    Outcome.EQUIVALENT: "equivalent",
    Outcome.NEGLIGIBLE: "detectable, negligible",
    Outcome.UNDECIDED: "undecided",
}


def difference_table(record: StudyRecord, answer: Answer, known: Verdict) -> Table:
    """The difference of every pair at each budget, and the mean over the budgets."""
    several = len(record.cells) > 2
    rows = [
        _difference_row(found, record.margin, looked=answer.verdict is not None)
        for answered in answer.budgets
        for found in answered.comparisons
    ]
    if (mean := known.mean_over_budgets) and answer.verdict:
        rows.append(
            Row(
                (
                    "Mean",
                    _names(mean.cells),
                    OUTCOMES[mean.outcome],
                    points(mean.difference, limit=record.margin),
                    _span(mean.interval),
                    NOTHING,
                    NOTHING,
                    NOTHING,
                )
            )
        )
    holm = " (Holm over the pairs)" if several else ""
    return Table(
        caption=f"Difference in {metric_name(record, 'test')}, percentage points, by budget in "
        f"{record.budget.scope} parameters; {plural(answer.searches, unit_of(record))}",
        columns=columns(
            "Budget",
            "Cells",
            "Outcome",
            "#Difference",
            "#Interval",
            f"#Confidence{holm}",
            f"#p{holm}",
            "#Asked again, 95 %",
        ),
        rows=tuple(rows),
    )


def _difference_row(found: PairComparison, margin: float, *, looked: bool) -> Row:
    outcome = OUTCOMES[found.outcome] if looked else "no verdict yet"
    told = (
        _span(found.interval),
        confidence(found),
        p_value(found.p_value),
        _span(found.prediction),
    )
    return Row(
        (
            count(found.limit),
            _names(found.cells),
            outcome,
            points(found.difference, limit=margin),
            *(told if looked else (NOTHING,) * len(told)),
        )
    )


def _names(cells: tuple[str, str]) -> str:
    first, second = (cell_name(cell) for cell in cells)
    return f"{first}\N{NO-BREAK SPACE}\N{MINUS SIGN}\N{NO-BREAK SPACE}{second}"


def _span(bounds: Interval | None) -> str:
    return interval(bounds) if bounds else NOTHING


def by_search_table(record: StudyRecord, answer: Answer) -> Table:
    """Each search's accuracies, and the difference of the headline's cells, at every budget."""
    assert answer.known is not None
    first, second = answer.known.cells
    rows = [
        Row(
            (
                count(answered.limit),
                str(search),
                *(percent(means[cell][place], 2) for cell in record.cells),
                points(means[first][place] - means[second][place]),
            )
        )
        for answered in answer.budgets
        for means in [{cell: by_search(answered, cell).tolist() for cell in record.cells}]
        for place, search in enumerate(answered.answers.searches)
    ]
    return Table(
        f"{metric_title(record, 'test')} of each {unit_of(record)}",
        columns(
            "Budget",
            f"#{unit_of(record).capitalize()}",
            *(f"#{cell_name(cell)}" for cell in record.cells),
            f"#{_names((first, second))}",
        ),
        tuple(rows),
    )


def effort_table(record: StudyRecord, answer: Answer) -> Table:
    """Accuracy and difference after a part of the trials."""
    assert answer.known is not None
    looked = answer.verdict is not None
    rows = [
        Row(
            (
                count(step.trials),
                *(percent(float(step.answers.accuracies(cell).mean()), 2) for cell in record.cells),
                points(step.comparison.difference, limit=record.margin),
                _span(step.comparison.interval) if looked else NOTHING,
            )
        )
        for step in answer.effort
    ]
    return Table(
        f"Mean {metric_name(record, 'test')} of what had won after so many trials of each cell at "
        "the budget that was asked for",
        columns(
            "#Trials of a cell",
            *(f"#{cell_name(cell)}" for cell in record.cells),
            f"#{_names(answer.known.cells)}",
            "#Interval",
        ),
        tuple(rows),
    )


def shares_table(known: Verdict) -> Table:
    """Shares of luck, and the standard deviation of each part."""
    found = known.shares
    assert found is not None
    parts = zip(
        ("Search (hyperparameters, split)", "Seeds", "Test examples"),
        (found.search, found.seed, found.examples),
        found.deviations,
        strict=True,
    )
    return Table(
        "Whose luck a difference of one search is",
        columns("Part", "#Share of the variance", "#Standard deviation, points"),
        tuple(Row((name, percent(share, 0), points(sd, 2))) for name, share, sd in parts),
    )
