"""What a study is going to do, before it does it."""

from collections.abc import Mapping

from rich.box import SIMPLE
from rich.console import Console, JustifyMethod
from rich.table import Table

from search_spaces.matching import Matched, Sizes, match, size_warnings
from study.datasets.description import in_lines
from study.phases.forecast import searches_of
from study.phases.time_estimate import estimated_seconds
from study.question.plan import StudyPlan
from study.question.sampler_name import searcher_in_lines
from study.terminal.words import duration, number_of
from study.training.job import TrainingError

_MEASURING = "Measuring how long trainings take ..."


def print_dry_run(plan: StudyPlan, console: Console) -> tuple[float, float] | None:
    """What was read, each cell's widths at each budget, what will be trained, and how long.

    Returns:
        A range for the whole plan, in seconds; None where it is not known.
    """
    for line in in_lines(plan.dataset.facts, plan.metric, plan.margin):
        console.print(line, highlight=False, soft_wrap=True, markup=False)
    matched = _matched(plan)
    console.print(_widths(plan, matched))
    sizes = (_sizes(limit, each, plan) for limit, each in matched.items())
    warnings = (f"Warning: {warning}" for warning in size_warnings(sizes))
    for line in (*warnings, *plan.known.notes, *_plan(plan), _MEASURING):
        console.print(line, highlight=False, soft_wrap=True, markup=False)
    seconds, time = _time(plan)
    console.print(time, highlight=False, soft_wrap=True, markup=False)
    return seconds


def _sizes(limit: int, matched: Matched, plan: StudyPlan) -> Sizes:
    models = tuple(candidate.model_parameters(plan.task) for candidate in matched.candidates)
    return Sizes(limit, matched.counts, models, matched.within_tolerance)


def _plan(plan: StudyPlan) -> list[str]:
    cells, budgets = len(plan.cells), len(plan.ladder())
    least, most = plan.searches
    lines = [
        *searcher_in_lines(plan.settings.search.sampler),
        f"Searches: {plan.searches}, each of {number_of(plan.n_trials, 'trial')}: "
        f"{plan.trials_of_a_cell} of each of {cells} cells at {number_of(budgets, 'budget')}, of "
        f"at most {number_of(plan.epochs, 'epoch')}.",
    ]
    if plan.settings.answer.confirm:
        lines.append(
            f"Confirmation of each search: its {cells * budgets} winners on "
            f"{number_of(plan.replicates, 'fresh seed')}, and what had won at {plan.budget} after "
            "a quarter and half of the trials; each scored once on the test split."
        )
        when = f"after {number_of(least, 'search', 'searches')}"
        if most > least:
            when = f"after {least} searches and each that follows, up to {most}"
        lines.append(f"The verdict is looked at {when}, with 5 % false alarms in all.")
    return lines


def _time(plan: StudyPlan) -> tuple[tuple[float, float] | None, str]:
    try:
        low, high = seconds = estimated_seconds(plan)
    except TrainingError as error:
        return None, f"Time: not known, as the largest models could not be trained: {error}"
    searches, jobs = searches_of(plan), number_of(plan.jobs, "process", "processes")
    return seconds, (
        f"Time: about {duration(low)} to {duration(high)} for "
        f"{number_of(searches, 'search', 'searches')} with {jobs}, start and compilation included; "
        "how early trainings stop decides it."
    )


def _matched(plan: StudyPlan) -> dict[int, Matched]:
    """The largest matched widths, by the limit of the budget."""
    shapes = [plan.space.narrowest(cell) for cell in plan.cells]
    return {budget.limit: match(shapes, budget, plan.task) for budget in plan.ladder()}


def _widths(plan: StudyPlan, matched: Mapping[int, Matched]) -> Table:
    width = plan.space.narrowest(plan.cells[0]).embedding
    read = (
        f"embedding {width}" if plan.task.has_embedding else number_of(width, "number") + " a step"
    )
    table = Table(
        title=f"Largest matched widths within {plan.budget}, {read}",
        title_justify="left",
        box=SIMPLE,
    )
    for column in ("budget", "cell", "units", "cell parameters", "model parameters", "apart"):
        justify: JustifyMethod = "left" if column == "cell" else "right"
        table.add_column(column, justify=justify, no_wrap=column != "apart", overflow="fold")
    for limit, found in matched.items():
        for candidate in found.candidates:
            table.add_row(
                f"{limit:,}",
                candidate.cell.display_name,
                str(candidate.units),
                f"{candidate.cell_parameters:,}",
                f"{candidate.model_parameters(plan.task):,}",
                _apart(found) if candidate is found.candidates[-1] else "",
            )
    return table


def _apart(matched: Matched) -> str:
    nearest = "" if matched.within_tolerance else " (nearest)"
    return f"{100 * matched.relative_difference:.1f} %{nearest}"
