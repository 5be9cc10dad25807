"""Sentences of the report that depend on what was found; all others are in the template."""

from reports.comparison.outcome import Outcome
from reports.comparison.verdict import Verdict
from reports.findings.answer import Answer, complete_trials
from reports.findings.confirmation import optimism, sizes_at
from reports.findings.search import count_status, trial_counts
from reports.tables.table import Table
from reports.words.formatting import count, p_value, percent, points
from reports.words.labels import metric_name, unit_of
from reports.words.phrases import plural
from reports.words.statement import DIFFERENT
from search_spaces.cells import cell_name
from search_spaces.matching import size_warnings
from study.datasets.metric import Metric
from study.machine.program import version
from study.question.sampler_name import SamplerName
from study.terminal.words import duration, number_of
from study.trials.record import Status, StudyRecord
from study.trials.sampler import BEGINNINGS

_BADGES = {
    Outcome.BETTER: "Verdict: better",
    Outcome.EQUIVALENT: "Verdict: equivalent",
    Outcome.NEGLIGIBLE: "Verdict: detectable, but negligible",
    Outcome.UNDECIDED: "Verdict: undecided",
}
_PHASES = {"search": "Search", "confirm": "confirmation"}


def badge(answer: Answer) -> str:
    """The outcome in a word or two."""
    return _BADGES[answer.outcome] if answer.outcome else "In progress"


def searches(record: StudyRecord, answer: Answer) -> str:
    """How many searches count, and when the verdict was looked at."""
    unit, planned = unit_of(record), record.planned_searches
    done = plural(answer.searches, unit)
    if planned.least == planned.most:
        told = f"{done} of {planned.most:,}" if answer.searches < planned.most else done
    else:
        told = f"{done} of {planned.least:,} to {planned.most:,}"
    looked = {look.searches for look in record.looks}
    return f"{told}; {len(looked)} looks at the verdict" if len(looked) > 1 else told


def tuning(record: StudyRecord) -> str:
    """How many trials each cell had."""
    each = record.trials_per_search / (len(record.cells) * len(record.limits))
    where = "" if len(record.limits) == 1 else f" at each of {len(record.limits)} budgets"
    of_cell = f"{number_of(round(each), 'trial')} of each cell{where}"
    return f"{of_cell}: {record.trials_per_search:,} a search"


def sampling(record: StudyRecord) -> str:
    """How every cell's trials were chosen."""
    sampler = SamplerName(record.settings.get("sampler", SamplerName.TPE))
    if sampler is SamplerName.KERAS_TUNER_HYPERBAND:
        return (
            f"{sampler.words} chose: by threes, trials of a third of the epochs, of which the best "
            "was trained again with all of them, and then two more with all of them"
        )
    if sampler in {SamplerName.RANDOM, SamplerName.QMC}:
        spread = "" if sampler is SamplerName.RANDOM else ", evenly spread over its ranges"
        return f"What is tried are {sampler.words}{spread}, the same for every cell"
    start = "Every cell begins at the same points, evenly spread over its ranges"
    if sampler is SamplerName.KERAS_TUNER_BAYESIAN:
        return f"{start}; {_learner(sampler)} goes on, and sizes stay evenly spread"
    each = record.trials_per_search // len(record.cells)
    if each <= BEGINNINGS:
        return (
            f"{start}, and these are all of its {number_of(each, 'trial')} of a search: "
            f"{sampler.words} would go on after {BEGINNINGS}, and chose nothing"
        )
    return (
        f"{start}, at least the first {BEGINNINGS} of its {each:,} trials of a search; "
        f"{_learner(sampler)} goes on, and sizes stay evenly spread"
    )


def _learner(sampler: SamplerName) -> str:
    return f"{sampler.words}, which learns from this cell in this search only,"


def seeds(record: StudyRecord) -> str:
    """On how many seeds the winners are trained."""
    if not record.trials_per_search:
        return "Hyperparameters given, nothing searched"
    return f"Winners trained on {number_of(record.replicates, 'fresh seed')} each"


def ahead(record: StudyRecord, known: Verdict) -> str:
    """In how many searches the cell that is ahead was ahead, and how sure that is."""
    found = known.headline if known.headline.difference >= 0 else known.headline.reversed()
    low, high = found.probability.interval
    return (
        f"{cell_name(found.cells[0])} is ahead in {percent(found.probability.value, 0)} of the "
        f"{unit_of(record, many=True)}, ties counted half (95 % Clopper-Pearson interval "
        f"{percent(low, 0)} to {percent(high, 0)}, for these test examples)."
    )


def intervals(record: StudyRecord, known: Verdict) -> str:
    """What the intervals hold, and what looking and several pairs cost."""
    unit = unit_of(record)
    inside = "hyperparameters, split and seeds" if unit == "search" else "split and seed"
    told = (
        f"Each interval treats the {unit_of(record, many=True)}, with their {inside}, and the test "
        "examples as random samples, crossed."
    )
    if known.alpha < 0.0499:
        told += (
            f" This look has the level {100 * known.alpha:.3g} %, so that all looks together raise "
            "a false alarm in at most one of 20 studies."
        )
    if len(record.cells) > 2:
        told += " Holm's procedure pays for comparing several pairs of cells at a budget."
    return told


