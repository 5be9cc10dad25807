"""What the report says in words."""

from reports.charts.hyperparameters import MOST_POINTS
from reports.charts.search import CURVES
from reports.charts.search import MOST_POINTS as MOST_SIZES
from reports.comparison.estimate import Interval
from reports.comparison.verdict import Outcome, Verdict
from reports.findings.answer import Answer, accuracy_of, complete_trials
from reports.findings.importances import FEWEST_TRIALS
from reports.findings.search import trial_counts
from reports.page.blocks import Definition
from reports.words.formatting import count, counted, interval, p_value, percent, points
from search_spaces.cells import cell_name
from study.trials.record import Status, StudyRecord

PAIRS = (
    "Both runs of a pair share seed, data order and split. They differ in the cell, and in the "
    "hyperparameters that the search found best for it. Sizes are matched."
)
COSTS = (
    "Equal parameters are not equal cost: at the same size one cell can take longer to train, or "
    "to answer."
)
COSTS_CAPTION = (
    "Mean test accuracy with its 95 % interval over seeds, against what a model costs at that "
    "budget: the median over seeds, and a bar from the least to the most. Training time is the "
    "epochs times the median time of one, without compilation; inference time the shortest of "
    "several passes. Both were measured on the machine that ran it, where other trainings may "
    "have run beside. The axes are logarithmic."
)
CURVES_CAPTION = (
    f"Search: validation accuracy by epoch of the {CURVES} best trials of each cell, the best one "
    "bold with its training accuracy dashed. Training far above validation is overfitting."
)
PROGRESS_CAPTION = (
    "Bold: the best validation accuracy so far of each cell; pruned and failed trials take their "
    "turn. Dashed: the expected best of so many complete trials, had they come in another order. "
    "A curve that still rises says that more trials would help."
)
IMPORTANCES_CAPTION = (
    "How much each hyperparameter by itself separates the best trials of a cell (a tenth, and "
    "at least five) from all of them (PED-ANOVA). With few trials this is a rough guide."
)
MORE_SEEDS = (
    "Decide the number of seeds beforehand: looking at 5, 10, 20 and 40 seeds doubles false alarms."
)
PASSWORD = (
    "The URL is shown without a password. If the storage asks for one, put it into the "
    "environment variable PGPASSWORD; or put the whole URL into OPTUNA_STORAGE, and leave "
    "--storage out."
)

_BADGES = {
    Outcome.BETTER: "Verdict: better",
    Outcome.EQUIVALENT: "Verdict: equivalent",
    Outcome.NEGLIGIBLE: "Verdict: detectable, but negligible",
    Outcome.UNDECIDED: "Verdict: undecided",
}


def question(record: StudyRecord) -> str:
    """The study's question."""
    first, second = (cell_name(cell) for cell in record.cells)
    return (
        f"At an equal budget of {budget(record)}, which is more accurate on "
        f"{record.dataset.name}: {first} or {second}?"
    )


def budget(record: StudyRecord) -> str:
    """The budget with its scope."""
    return f"{count(record.budget.limit)} {record.budget.scope} parameters"


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
            f"Confirmation is not complete: {answer.pairs:,} of {counted(planned, 'pair')} of "
            f"runs {'is' if answer.pairs == 1 else 'are'}; the "
            "verdict may change."
        )
    finished = sum(trial.finished for trial in record.trials)
    if finished < record.planned:
        verb = "is" if finished == 1 else "are"
        said.append(
            f"The search is not complete: {finished:,} of {counted(record.planned, 'trial')} "
            f"{verb}."
        )
    if not answer.verdict and answer.best:
        bests = [
            f"{cell_name(cell)} {percent(accuracy_of(trial))} "
            f"({count(trial.cell_parameters or 0)} cell parameters, "
            f"{count(trial.model_parameters or 0)} in the model)"
            for cell, trial in answer.best.items()
        ]
        said.append(f"Best so far on validation: {', '.join(bests)}.")
    return said


def _sureness(record: StudyRecord, verdict: Verdict) -> str:
    leader, share, _ = _leader(record, verdict)
    return (
        f"{leader} is ahead in {percent(share, 0)} of the pairs of runs. Differences below "
        f"{points(record.margin)} points were declared not to matter before the study was run."
    )


