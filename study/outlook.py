"""What a study is going to do, before it does it."""

from rich.console import Console
from rich.table import Table

from search_spaces.matching import match
from study.display import duration
from study.environment import cores
from study.pace import longest_epoch
from study.problem import Problem


def print_outlook(problem: Problem, jobs: int, console: Console) -> None:
    """The widths of each cell at each rung, what will be trained, and how long that takes."""
    console.print(_widths(problem))
    trials = problem.settings.search.n_trials
    rungs, replicates = len(problem.ladder()), problem.replicates
    lines = [f"Search: {trials} trials of at most {problem.epochs} epochs."]
    runs = 0
    if problem.settings.answer.confirm:
        runs = 2 * rungs * replicates
        lines.append(
            f"Confirmation: {runs} runs (2 cells, {rungs} rungs, {replicates} seeds), "
            "each scored once on the test split."
        )
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)
    epoch = longest_epoch(problem, max(1, cores() // jobs))
    most = (trials + runs) * problem.epochs * epoch / jobs
    console.print(
        f"Time: at most {duration(most)} with {jobs} at once, and less as most models are smaller "
        f"and stop early. Measured here: {epoch:.1f} s for an epoch of the largest.",
        highlight=False,
        soft_wrap=True,
    )


def _widths(problem: Problem) -> Table:
    table = Table(title=f"Largest matched widths within {problem.budget}", title_justify="left")
    for column in ("rung", "cell", "units", "cell parameters", "model parameters"):
        table.add_column(column, justify="left" if column == "cell" else "right")
    first, second = (problem.space.plain(cell) for cell in problem.cells)
    for rung in problem.ladder():
        pair = match(first, second, rung, problem.task)
        for candidate in (pair.first, pair.second):
            table.add_row(
                f"{rung.limit:,}",
                candidate.cell.display_name,
                str(candidate.units),
                f"{candidate.cell_parameters:,}",
                f"{candidate.model_parameters(problem.task):,}",
            )
    return table