def agreement(known: Verdict) -> str:
    """Whether the budgets differ."""
    mean = known.mean_over_budgets
    if mean is None or mean.homogeneity_p is None:
        return ""
    probability = p_value(mean.homogeneity_p)
    shown = f"p {'' if probability.startswith('<') else '= '}{probability}"
    if mean.homogeneity_p < DIFFERENT:
        return f"The difference is not the same at all budgets ({shown})."
    return f"That the difference is the same at all budgets is not refuted ({shown})."


def trials_left(record: StudyRecord) -> int:
    """Trials of the searches that have begun which have not ended."""
    return record.planned - sum(trial.finished for trial in record.trials)


def trials(record: StudyRecord) -> str:
    """How many trials there are, and how they ended."""
    counts = trial_counts(record)
    parts = {kind: counts[kind] for kind in ("complete", "pruned", "failed")}
    parts["to do"] = trials_left(record)
    told = ", ".join(f"{number:,} {kind}" for kind, number in parts.items() if number > 0)
    return f"{number_of(record.planned, 'trial')}: {told}"


def majority(record: StudyRecord) -> str:
    """What always answering with the most frequent class comes to."""
    baseline = percent(record.dataset.facts.majority_baseline(record.metric))
    if record.metric is Metric.ACCURACY:
        return f"which is right in {baseline} of the test split"
    return f"which has a {metric_name(record, 'test')} of {baseline}"


def linear(record: StudyRecord, answer: Answer) -> str:
    """What the linear model is, how it was trained, and how it compares."""
    scored = record.baseline
    assert scored is not None
    if scored.reason is not None:
        return f"It failed, and is missing here: {scored.reason}."
    known = record.dataset.train + record.dataset.validation
    few = f"{count(scored.examples)} of the " if scored.examples < known else "all "
    told = [
        f"{scored.description[:1].upper()}{scored.description[1:]}; trained once, on {few}"
        f"{count(known)} examples that are not test, and scored once on the test split.",
        "Its penalty was chosen on validation.",
    ]
    if not scored.converged:
        told.append("Its training was cut off before it had converged.")
    if answer.linear and answer.linear.cells:
        told.append(
            "Beside it the interval of a cell covers the luck of searches and test examples, as "
            "everywhere here, but not that of the linear model's own training examples."
        )
    return " ".join(told)


def metric(record: StudyRecord) -> str:
    """What is compared, where that is not the share of right answers."""
    if record.metric is Metric.ACCURACY:
        return ""
    return (
        "Balanced accuracy: the mean over the classes of the share of each class's examples that "
        "is answered rightly. All accuracies here are so, and the loss on validation, which stops "
        "trainings and chooses winners, weighs the classes alike, too; in training every example "
        "counts alike, in its loss and its accuracy."
    )


def matching(record: StudyRecord) -> str:
    """How equal the compared sizes are, and how much of their budgets they use."""
    sizes = [sizes_at(record, limit) for limit in record.limits]
    told = size_warnings(sizes)
    if all(each.within_tolerance for each in sizes):
        cells = "two cells differ" if len(record.cells) == 2 else "cells differ"
        told.insert(0, f"At every budget the {cells} by at most 1 % in parameters.")
    return " ".join(told)


def listing(record: StudyRecord, shown: Table) -> str:
    """Where the trials are that are not listed."""
    beside = "trials.csv beside this page holds every trial, of all budgets and however it ended."
    complete = len(complete_trials(record.trials, limit=record.budget.limit))
    if len(shown.rows) == complete:
        return beside
    return f"Listed are the best {len(shown.rows):,} of {complete:,} complete trials; {beside}"


def failures(record: StudyRecord) -> str:
    """How many trials ended how."""
    counts = trial_counts(record)
    running = count_status(record.trials, Status.RUNNING)
    waiting = count_status(record.trials, Status.PLANNED)
    open_ones = f" {running:,} running, {waiting:,} waiting." if running or waiting else ""
    return (
        f"{number_of(counts['planned'], 'planned trial')}: {counts['complete']:,} complete, "
        f"{counts['pruned']:,} pruned, {counts['failed']:,} failed. Interrupted and requeued: "
        f"{count_status(record.trials, Status.REQUEUED):,}; over the budget: "
        f"{counts['over_budget']:,}; run twice: {counts['duplicates']:,}.{open_ones}"
    )


def formulas(record: StudyRecord) -> str:
    """The exact sizes of the compared cells."""
    tried = [trial.candidate for trial in record.trials]
    tried += [run.candidate for run in record.confirmations]
    cells = dict.fromkeys(candidate.cell for candidate in tried if candidate)
    return ", ".join(f"{cell.display_name} {cell.blocks}" for cell in cells if cell.blocks)


def flattery(record: StudyRecord, answer: Answer) -> str:
    """How far the choice of the best trial flatters."""
    told = [
        f"{cell_name(cell)} {points(found.chosen)} and {points(found.confirmed)}"
        for cell in record.cells
        if (found := optimism(record, answer, cell))
    ]
    if not told:
        return "Not known before winners are scored on the test split."
    return (
        f"Validation minus {metric_name(record, 'test')} at the budget that was asked for, in "
        "points, of the trials that won and of their confirmed runs, which nobody chose: "
        f"{'; '.join(told)}. What the first is above the second comes of having been chosen, and "
        "of the trial's other width."
    )


def made(record: StudyRecord) -> str:
    """The version that wrote the page, and the days of the study's trainings."""
    days = dict.fromkeys(f"{day:%Y-%m-%d}" for day in (record.begun, record.ended) if day)
    return " ".join([f"isoparam {version()}", *(f"({day})" for day in [" to ".join(days)] if day)])


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
