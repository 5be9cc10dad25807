"""A figure for optuna-dashboard, which draws Plotly's JSON; Plotly itself is not needed."""

import json
from dataclasses import dataclass
from typing import Any

from reports.drawing.chart import Marker, Style, styled, subsample
from reports.findings.answer import Answer, accuracy_of, complete_trials
from reports.findings.confirmation import by_search, matched_size, mean_accuracy
from reports.findings.search import scope_label, size_of
from reports.words.labels import metric_name, metric_title
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
    """Accuracy against parameters: trials faint, confirmed means bold, with their intervals."""
    traces = []
    for cell, style in styled(record.cells):
        traces.append(_trials(record, cell, style))
        if answer.budgets:
            traces.append(_confirmed(answer, cell, style))
    return PlotlyFigure(
        data=tuple(traces),
        layout={
            "title": {"text": f"{metric_title(record)} against parameters"},
            "xaxis": {"type": "log", "title": {"text": scope_label(record)}},
            "yaxis": {"tickformat": ".1%", "title": {"text": metric_title(record)}},
            "shapes": [
                {
                    "type": "line",
                    "x0": limit,
                    "x1": limit,
                    "yref": "paper",
                    "y0": 0,
                    "y1": 1,
                    "line": {"dash": "dot", "color": "gray"},
                }
                for limit in record.limits
            ],
        },
    )


def difference_by_search(record: StudyRecord, answer: Answer) -> PlotlyFigure | None:
    """Each search's difference at every budget; None before the first is confirmed."""
    if answer.known is None:
        return None
    first, second = answer.known.cells
    traces = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": f"{answered.limit:,} {record.budget.scope} parameters",
            "x": list(answered.answers.searches),
            "y": (by_search(answered, first) - by_search(answered, second)).tolist(),
            "marker": {"size": 10 - 2 * min(place, 3)},
        }
        for place, answered in enumerate(answer.budgets)
    ]
    named = metric_name(record, "test")
    title = f"Difference in {named}, {cell_name(first)} minus {cell_name(second)}"
    return PlotlyFigure(
        data=tuple(traces),
        layout={
            "title": {"text": title},
            "xaxis": {"dtick": 1, "title": {"text": "Search"}},
            "yaxis": {"tickformat": ".1%", "zeroline": True, "title": {"text": "Difference"}},
        },
    )


def _trials(record: StudyRecord, cell: str, style: Style) -> dict[str, Any]:
    trials = complete_trials(record.trials, cell)
    shown = [trials[index] for index in subsample(len(trials), MOST_POINTS)]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"{cell_name(cell)}, validation",
        "x": [size_of(trial, record) for trial in shown],
        "y": [accuracy_of(trial) for trial in shown],
        "text": [f"search {trial.search}, trial {trial.number}" for trial in shown],
        "marker": _marker(style, size=6, opacity=0.45),
    }


def _confirmed(answer: Answer, cell: str, style: Style) -> dict[str, Any]:
    means = [mean_accuracy(answered, cell) for answered in answer.budgets]
    spans = [mean.interval() for mean in means]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": f"{cell_name(cell)}, test",
        "x": [matched_size(answered, cell).middle for answered in answer.budgets],
        "y": [mean.value for mean in means],
        "error_y": {
            "type": "data",
            "array": [
                span.high - mean.value if span else 0.0
                for mean, span in zip(means, spans, strict=True)
            ],
        },
        "marker": _marker(style, size=11, opacity=1.0),
        "line": {"color": style.colour.light},
    }


def _marker(style: Style, size: int, opacity: float) -> dict[str, Any]:
    symbol = style.marker if style.marker is Marker.DOT else f"{style.marker}-open"
    return {"color": style.colour.light, "symbol": symbol, "size": size, "opacity": opacity}
