"""Sentences of the report that depend on what was found; all others are in the template."""

from reports.comparison.estimate import Estimate, Interval
from reports.comparison.verdict import Outcome, Verdict
from reports.findings.answer import Answer, accuracy_of, complete_trials
from reports.findings.search import count_status, trial_counts
from reports.tables.table import Table
from reports.words.formatting import count, interval, p_value, percent, points
from search_spaces.cells import Cell, cell_name
from study.datasets.warnings import warnings
from study.terminal.words import duration, number_of
from study.trials.record import Status, StudyRecord

_BADGES = {
    Outcome.BETTER: "Verdict: better",
    Outcome.EQUIVALENT: "Verdict: equivalent",
    Outcome.NEGLIGIBLE: "Verdict: detectable, but negligible",
    Outcome.UNDECIDED: "Verdict: undecided",
}
_PHASES = {"search": "Search", "confirm": "confirmation"}


def badge(answer: Answer) -> str:
    """The outcome in a word or two."""
    return _BADGES[answer.verdict.outcome] if answer.verdict else "Search only"


def remarks(record: StudyRecord, answer: Answer) -> list[str]:
    """What must be said next to the verdict."""
    said = []
    planned = len(record.budgets) * record.replicates
    if answer.verdict:
        said.append(_sureness(record, answer.verdict))
    if 0 < answer.pairs < planned:
        said.append(
            f"Confirmation is not complete: {answer.pairs:,} of {number_of(planned, 'pair')} of "
            f"runs {'is' if answer.pairs == 1 else 'are'}; the verdict may change."
        )
    finished = sum(trial.finished for trial in record.trials)
    if finished < record.planned:
        said.append(
            f"The search is not complete: {finished:,} of {number_of(record.planned, 'trial')} "
            f"{'is' if finished == 1 else 'are'}."
        )
    if not answer.verdict and answer.best:
        bests = [
            f"{cell_name(cell)} {percent(accuracy_of(trial))} "
            f"({count(trial.cell_parameters or 0)} cell parameters, "
            f"{count(trial.model_parameters or 0)} in the model)"
            for cell, trial in answer.best.items()
        ]
        said.append(f"Best so far on validation: {', '.join(bests)}.")
    return said + warnings(record.dataset.facts, record.margin)


def _sureness(record: StudyRecord, verdict: Verdict) -> str:
    cell, share, _ = _more_often_ahead(record, verdict)
    return (
        f"{cell} is ahead in {percent(share, 0)} of the pairs of runs. Differences below "
        f"{points(record.margin)} points were declared not to matter before the study was run."
    )


def ahead(record: StudyRecord, verdict: Verdict) -> str:
    """How often the cell that is ahead more often is ahead, and how sure that is."""
    cell, share, (low, high) = _more_often_ahead(record, verdict)
    return (
        f"{cell} is ahead in {percent(share, 0)} of all pairs, ties counted half (95 % interval "
        f"{percent(low, 0)} to {percent(high, 0)}, taking the pairs as independent, for these "
        "test examples)."
    )


def _more_often_ahead(record: StudyRecord, verdict: Verdict) -> tuple[str, float, Interval]:
    """The cell that is ahead in most pairs, the share of them, and its interval."""
    chance = verdict.probability_first_better
    assert chance is not None
    first, second = (cell_name(cell) for cell in record.cells)
    low, high = chance.interval
    if chance.value < 0.5:
        return second, 1 - chance.value, Interval(1 - high, 1 - low)
    return first, chance.value, Interval(low, high)


def luck_of_the_search(answer: Answer) -> str:
    """What the verdict's interval leaves out."""
    counted = "seeds and test examples" if answer.by_example else "seeds"
    return (
        f"The interval counts the luck of {counted}, not that of the search: another search could "
        "have chosen other hyperparameters."
    )


def trials(record: StudyRecord) -> str:
    """How many trials there are, and how they ended."""
    counts = trial_counts(record)
    left = record.planned - sum(trial.finished for trial in record.trials)
    parts = {kind: counts[kind] for kind in ("complete", "pruned", "failed")} | {"to do": left}
    told = ", ".join(f"{number:,} {kind}" for kind, number in parts.items() if number > 0)
    return f"{number_of(record.planned, 'trial')}: {told}"