def ahead(record: StudyRecord, verdict: Verdict) -> str:
    """How often the cell that is ahead more often is ahead, and how sure that is."""
    leader, share, (low, high) = _leader(record, verdict)
    return (
        f"{leader} is ahead in {percent(share, 0)} of all pairs, ties counted half (95 % interval "
        f"{percent(low, 0)} to {percent(high, 0)}, taking the pairs as independent, for these "
        "test examples)."
    )


def _leader(record: StudyRecord, verdict: Verdict) -> tuple[str, float, Interval]:
    """The cell that is ahead in most pairs, the share of them, and its interval."""
    chance = verdict.probability_first_better
    assert chance is not None
    first, second = (cell_name(cell) for cell in record.cells)
    low, high = chance.interval
    if chance.value < 0.5:
        return second, 1 - chance.value, Interval(1 - high, 1 - low)
    return first, chance.value, Interval(low, high)


def facts(record: StudyRecord, answer: Answer) -> tuple[Definition, ...]:
    """On what the answer rests."""
    dataset = record.dataset
    told = [
        (
            "Data set",
            f"{dataset.name}, {len(dataset.labels)} classes: {count(dataset.train)} train, "
            f"{count(dataset.validation)} validation, {count(dataset.test)} test examples",
        ),
        ("Budget", budget(record)),
        ("Search", _search(record)),
    ]
    if answer.budgets:
        seeds = sorted({answered.comparison.seeds for answered in answer.budgets})
        fewest = f"{seeds[0]} to " if len(seeds) > 1 else ""
        told.append(
            (
                "Confirmation",
                f"{fewest}{counted(seeds[-1], 'fresh seed')} for each cell at "
                f"{counted(len(answer.budgets), 'budget')}",
            )
        )
    else:
        told.append(("Confirmation", "not run"))
    return tuple(Definition(name, text) for name, text in told)


def _search(record: StudyRecord) -> str:
    """How many trials there are, and how they ended."""
    counts = trial_counts(record)
    left = record.planned - sum(trial.finished for trial in record.trials)
    parts = {kind: counts[kind] for kind in ("complete", "pruned", "failed")} | {"to do": left}
    told = ", ".join(f"{number:,} {kind}" for kind, number in parts.items() if number > 0)
    return f"{counted(record.planned, 'trial')}: {told}"


def sizes_caption(record: StudyRecord, answer: Answer) -> str:
    """What the chart of accuracy against parameters shows."""
    scope = f"Parameters are counted in the {record.budget.scope}; the axis is logarithmic."
    most = max(len(complete_trials(record.trials, cell)) for cell in record.cells)
    drawn = f" ({MOST_SIZES} of up to {most:,} of each cell)" if most > MOST_SIZES else ""
    faint = f"Faint points are the search's complete trials{drawn}, measured on validation"
    if not answer.budgets:
        return (
            f"{faint}. Dashed steps join the most accurate trials up to each size: each is the "
            f"best of many, measured once, and therefore optimistic. {scope} The vertical line is "
            "the budget."
        )
    return (
        f"{faint}. Bold points are confirmed models: mean test accuracy over fresh seeds, with "
        "its 95 % interval over seeds. The frontier goes through these means only. "
        f"{scope} Vertical lines are the budgets."
    )


def difference_caption(record: StudyRecord, answer: Answer) -> str:
    """What the chart of differences shows."""
    first, second = (cell_name(cell) for cell in record.cells)
    bars = (
        "The thick bar is the interval over seeds for these test examples; the thin one, which "
        "decides, also counts that other test examples could have been drawn."
        if _by_example(answer)
        else "Each bar is the interval over seeds, for these test examples."
    )
    return (
        f"Test accuracy of {first} minus {second} at matched sizes. {bars} The intervals of the "
        f"budgets have {_confidences(answer)} confidence (Holm), that of their mean 95 %. Inside "
        "the shaded band a difference does not matter."
    )


