"""What a study is going to do, before it does it."""

from rich.box import SIMPLE
from rich.console import Console, JustifyMethod
from rich.table import Table

from search_spaces.matching import MatchedPair, matched_pairs
from study.datasets.description import in_lines
from study.machine.environment import cores
from study.phases.time_estimate import longest_epoch
from study.question.plan import StudyPlan
from study.terminal.words import duration, number_of
from study.training.job import TrainingError


def print_dry_run(plan: StudyPlan, console: Console) -> None:
    """What was read, each cell's widths at each budget, what will be trained, and how long."""
    for line in in_lines(plan.dataset.facts, plan.margin):
        console.print(line, highlight=False, soft_wrap=True, markup=False)
    console.print(_widths(plan))
    trials = plan.settings.search.n_trials
    budgets, replicates = len(plan.ladder()), plan.replicates
    lines = [
        *plan.known.notes,
        f"Search: {trials} trials of at most {number_of(plan.epochs, 'epoch')}.",
    ]
    runs = 0
    if plan.settings.answer.confirm:
        runs = 2 * budgets * replicates
        lines.append(
            f"Confirmation: {runs} runs (2 cells, {number_of(budgets, 'budget')}, "
            f"{number_of(replicates, 'seed')}), "
            "each scored once on the test split."
        )
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)
    console.print(_time(plan, trials + runs), highlight=False, soft_wrap=True)


def _time(plan: StudyPlan, trainings: int) -> str:
    jobs = plan.jobs
    try:
        epoch = longest_epoch(plan, max(1, cores() // jobs))
    except TrainingError as error:
        return f"Time: not known, as the largest models could not be trained: {error}"
    longest = trainings * plan.epochs * epoch / jobs
    return (
        f"Time: about {duration(longest)} with {jobs} at once if every training took all its "
        f"epochs at the widths above; most stop early. Measured here: {epoch:.1f} s an epoch."
    )


def _widths(plan: StudyPlan) -> Table:
    narrowest = plan.space.narrowest(plan.cells[0])
    note = f", embedding {narrowest.embedding}"
    table = Table(
        title=f"Largest matched widths within {plan.budget}{note}",
        title_justify="left",
        box=SIMPLE,
    )
    for column in ("budget", "cell", "units", "cell parameters", "model parameters", "apart"):
        justify: JustifyMethod = "left" if column == "cell" else "right"
        table.add_column(column, justify=justify, no_wrap=column != "apart", overflow="fold")
    first, second = (plan.space.narrowest(cell) for cell in plan.cells)
    for budget, pair in matched_pairs(first, second, plan.ladder(), plan.task):
        for candidate in (pair.first, pair.second):
            table.add_row(
                f"{budget.limit:,}",
                candidate.cell.display_name,
                str(candidate.units),
                f"{candidate.cell_parameters:,}",
                f"{candidate.model_parameters(plan.task):,}",
                _apart(pair) if candidate is pair.second else "",
            )
    return table


def _apart(pair: MatchedPair) -> str:
    nearest = "" if pair.within_tolerance else " (nearest pair)"
    return f"{100 * pair.relative_difference:.1f} %{nearest}"
