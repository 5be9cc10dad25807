"""How long a study will take, from what is finished of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean

from optuna.trial import FrozenTrial, TrialState

from study.phases.forecast import (
    FIRST,
    Pace,
    Sizes,
    elapsed,
    run_seconds,
    runs_of,
    searches_of,
    sizes_of,
    trials_of,
    usual_epochs,
)
from study.question.plan import StudyPlan
from study.trials import attributes as attrs

_PRIOR = 4  # trainings as which the usual epochs count


def time_left(
    plan: StudyPlan, trials: Sequence[FrozenTrial], runs: Sequence[FrozenTrial]
) -> float | None:
    """Seconds, if it takes all its searches; None where nothing is finished.

    Args:
        trials: Of all searches, in the order of their numbers.
        runs: Of all confirmations.
    """
    pace = _pace(plan, trials, runs)
    if pace is None:
        return None
    begun = [one for one in (*trials, *runs) if one.state is not TrialState.WAITING]
    now = max((one.user_attrs[attrs.SEARCH] for one in begun), default=1)
    left = searches_of(plan) - now
    done, begun_runs = _counts(trials, now), _counts(runs, now)
    busy = 0.0
    for sizes in sizes_of(plan):
        each, run = trials_of(plan, pace, sizes), run_seconds(pace, sizes)
        busy += sum(each) * left + _rest(each, done[sizes])
        busy += run * (runs_of(plan, sizes) * left)
        busy += run * max(0.0, runs_of(plan, sizes) - begun_runs[sizes])
    confirming = plan.settings.answer.confirm
    phases = (1 + confirming) * left + (1 if begun_runs else 1 + confirming)
    return elapsed(plan, pace, busy, phases)


def _rest(seconds: Sequence[float], done: float) -> float:
    """Of the trials that are not done; one at work counts as half done."""
    whole = int(done)
    rest = sum(seconds[whole:])
    return rest - (done - whole) * seconds[whole] if whole < len(seconds) else rest


def _counts(trials: Iterable[FrozenTrial], search: int) -> dict[Sizes, float]:
    """How many of a search are done, those at work half, by cell and budget."""
    counts: dict[Sizes, float] = defaultdict(float)
    for trial in trials:
        attributes = trial.user_attrs
        if attributes[attrs.SEARCH] != search or attrs.REQUEUED in attributes:
            continue
        if trial.state is not TrialState.WAITING:
            counts[_sizes(trial)] += 1 if trial.state.is_finished() else 0.5
    return counts


def _pace(
    plan: StudyPlan, trials: Sequence[FrozenTrial], runs: Sequence[FrozenTrial]
) -> Pace | None:
    seconds: dict[Sizes, float] = defaultdict(float)
    epochs: dict[Sizes, float] = defaultdict(float)
    lasted = [usual_epochs(plan)] * _PRIOR
    firsts: set[tuple[int, Sizes]] = set()
    for trial in (*trials, *runs):
        attributes = trial.user_attrs
        if attrs.SECONDS not in attributes:
            continue
        sizes = _sizes(trial)
        seconds[sizes] += attributes[attrs.SECONDS]
        epochs[sizes] += attributes[attrs.EPOCHS]
        key = attributes[attrs.SEARCH], sizes
        if trial.state is TrialState.COMPLETE:
            is_first = key not in firsts
            lasted.append(attributes[attrs.EPOCHS] / (FIRST if is_first else 1))
        firsts.add(key)
    if not seconds:
        return None
    known = {sizes: seconds[sizes] / epochs[sizes] for sizes in seconds}
    elsewhere = fmean(known.values())
    epoch = {sizes: known.get(sizes, elsewhere) for sizes in sizes_of(plan)}
    return Pace(epoch, fmean(lasted))


def _sizes(trial: FrozenTrial) -> Sizes:
    return str(trial.user_attrs[attrs.CELL]), trial.user_attrs[attrs.BUDGET]
