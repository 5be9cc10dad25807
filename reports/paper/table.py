"""The table of a paper: cells by budgets, with the lines of the package booktabs."""

from collections.abc import Iterator

from reports.comparison.estimate import Interval
from reports.comparison.pairs import PairComparison
from reports.findings.answer import Answer, BudgetAnswer
from reports.findings.confirmation import accuracy_span, mean_accuracy
from reports.paper.sizes import DECIMALS, sizes
from reports.paper.tex import UNICODE, tex, wrapped
from reports.words.formatting import NOTHING, count, interval, percent, points
from reports.words.labels import metric_name, on_data
from reports.words.phrases import confidence, plural
from search_spaces.cells import cell_name
from study.terminal.words import number_of
from study.trials.record import StudyRecord


def table(record: StudyRecord, answer: Answer) -> str:
    """Accuracy of each cell at each budget, and the difference of the verdict's two cells.

    Under each number stands its interval.
    """
    known = answer.known
    assert known is not None  # some budget is answered
    first, second = known.cells
    head = ["Budget", *(tex(cell_name(cell)) for cell in record.cells)]
    head.append(f"{tex(cell_name(first))} $-$ {tex(cell_name(second))}")
    margin = answer.verdict.margin if answer.verdict else 0.0
    rows = [
        _line(row)
        for budget in answer.budgets
        for row in _rows(record, budget, known.cells, margin)
    ]
    caption = wrapped(tex(_caption(record, answer)))
    return (
        f"% \\usepackage{{booktabs}}\n{UNICODE}\n\\begin{{table}}\n\\centering\n"
        f"\\caption{{{caption}}}\n\\label{{tab:isoparam}}\n\\medskip\n"
        f"\\begin{{tabular}}{{r{'r' * len(record.cells)}r}}\n\\toprule\n{_line(head)}\\midrule\n"
        f"{''.join(rows)}\\bottomrule\n\\end{{tabular}}\n\\end{{table}}\n"
    )


def _line(cells: list[str]) -> str:
    return f"{' & '.join(cells)} \\\\\n"


def _rows(
    record: StudyRecord, answered: BudgetAnswer, cells: tuple[str, str], margin: float
) -> Iterator[list[str]]:
    """The numbers, their intervals, and the sizes."""
    found = _oriented(answered, cells)
    means = [mean_accuracy(answered, cell) for cell in record.cells]
    spans = [accuracy_span(mean) for mean in means]
    yield [
        tex(count(answered.limit)),
        *(tex(_number(percent(mean.value, DECIMALS))) for mean in means),
        tex(points(found.difference, DECIMALS, margin)),
    ]
    bounds = [*spans, found.interval]
    yield ["", *(f"\\footnotesize {tex(_bounds(each))}" for each in bounds)]
    compared = [sizes(answered, cell) for cell in record.cells]
    told = [f"{units} units: {parameters}" for units, parameters in compared]
    yield ["", *(f"\\footnotesize {tex(each)}" for each in told), ""]


def _oriented(answered: BudgetAnswer, cells: tuple[str, str]) -> PairComparison:
    found = answered.comparison(cells)
    return found if found.cells == cells else found.reversed()


def _number(percentage: str) -> str:
    return percentage.removesuffix(" %")


def _bounds(span: Interval | None) -> str:
    return NOTHING if span is None else interval(span, DECIMALS)


def _caption(record: StudyRecord, answer: Answer) -> str:
    pairs = [_oriented(each, answer.known.cells) for each in answer.budgets if answer.known]
    sure = sorted({confidence(pair) for pair in pairs})
    name = metric_name(record, "test").capitalize()
    over = plural(answer.searches, "search" if record.trials_per_search else "seed")
    seeds = f" with {number_of(record.replicates, 'seed')} each" if record.trials_per_search else ""
    first, second = (cell_name(cell) for cell in pairs[0].cells)
    return (
        f"{name} {on_data(record.dataset.name, record.metric)} in percent, mean over {over}{seeds} "
        f"at matched sizes, and the difference {first} minus {second} in percentage points. "
        f"Budgets are {record.budget.scope} parameters. In small print: 95 % intervals of the "
        f"accuracies over searches, {' to '.join(sure)} intervals of the differences over searches "
        "and test examples, their limits rounded outwards; then units and "
        f"{record.budget.scope} parameters of what was compared.{_baselines(record)}"
    )


def _baselines(record: StudyRecord) -> str:
    majority = percent(record.dataset.facts.majority_baseline(record.metric), DECIMALS)
    linear = record.baseline.accuracy if record.baseline else None
    told = f" Always answering with the most frequent class gives {majority}"
    return f"{told}{f', a linear model {percent(linear, DECIMALS)}' if linear is not None else ''}."
