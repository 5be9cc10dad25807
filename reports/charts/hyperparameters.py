"""What each hyperparameter did, per cell."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.charts.figure import Figure, figure
from reports.drawing.axes import Axis, Tick, accuracy_axis, category_axis, linear_axis, log_axis
from reports.drawing.chart import STYLES, Chart, Emphasis, Layer, Points, Style, subsample
from reports.findings.answer import Answer, accuracy_of, complete_trials
from reports.findings.importances import FEWEST_TRIALS, LOGARITHMIC, by_cell, is_number
from reports.findings.search import hyperparameter_names
from reports.tables.search import hyperparameter_table, importance_table
from reports.words.formatting import shown_value
from reports.words.labels import budget_label, shortened, slug
from search_spaces.cells import cell_name
from study.trials.record import StudyRecord, TrialRecord

MOST_POINTS = 500  # of each cell in one chart
_APART = 0.12  # of the cells at one category


@figure
def hyperparameters(record: StudyRecord, answer: Answer) -> Figure | None:
    """For each hyperparameter, validation accuracy against its value, both cells."""
    charts = [
        _hyperparameter_chart(record, name, f"hyperparameter-{place}-{slug(name)}")
        for place, name in enumerate(hyperparameter_names(record), start=1)
    ]
    if not charts:
        return None
    most = max(len(complete_trials(record.trials, cell)) for cell in record.cells)
    subsampled = (
        f" Of each cell {MOST_POINTS} of up to {most:,} trials are drawn, evenly spread over the "
        "search."
        if most > MOST_POINTS
        else ""
    )
    return Figure(
        charts=tuple(charts),
        caption=f"One point for each complete trial, within {budget_label(record)}; the best of "
        f"each cell bold.{subsampled}",
        numbers=hyperparameter_table(record),
    )


def _hyperparameter_chart(record: StudyRecord, name: str, key: str) -> Chart:
    """Validation accuracy against one hyperparameter; of many trials evenly spread ones."""
    trials = {
        cell: [trial for trial in found if name in trial.hyperparameters]
        for cell in record.cells
        if (found := complete_trials(record.trials, cell))
    }
    everything = [trial for each in trials.values() for trial in each]
    scale = _scale(name, [trial.hyperparameters[name] for trial in everything])
    bests = {cell: max(each, key=accuracy_of) for cell, each in trials.items() if each}
    layers: list[Layer] = []
    for cell, style, apart in zip(record.cells, STYLES, (-_APART, _APART), strict=True):
        each = trials.get(cell, [])
        shown = [each[index] for index in subsample(len(each), MOST_POINTS)]
        best = [bests[cell]] if cell in bests else []
        layers += [
            scale.points(shown, style, apart, Emphasis.FAINT, cell_name(cell)),
            scale.points(best, style, apart, Emphasis.BOLD),
        ]
    told = ", ".join(
        f"{cell_name(cell)} {shown_value(best.hyperparameters[name])}"
        for cell, best in bests.items()
    )
    return Chart(
        key=key,
        title=f"Validation accuracy against {scale.axis.label}",
        description=f"One point for each complete trial; the best of each cell bold: {told}.",
        x=scale.axis,
        y=accuracy_axis("Validation accuracy", [accuracy_of(trial) for trial in everything]),
        layers=tuple(layers),
        width=400,
        height=290,
    )


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
    """Importance of each hyperparameter, both cells; no chart where neither cell has any."""
    if not record.planned:
        return None
    shares = by_cell(record)
    missing = [cell_name(cell) for cell, found in shares.items() if found is None]
    return Figure(
        charts=_importance_charts(shares),
        caption="How much each hyperparameter by itself separates the best trials of a cell (a "
        "tenth, and at least five) from all of them (PED-ANOVA). With few trials this is a rough "
        "guide.",
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
    for (cell, each), style, apart in zip(shares.items(), STYLES, (_APART, -_APART), strict=True):
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
        description="Share of each hyperparameter in the validation accuracy of each cell's "
        "trials; the shares of a cell sum to 100 %.",
        x=Axis(label="Importance", low=-0.03, high=1.03, ticks=ticks),
        y=category_axis("", [shortened(name.replace("_", " ")) for name in names]),
        layers=tuple(layers),
        height=110 + 40 * len(names),
    )
    return (chart,)
