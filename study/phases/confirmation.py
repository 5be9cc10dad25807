"""Confirmation as a second Optuna study: matched pairs, fresh seeds, the test split.

The candidates are chosen once, when the search is done, and stored with the study: what
has been scored on the test split is never chosen again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import optuna
from optuna.trial import TrialState

from search_spaces.candidate import Candidate
from search_spaces.matching import MatchedPair, matched_pairs
from study.phases.identity import name_metric
from study.phases.search import training_job
from study.question.plan import StudyPlan
from study.question.settings import MOST_BUDGETS, MOST_REPLICATES
from study.storage.folder import RunFolder
from study.storage.store import Store
from study.training.curve import CurvePoint
from study.training.scoring import ConfirmationJob, Score
from study.trials import attributes as attrs
from study.trials.queue import Queue, Slot
from study.trials.sampler import derived_seed

CHOSEN = "chosen"  # study attribute: each cell's candidate
CHOSEN_TRIALS = "chosen_trials"  # study attribute: numbers of the search's trials they are from


def confirmation_name(search: str) -> str:
    """The name of the Optuna study that confirms a search."""
    return f"{search} (confirmation)"


def open_confirmation(
    store: Store,
    plan: StudyPlan,
    candidates: Mapping[str, Candidate],
    trials: Mapping[str, int],
) -> optuna.Study:
    """The Optuna study that confirms candidates, created when missing.

    Args:
        candidates: By cell, those that are chosen when it is created.
        trials: Numbers of the search's trials that they are from, by cell.
    """
    storage = store.optuna()
    with store.locked():
        study = optuna.create_study(
            storage=storage,
            study_name=confirmation_name(plan.name),
            direction="maximize",
            load_if_exists=True,
        )
        if CHOSEN not in study.user_attrs:
            name_metric(study, "test_accuracy")
            study.set_user_attr(CHOSEN_TRIALS, dict(trials))
            packed = {cell: attrs.pack_candidate(one) for cell, one in candidates.items()}
            study.set_user_attr(CHOSEN, packed)
    return study


def confirmation_slots(study: optuna.Study, plan: StudyPlan) -> list[Slot]:
    """The chosen candidates at matching widths, at every budget, on every seed.

    All budgets get a seed before any gets the next. A slot's number does not depend on how many
    budgets and seeds there are, so that more of either can be added later.

    Args:
        study: As `open_confirmation` gives it.
    """
    chosen = [attrs.unpack_candidate(study.user_attrs[CHOSEN][cell]) for cell in plan.cells]
    pairs = list(matched_pairs(chosen[0], chosen[1], plan.ladder(), plan.task))
    return [
        slot
        for replicate in range(plan.replicates)
        for step, (budget, pair) in enumerate(pairs)
        for slot in _paired_slots(plan, pair, budget.limit, replicate * MOST_BUDGETS + step)
    ]


def _paired_slots(plan: StudyPlan, pair: MatchedPair, limit: int, place: int) -> Iterator[Slot]:
    """The two runs of a budget and a replicate, which share their seed."""
    seed = derived_seed(plan.settings.run.seed, place, "confirm")
    for position, candidate in enumerate((pair.first, pair.second)):
        params = {
            attrs.CELL: plan.cells[position].value,
            attrs.BUDGET: limit,
            attrs.REPLICATE: place // MOST_BUDGETS,
        }
        attributes = {**params, **attrs.of_candidate(candidate, plan.task, seed)}
        yield Slot(2 * place + position, params, attributes)


@dataclass(frozen=True)
class ConfirmationWork:
    """Trials that train a matched candidate afresh and score it on the test split.

    Attributes:
        folder: Takes the models of the highest budget.
    """

    plan: StudyPlan
    folder: RunFolder

    def job(self, trial: optuna.Trial) -> ConfirmationJob:
        """What the plan says."""
        attributes = trial.user_attrs
        cell = trial.suggest_categorical(attrs.CELL, [cell.value for cell in self.plan.cells])
        limit = trial.suggest_int(attrs.BUDGET, 1, self.plan.budget.limit)
        replicate = trial.suggest_int(attrs.REPLICATE, 0, MOST_REPLICATES - 1)
        highest = limit == self.plan.budget.limit
        candidate = attrs.unpack_candidate(attributes[attrs.CANDIDATE])
        return ConfirmationJob(
            training=training_job(candidate, self.plan, attributes[attrs.SEED]),
            save_to=self.folder.replicate_model(cell, replicate) if highest else None,
        )

    def epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> bool:
        """Report to Optuna; a confirmation run is never stopped."""
        trial.report(point.validation_accuracy, number)
        return True

    def finish(self, queue: Queue, trial: optuna.Trial, result: Score) -> None:
        """The test accuracy is the trial's value."""
        user_attrs = {
            **attrs.of_result(result.training),
            attrs.VALIDATION_ACCURACY: result.training.validation_accuracy,
            attrs.INFERENCE: round(result.inference_microseconds, 2),
            attrs.CORRECT: result.correct,
        }
        queue.finish(trial, TrialState.COMPLETE, result.test_accuracy, user_attrs)
