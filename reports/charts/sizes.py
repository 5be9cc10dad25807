"""Accuracy against parameters: what the searches tried, and what was confirmed."""

from collections.abc import Mapping, Sequence

from reports.charts.confirmed_layers import confirmed_layers
from reports.charts.figure import Figure, figure
from reports.drawing.axes import accuracy_axis, log_axis
from reports.drawing.chart import (
    Chart,
    Emphasis,
    Layer,
    Line,
    Points,
    ReferenceLine,
    styled,
    subsample,
)
from reports.drawing.theme import Colour
from reports.findings.answer import Answer, accuracy_of, complete_trials
from reports.findings.confirmation import matched_size
from reports.findings.frontier import Sized, frontier
from reports.findings.search import scope_label, size_of, sized_trials
from reports.tables.search import frontier_table
from reports.words.formatting import count, percent
from reports.words.labels import metric_name, metric_title
from search_spaces.cells import cell_name
from study.terminal.words import number_of
from study.trials.record import StudyRecord

MOST_POINTS = 600  # of each cell in the chart of sizes
_TURNS = 6


@figure
def accuracy_by_size(record: StudyRecord, answer: Answer) -> Figure | None:
    """Accuracy against parameters: trials on validation, confirmed means on test.

    The frontier goes through confirmed means where there are any. Through trials it is the
    best of many, each measured once, and therefore optimistic.
    """
    if not record.planned:
        return None
    models = {cell: sized_trials(record, cell) for cell in record.cells}
    layers = _trial_layers(record, models)
    if not answer.budgets:
        layers += [
            _optimistic_frontier(models[cell], style.colour, cell)
            for cell, style in styled(record.cells)
        ]
    trials = [model for each in models.values() for model in each]
    confirmed = confirmed_layers(record, answer, matched_size)
    sizes = [*record.limits, *(model.parameters for model in trials)]
    linear = [answer.linear.accuracy] if answer.linear else []
    layers += [*_linear_layers(linear, sizes), *confirmed.layers]
    chart = Chart(
        key="accuracy-by-size",
        title=f"{metric_title(record)} against parameters",
        description=_size_description(record, answer),
        x=log_axis(scope_label(record), sizes),
        y=accuracy_axis(
            metric_title(record),
            [*(model.accuracy for model in trials), *confirmed.accuracies, *linear],
        ),
        layers=(
            *(ReferenceLine(value=limit, label=count(limit)) for limit in record.limits),
            *layers,
        ),
        height=420,
    )
    return Figure(
        charts=(chart,),
        caption=_size_caption(record, answer),
        numbers=frontier_table(record),
    )


def _size_caption(record: StudyRecord, answer: Answer) -> str:
    scope = f"Parameters are counted in the {record.budget.scope}; the axis is logarithmic."
    most = max(len(complete_trials(record.trials, cell)) for cell in record.cells)
    drawn = f" ({MOST_POINTS} of up to {most:,} of each cell)" if most > MOST_POINTS else ""
    faint = (
        f"Faint points are the searches' complete trials{drawn}, each sampled for one of the "
        "budgets and measured on validation"
    )
    if not answer.budgets:
        return (
            f"{faint}. Dashed steps join the most accurate trials up to each size: each is the "
            f"best of many, measured once, and therefore optimistic. {scope} Vertical lines are "
            "the budgets."
        )
    return (
        f"{faint}. Bold points are confirmed models: mean {metric_name(record, 'test')} over the "
        "searches, with its 95 % interval. The frontier goes through these means only. "
        f"{scope} Vertical lines are the budgets."
    )


def _linear_layers(accuracies: Sequence[float], sizes: Sequence[float]) -> list[Layer]:
    """A line across at the linear model's accuracy: it has no size to compare."""
    return [
        Line(
            colour=Colour.MUTED,
            x=(min(sizes), max(sizes)),
            y=(accuracy, accuracy),
            dashed=True,
            label="linear model, test",
        )
        for accuracy in accuracies
    ]


def _trial_layers(record: StudyRecord, models: Mapping[str, Sequence[Sized]]) -> list[Layer]:
    """Trials as faint points, the cells in turn, so that of many neither hides the other."""
    layers: list[Layer] = []
    for turn in range(_TURNS):
        for cell, style in styled(record.cells):
            shown = [models[cell][place] for place in subsample(len(models[cell]), MOST_POINTS)]
            part = shown[turn::_TURNS]
            layers.append(
                Points(
                    style=style,
                    x=tuple(model.parameters for model in part),
                    y=tuple(model.accuracy for model in part),
                    emphasis=Emphasis.FAINT,
                    label="" if turn else f"{cell_name(cell)}, validation",
                )
            )
    return layers


def _optimistic_frontier(models: Sequence[Sized], colour: Colour, cell: str) -> Line:
    edge = frontier(models)
    return Line(
        colour=colour,
        x=tuple(model.parameters for model in edge),
        y=tuple(model.accuracy for model in edge),
        steps=True,
        dashed=True,
        label=f"{cell_name(cell)}, optimistic frontier",
    )


def _size_description(record: StudyRecord, answer: Answer) -> str:
    if answer.budgets:
        return (
            f"{metric_title(record, 'test')} of each cell at "
            f"{number_of(len(answer.budgets), 'budget')}, mean over the searches with its "
            f"interval, over the {metric_name(record, 'validation')} of every complete trial."
        )
    bests = [
        f"{cell_name(cell)} {percent(accuracy_of(trial))} with {count(size_of(trial, record))}"
        for cell, trial in answer.best.items()
    ]
    named = metric_title(record, "validation")
    return f"{named} of every complete trial. Best: {', '.join(bests) or 'none yet'}."