def seeds(answer: Answer) -> str:
    """On how many seeds the cells were confirmed."""
    if not answer.budgets:
        return "not run"
    found = sorted({answered.comparison.seeds for answered in answer.budgets})
    fewest = f"{found[0]} to " if len(found) > 1 else ""
    return (
        f"{fewest}{number_of(found[-1], 'fresh seed')} for each cell at "
        f"{number_of(len(answer.budgets), 'budget')}"
    )


def intervals(answer: Answer) -> str:
    """How the intervals of the budgets were made."""
    both = (
        "Those over seeds and test examples treat both as random, crossed samples. "
        if answer.by_example
        else "Which examples each run answered rightly was not kept. "
    )
    return (
        f"Intervals over seeds are paired t intervals. {both}At each budget their confidence is "
        f"what Holm's procedure sets for looking at {number_of(len(answer.budgets), 'budget')}; "
        "for the mean it is 95 %."
    )


def trend(slope: Estimate) -> str:
    """How the difference changes with size."""
    probability = p_value(slope.p_value())
    return (
        f"With each doubling of the budget the difference changes by {points(slope.value, 2)} "
        f"points{_bounds(slope, 2)}, p {'' if probability.startswith('<') else '= '}{probability}."
    )


def matching(record: StudyRecord) -> str:
    """Whether every budget has a matched pair."""
    nearest = [count(budget.limit) for budget in record.budgets if not budget.within_tolerance]
    if not nearest:
        return "At every budget the two cells differ by at most 1 % in parameters."
    return (
        f"No widths within 1 % of each other exist at {', '.join(nearest)}; the nearest pair is "
        "taken, and marked."
    )


def listing(record: StudyRecord, listed: Table) -> str:
    """Where the trials are that are not listed."""
    beside = "trials.csv beside this page holds every trial, also those that are not complete."
    shown, complete = len(listed.rows), len(complete_trials(record.trials))
    if shown == complete:
        return beside
    return f"Listed are the best {shown:,} of {complete:,} complete trials; {beside}"


def failures(record: StudyRecord) -> str:
    """How many trials ended how."""
    counts = trial_counts(record)
    running = count_status(record.trials, Status.RUNNING)
    waiting = count_status(record.trials, Status.PLANNED)
    open_ones = f" {running:,} running, {waiting:,} waiting." if running or waiting else ""
    return (
        f"{number_of(counts['planned'], 'planned trial')}: {counts['complete']:,} complete, "
        f"{counts['pruned']:,} pruned, {counts['failed']:,} failed. Interrupted and requeued: "
        f"{counts['requeued']:,}; over the budget: {counts['over_budget']:,}; run twice: "
        f"{counts['duplicates']:,}.{open_ones}"
    )


def formulas(record: StudyRecord) -> str:
    """The exact sizes of the compared cells."""
    tried = [trial.candidate for trial in record.trials]
    tried += [run.candidate for run in record.confirmations]
    cells = {candidate.cell for candidate in tried if candidate}
    return ", ".join(
        f"{cell.display_name} {cell.gates}u(d + u + {cell.biases})"
        for cell in Cell
        if cell in cells
    )


def optimism(answer: Answer) -> str:
    """How far the choice of the best trial flatters."""
    if not answer.optimism:
        return (
            "Not known. The validation accuracy of the best of many trials is "
            "expected to be above what the same model reaches on new examples."
        )
    told = [
        f"{cell_name(cell)} {points(estimate.value)} points{_bounds(estimate)}"
        for cell, estimate in answer.optimism.items()
    ]
    return (
        "Validation accuracy of the trial that was chosen, minus mean test accuracy of its "
        f"confirmation at the full budget: {'; '.join(told)}. The chosen and the confirmed model "
        "can differ in width."
    )


def _bounds(estimate: Estimate, decimals: int = 1) -> str:
    bounds = estimate.interval()
    return f" (95 % interval {interval(bounds, decimals)})" if bounds else ""


def time(record: StudyRecord) -> str:
    """How long it took."""
    phases = [
        f"{_PHASES.get(phase, phase)} {duration(seconds)}"
        for phase, seconds in record.seconds.items()
        if seconds
    ]
    if not phases:
        return "Not recorded."
    return f"{', '.join(phases)}; by the clock, pauses left out."
