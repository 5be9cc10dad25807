"""Learning curves: accuracy by epoch."""

from collections.abc import Collection, Iterable, Sequence

from reports.charts.figure import Figure, figure
from reports.charts.trial import curve_line, epoch_axis, training_curve, validation_curve
from reports.drawing.axes import Axis, accuracy_axis
from reports.drawing.chart import Chart, Emphasis, Line, styled
from reports.drawing.theme import Colour
from reports.findings.answer import Answer
from reports.findings.confirmation import runs_of
from reports.findings.search import leaders
from reports.tables.confirmation import runs_table
from reports.tables.search import curve_table
from reports.words.labels import budget_label, metric_name, metric_title, slug
from search_spaces.cells import cell_name
from study.datasets.metric import Metric
from study.terminal.words import number_of
from study.trials.record import StudyRecord, TrialRecord

BEST = 10  # trials of each cell whose curves are drawn


@figure
def learning_curves(record: StudyRecord, answer: Answer) -> Figure | None:
    """For each cell, validation accuracy by epoch of its best trials, and training of the best."""
    if not record.planned:
        return None
    best = {cell: leaders(record, cell, BEST) for cell in record.cells}
    lines = {
        cell: _trial_lines(trials, style.colour, cell)
        for (cell, trials), style in styled(best.items())
    }
    x, y = _axes(metric_title(record), lines.values())
    named = metric_name(record, "validation")
    charts = [
        Chart(
            key=f"learning-curves-{slug(cell)}",
            title=f"Learning curves of the best {cell_name(cell)} trials",
            description=f"{named.capitalize()} by epoch of the {len(trials)} best trials; the "
            "best one bold, with its training accuracy dashed.",
            x=x,
            y=y,
            layers=tuple(lines[cell]),
            width=400,
            height=310,
        )
        for cell, trials in best.items()
    ]
    return Figure(
        charts=tuple(charts),
        caption=f"Search: {named} by epoch of the {BEST} best trials of each cell, the best one "
        f"bold with its training accuracy dashed. {_apart(record)}",
        numbers=curve_table(record),
    )


def _apart(record: StudyRecord) -> str:
    """What a gap between training and validation says."""
    if record.metric is Metric.ACCURACY:
        return "Training far above validation is overfitting."
    return (
        "In training every example counts alike, so that it lies apart from "
        f"{record.metric.display_name} where the classes are unequal, not by overfitting alone."
    )


@figure
def confirmed_curves(record: StudyRecord, answer: Answer) -> Figure | None:
    """For each cell, validation accuracy by epoch of every run at the largest budget."""
    if not answer.budgets:
        return None
    largest = answer.budgets[0]
    parameters = budget_label(record, largest.limit)
    lines = {
        cell: [
            curve_line(
                validation_curve(run.curve),
                style.colour,
                label="" if place else f"{cell_name(cell)}, validation",
            )
            for place, run in enumerate(runs_of(largest, cell))
        ]
        for cell, style in styled(record.cells)
    }
    named = metric_title(record, "validation")
    x, y = _axes(named, lines.values())
    charts = [
        Chart(
            key=f"confirmed-curves-{slug(cell)}",
            title=f"Learning curves of the confirmed {cell_name(cell)} runs",
            description=f"{named} by epoch of {number_of(len(runs), 'run')} at {parameters}.",
            x=x,
            y=y,
            layers=tuple(runs),
            width=400,
            height=310,
        )
        for cell, runs in lines.items()
    ]
    return Figure(
        charts=tuple(charts),
        caption=f"Confirmation: {named.lower()} by epoch at {parameters}, one line a run.",
        numbers=runs_table(record, answer),
    )


def _trial_lines(trials: Sequence[TrialRecord], colour: Colour, cell: str) -> list[Line]:
    """The best trial's curves over those of the others."""
    validation = [validation_curve(trial.curve) for trial in trials]
    training = training_curve(trials[0].curve) if trials else []
    return [
        *(curve_line(curve, colour, Emphasis.FAINT) for curve in validation[1:]),
        curve_line(training, colour, dashed=True, label="best trial, training"),
        curve_line(
            validation[0] if validation else [],
            colour,
            Emphasis.BOLD,
            label=f"{cell_name(cell)}, best trial, validation",
        ),
    ]


def _axes(label: str, charts: Iterable[Collection[Line]]) -> tuple[Axis, Axis]:
    """Axes that charts side by side share."""
    lines = [line for chart in charts for line in chart]
    return epoch_axis(lines), accuracy_axis(label, [y for line in lines for y in line.y])