def _confidences(answer: Answer) -> str:
    """From the lowest to the highest confidence of the budgets' intervals."""
    found = [answered.comparison.confidence for answered in answer.budgets]
    low, high = (f"{100 * bound:.4g}" for bound in (min(found), max(found)))
    return f"{low} %" if low == high else f"{low} to {high} %"


def luck_of_the_search(answer: Answer) -> str:
    """What the verdict's interval leaves out."""
    counts = "seeds and test examples" if _by_example(answer) else "seeds"
    return (
        f"The interval counts the luck of {counts}, not that of the search: another search could "
        "have chosen other hyperparameters."
    )


def _by_example(answer: Answer) -> bool:
    """Whether the verdict counts the choice of the test examples, too."""
    return all(
        answered.comparison.over_seeds_and_examples is not None for answered in answer.budgets
    )


def intervals(answer: Answer) -> str:
    """How the intervals of the budgets were made."""
    both = (
        "Those over seeds and test examples treat both as random, crossed samples. "
        if _by_example(answer)
        else "Which examples each run answered rightly was not kept. "
    )
    return (
        f"Intervals over seeds are paired t intervals. {both}At each budget their confidence is "
        f"what Holm's procedure sets for looking at {counted(len(answer.budgets), 'budget')}; for "
        "the mean it is 95 %."
    )


def trend(verdict: Verdict) -> str:
    """How the difference changes with size."""
    slope = verdict.slope
    if slope is None:
        return ""
    bounds = slope.interval()
    span = f" (95 % interval {interval(bounds, 2)})" if bounds else ""
    return (
        f"With each doubling of the budget the difference changes by {points(slope.value, 2)} "
        f"points{span}, p = {p_value(slope.p_value()).removeprefix('= ')}."
    ).replace("p = <", "p <")


def matching(record: StudyRecord) -> str:
    """Whether every budget has a matched pair."""
    nearest = [count(budget.limit) for budget in record.budgets if not budget.within_tolerance]
    if not nearest:
        return "At every budget the two cells differ by at most 1 % in parameters."
    return (
        f"No widths within 1 % of each other exist at {', '.join(nearest)}; the nearest pair is "
        "taken, and marked."
    )


def trouble(record: StudyRecord) -> str:
    """How many trials ended how."""
    counts = trial_counts(record)
    running = sum(trial.status is Status.RUNNING for trial in record.trials)
    waiting = sum(trial.status is Status.PLANNED for trial in record.trials)
    open_ones = f" {running:,} running, {waiting:,} waiting." if running or waiting else ""
    return (
        f"{counted(counts['planned'], 'planned trial')}: {counts['complete']:,} complete, "
        f"{counts['pruned']:,} pruned, {counts['failed']:,} failed. Interrupted and requeued: "
        f"{counts['requeued']:,}; over the budget: {counts['over_budget']:,}; run twice: "
        f"{counts['duplicates']:,}.{open_ones}"
    )


def no_importances(cell: str) -> str:
    """Why a cell has no importances."""
    return (
        f"No importances for {cell_name(cell)}: they need {FEWEST_TRIALS} complete trials whose "
        "hyperparameters differ, and of which the best are better than the rest."
    )


def listing(listed: int, complete: int) -> str:
    """Where the other trials are."""
    beside = "trials.csv beside this page holds every trial, also those that are not complete."
    if listed == complete:
        return beside
    return f"Listed are the best {listed:,} of {complete:,} complete trials; {beside}"


def confirmed_curves_caption(record: StudyRecord, answer: Answer) -> str:
    """Which runs' curves are drawn."""
    limit = count(answer.budgets[0].budget.limit)
    return (
        f"Confirmation: validation accuracy by epoch at {limit} {record.budget.scope} parameters, "
        "one line a seed."
    )


def hyperparameters_caption(record: StudyRecord) -> str:
    """What the hyperparameters' charts show, and of how many trials."""
    most = max(len(complete_trials(record.trials, cell)) for cell in record.cells)
    thinned = (
        f" Of each cell {MOST_POINTS} of up to {most:,} trials are drawn, evenly spread over the "
        "search."
        if most > MOST_POINTS
        else ""
    )
    return (
        f"One point for each complete trial, within {budget(record)}; the best of each cell "
        f"bold.{thinned}"
    )
