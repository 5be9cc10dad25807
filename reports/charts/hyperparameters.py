"""What each hyperparameter did, per cell."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.charts.figure import Figure, figure
from reports.drawing.axes import Axis, Tick, accuracy_axis, category_axis, linear_axis, log_axis
from reports.drawing.chart import Chart, Emphasis, Layer, Points, Style, styled, subsample
from reports.findings.answer import Answer, accuracy_of
from reports.findings.importances import FEWEST_TRIALS, LOGARITHMIC, by_cell, is_number
from reports.findings.search import (
    asked_trials,
    hyperparameter_names,
    leaders,
    winning_trials,
)
from reports.tables.search import hyperparameter_table, importance_table
from reports.words.labels import budget_label, metric_title, shortened, slug
from search_spaces.cells import cell_name
from study.trials.record import StudyRecord, TrialRecord

MOST_POINTS = 500  # of each cell in one chart
_APART = 0.12  # half of the distance between cells at one category


@figure
def hyperparameters(record: StudyRecord, answer: Answer) -> Figure | None:
    """For each hyperparameter, validation accuracy against its value, at the asked budget."""
    charts = [
        _hyperparameter_chart(record, name, f"hyperparameter-{place}-{slug(name)}")
        for place, name in enumerate(hyperparameter_names(record), start=1)
    ]
    if not charts:
        return None
    most = max(len(asked_trials(record, cell)) for cell in record.cells)
    subsampled = (
        f" Of each cell {MOST_POINTS} of up to {most:,} trials are drawn, evenly spread over the "
        "searches."
        if most > MOST_POINTS
        else ""
    )
    return Figure(
        charts=tuple(charts),
        caption=f"One point for each complete trial for the budget of {budget_label(record)}, of "
        f"all searches; the winner of each search, which had the lowest validation loss, bold."
        f"{subsampled}",
        numbers=hyperparameter_table(record),
    )


def _hyperparameter_chart(record: StudyRecord, name: str, key: str) -> Chart:
    """Validation accuracy against one hyperparameter; of many trials evenly spread ones."""
    trials = {
        cell: [trial for trial in found if name in trial.hyperparameters]
        for cell in record.cells
        if (found := asked_trials(record, cell))
    }
    everything = [trial for each in trials.values() for trial in each]
    scale = _scale(name, [trial.hyperparameters[name] for trial in everything])
    layers: list[Layer] = []
    for place, (cell, style) in enumerate(styled(record.cells)):
        apart = _APART * (2 * place - len(record.cells) + 1)
        each = trials.get(cell, [])
        shown = [each[index] for index in subsample(len(each), MOST_POINTS)]
        won = [trial for trial in _winners(record, cell) if name in trial.hyperparameters]
        layers += [
            scale.points(shown, style, apart, Emphasis.FAINT, cell_name(cell)),
            scale.points(won, style, apart, Emphasis.BOLD),
        ]
    return Chart(
        key=key,
        title=f"{metric_title(record, 'validation')} against {scale.axis.label}",
        description="One point for each complete trial; the winner of each search bold.",
        x=scale.axis,
        y=accuracy_axis(
            metric_title(record, "validation"), [accuracy_of(trial) for trial in everything]
        ),
        layers=tuple(layers),
        width=400,
        height=290,
    )


def _winners(record: StudyRecord, cell: str) -> list[TrialRecord]:
    """The trials that won their search; before winners are chosen, the best so far."""
    return winning_trials(record, cell) or leaders(record, cell, 1)


@dataclass(frozen=True)
class _Scale:
    """Where a hyperparameter's values lie on its axis.

    Attributes:
        categories: Places of values that are no numbers; None where all are numbers.
    """

    name: str
    axis: Axis
    categories: Mapping[str, int] | None

    def points(
        self,
        trials: Sequence[TrialRecord],
        style: Style,
        apart: float,
        emphasis: Emphasis,
        label: str = "",
    ) -> Points:
        """The trials as points, the cells' categories a little apart."""
        values = [trial.hyperparameters[self.name] for trial in trials]
        return Points(
            style=style,
            x=tuple(
                float(value) if self.categories is None else self.categories[str(value)] + apart
                for value in values
            ),
            y=tuple(accuracy_of(trial) for trial in trials),
            emphasis=emphasis,
            label=label,
        )


def _scale(name: str, values: Sequence[object]) -> _Scale:
    label = name.replace("_", " ")
    numbers = [value for value in values if is_number(value)]
    if len(numbers) == len(values):
        axis = log_axis(label, numbers) if name in LOGARITHMIC else linear_axis(label, numbers)
        return _Scale(name, axis, None)
    names = sorted({str(value) for value in values}, key=_by_size)
    axis = Axis(
        label=label,
        low=-0.6,
        high=len(names) - 0.4,
        ticks=tuple(Tick(float(place), shortened(text)) for place, text in enumerate(names)),
    )
    return _Scale(name, axis, {text: place for place, text in enumerate(names)})


def _by_size(text: str) -> tuple[float, str]:
    """Sorts names, those that are whole numbers by their size and first."""
    return (float(text), "") if text.isdecimal() else (math.inf, text)


@figure
def importances(record: StudyRecord, answer: Answer) -> Figure | None:
    """Importance of each hyperparameter to each cell; no chart where no cell has any."""
    if not record.planned:
        return None
    shares = by_cell(record)
    missing = [cell_name(cell) for cell, found in shares.items() if found is None]
    return Figure(
        charts=_importance_charts(shares),
        caption="How much each hyperparameter by itself separates the best trials of a cell (a "
        "tenth, and at least five) from all of them, by validation loss at the budget that was "
        "asked for (PED-ANOVA). With few trials this is a rough guide.",
        numbers=importance_table(record, shares),
        notes=tuple(
            f"No importances for {cell}: they need {FEWEST_TRIALS} complete trials whose "
            "hyperparameters differ, and of which the best are better than the rest."
            for cell in missing
        ),
    )


def _importance_charts(shares: Mapping[str, Mapping[str, float] | None]) -> tuple[Chart, ...]:
    names = sorted(
        {name for each in shares.values() for name in each or {}},
        key=lambda name: -sum((each or {}).get(name, 0.0) for each in shares.values()),
    )
    if not names:
        return ()
    layers = []
    for place, ((cell, each), style) in enumerate(styled(shares.items())):
        apart = _APART * (len(shares) - 1 - 2 * place)
        rows = [(row, each[name]) for row, name in enumerate(names) if each and name in each]
        layers.append(
            Points(
                style=style,
                x=tuple(share for _, share in rows),
                y=tuple(apart - row for row, _ in rows),
                emphasis=Emphasis.BOLD,
                label=cell_name(cell) if rows else "",
            )
        )
    ticks = tuple(Tick(share / 100, f"{share} %") for share in (0, 25, 50, 75, 100))
    chart = Chart(
        key="importances",
        title="Importance of each hyperparameter",
        description="Share of each hyperparameter in the validation loss of each cell's "
        "trials; the shares of a cell sum to 100 %.",
        x=Axis(label="Importance", low=-0.03, high=1.03, ticks=ticks),
        y=category_axis("", [shortened(name.replace("_", " ")) for name in names]),
        layers=tuple(layers),
        height=110 + 40 * len(names),
    )
    return (chart,)
