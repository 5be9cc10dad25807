"""A figure for optuna-dashboard, which draws Plotly's JSON; Plotly itself is not needed."""

import json
from dataclasses import dataclass
from typing import Any

from reports.drawing.chart import STYLES, subsample
from reports.findings.answer import Answer, accuracy_of, complete_trials
from reports.findings.confirmation import mean_accuracy
from reports.findings.search import scope_label, size_of
from search_spaces.cells import cell_name
from study.trials.record import StudyRecord

MOST_POINTS = 500  # of each cell; the dashboard fetches the figure again at every poll


@dataclass(frozen=True)
class PlotlyFigure:
    """A figure as plain values; `optuna_dashboard.save_plotly_graph_object` takes it."""

    data: tuple[dict[str, Any], ...]
    layout: dict[str, Any]

    def to_json(self) -> str:
        """The figure as Plotly's JSON."""
        return json.dumps({"data": self.data, "layout": self.layout}, allow_nan=False)


def accuracy_by_parameters(record: StudyRecord, answer: Answer) -> PlotlyFigure:
    """Accuracy against parameters: trials faint, confirmed means bold with their intervals."""
    traces = []
    for place, cell in enumerate(record.cells):
        traces.append(_trials(record, cell, place))
        if answer.budgets:
            traces.append(_confirmed(answer, cell, place))
    return PlotlyFigure(
        data=tuple(traces),
        layout={
            "title": {"text": "Accuracy against parameters"},
            "xaxis": {"type": "log", "title": {"text": scope_label(record)}},
            "yaxis": {"tickformat": ".1%", "title": {"text": "Accuracy"}},
            "shapes": [
                {
                    "type": "line",
                    "x0": record.budget.limit,
                    "x1": record.budget.limit,
                    "yref": "paper",
                    "y0": 0,
                    "y1": 1,
                    "line": {"dash": "dot", "color": "gray"},
                }
            ],
        },
    )


def _trials(record: StudyRecord, cell: str, place: int) -> dict[str, Any]:
    trials = complete_trials(record.trials, cell)
    shown = [trials[index] for index in subsample(len(trials), MOST_POINTS)]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"{cell_name(cell)}, validation",
        "x": [size_of(trial, record) for trial in shown],
        "y": [accuracy_of(trial) for trial in shown],
        "text": [f"trial {trial.number}" for trial in shown],
        "marker": _marker(place, size=6, opacity=0.45),
    }


def _confirmed(answer: Answer, cell: str, place: int) -> dict[str, Any]:
    means = [mean_accuracy(answered.accuracies(cell)) for answered in answer.budgets]
    spans = [mean.interval() for mean in means]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": f"{cell_name(cell)}, test",
        "x": [answered.budget.counts[cell] for answered in answer.budgets],
        "y": [mean.value for mean in means],
        "error_y": {
            "type": "data",
            "array": [
                span.high - mean.value if span else 0.0
                for mean, span in zip(means, spans, strict=True)
            ],
        },
        "marker": _marker(place, size=11, opacity=1.0),
        "line": {"color": STYLES[place].colour.light},
    }


def _marker(place: int, size: int, opacity: float) -> dict[str, Any]:
    style = STYLES[place]
    symbol = "diamond-open" if style.hollow else "circle"
    return {"color": style.colour.light, "symbol": symbol, "size": size, "opacity": opacity}
