"""Confirmation as a second Optuna study: matched winners, fresh seeds, the test split."""

import base64
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.trial import TrialState

from search_spaces.candidate import Candidate
from study.phases.identity import name_metric
from study.phases.search import training_job
from study.question.flag_values import MOST_BUDGETS, MOST_REPLICATES, MOST_SEARCHES
from study.question.plan import StudyPlan
from study.storage.folder import RunFolder
from study.storage.store import Store
from study.training.curve import CurvePoint
from study.training.scoring import ConfirmationJob, Score, test_labels
from study.training.speed import Speed, as_fast
from study.trials import attributes as attrs
from study.trials.queue import Queue
from study.trials.record import EffortWinners, Look, SearchRecord
from study.trials.sampler import derived_seed
from study.trials.slots import Slot

_LABELS = "test_labels"  # study attribute: class numbers of the test split, packed
_LOOKS = "looks"  # study attribute: at the verdict
_MOST_EFFORTS = 4
_MOST_CELLS = 16


def confirmation_name(search: str) -> str:
    """The name of the Optuna study that confirms a search."""
    return f"{search} (confirmation)"


def open_confirmation(store: Store, plan: StudyPlan) -> optuna.Study:
    """The Optuna study that confirms the winners, created when missing."""
    storage = store.optuna()
    with store.locked():
        study = optuna.create_study(
            storage=storage,
            study_name=confirmation_name(plan.name),
            direction="minimize",
            load_if_exists=True,
        )
        if _LABELS not in study.user_attrs:
            name_metric(study, "validation_loss")
            study.set_user_attr(_LABELS, _packed_labels(test_labels(plan.dataset)))
    return study


def stored_test_labels(study: optuna.Study) -> NDArray[np.int32]:
    """The class numbers of the test split, (examples,), in stored order."""
    packed = base64.b64decode(study.user_attrs[_LABELS])
    return np.frombuffer(zlib.decompress(packed), np.dtype("<i4")).astype(np.int32)


def _packed_labels(labels: NDArray[np.int32]) -> str:
    return base64.b64encode(zlib.compress(labels.astype("<i4").tobytes(), 9)).decode("ascii")


def looks(study: optuna.Study) -> tuple[Look, ...]:
    """The looks at the verdict so far, in order."""
    return tuple(Look(*look) for look in study.user_attrs.get(_LOOKS, []))


def note_look(study: optuna.Study, look: Look) -> None:
    """Remember a look at the verdict; with no more searches than before it is no new look."""
    before = looks(study)
    if all(look.searches > one.searches for one in before):
        study.set_user_attr(_LOOKS, [*map(list, before), list(look)])


def confirmation_slots(chosen: SearchRecord, plan: StudyPlan) -> list[Slot]:
    """A search's matched winners on every seed, and on the first what had won with less effort.

    A slot's number does not depend on how many searches there are, so that more can be added
    later. The longest trainings come first.
    """
    return [
        slot
        for step, budget in enumerate(chosen.budgets)
        for replicate in range(plan.replicates)
        for slot in _slots(
            plan,
            _Place(chosen.number, step, 0, replicate),
            budget.limit,
            {cell: one.candidate for cell, one in budget.winners.items()},
        )
    ] + list(_effort_slots(chosen, plan))


def _effort_slots(chosen: SearchRecord, plan: StudyPlan) -> Iterator[Slot]:
    """Only of candidates that have not won with more effort, and only on the first seed."""
    later: list[EffortWinners] = []
    for step, effort in enumerate(reversed(chosen.effort)):
        others = {
            cell: one.candidate
            for cell, one in effort.winners.items()
            if all(one.candidate != more.winners[cell].candidate for more in later)
        }
        if later:
            place = _Place(chosen.number, 0, step, replicate=0)
            told = {attrs.AFTER_TRIALS: effort.trials}
            for slot in _slots(plan, place, plan.budget.limit, others):
                yield replace(slot, attributes={**slot.attributes, **told})
        later.append(effort)


@dataclass(frozen=True)
class _Place:
    """Of runs in the plan that are compared with each other.

    Attributes:
        effort: 0 for the winners of the whole search.
    """

    search: int
    budget: int
    effort: int
    replicate: int

    @property
    def number(self) -> int:
        """One for each place."""
        budget = self.search * MOST_BUDGETS + self.budget
        return (budget * _MOST_EFFORTS + self.effort) * MOST_REPLICATES + self.replicate

    @property
    def seed_number(self) -> int:
        """The same for all that are compared, with whichever effort they were found."""
        return _Place(self.search, self.budget, 0, self.replicate).number


def _slots(
    plan: StudyPlan, place: _Place, limit: int, candidates: Mapping[str, Candidate]
) -> Iterator[Slot]:
    """Runs that share their seed, one for each cell."""
    seed = derived_seed(plan.settings.run.seed, place.seed_number, "confirm")
    for position, cell in enumerate(plan.cells):
        if cell not in candidates:
            continue
        params = {
            attrs.SEARCH: place.search,
            attrs.CELL: str(cell),
            attrs.BUDGET: limit,
            attrs.REPLICATE: place.replicate,
        }
        attributes = {**params, **attrs.of_candidate(candidates[cell], plan.task, seed)}
        yield Slot(place.number * _MOST_CELLS + position, params, attributes)


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
        trial.suggest_int(attrs.SEARCH, 1, MOST_SEARCHES)
        trial.suggest_categorical(attrs.CELL, [str(cell) for cell in self.plan.cells])
        limit = trial.suggest_int(attrs.BUDGET, 1, self.plan.budget.limit)
        trial.suggest_int(attrs.REPLICATE, 0, MOST_REPLICATES - 1)
        highest = limit == self.plan.budget.limit
        candidate = attrs.unpack_candidate(attributes[attrs.CANDIDATE])
        seed, owner = attributes[attrs.SEED], attributes[attrs.OWNER]
        return ConfirmationJob(
            training=training_job(candidate, self.plan, seed, split_seed=seed),
            speed=_known_speed(trial.study, candidate),
            save_to=self.folder.run_model(owner, trial.number) if highest else None,
        )

    def epoch(self, trial: optuna.Trial, number: int, point: CurvePoint) -> bool:
        """Report to Optuna; a confirmation run is never stopped."""
        trial.report(point.validation_loss, number)
        return True

    def finish(self, queue: Queue, trial: optuna.Trial, result: Score) -> None:
        """The validation loss is the trial's value, which a dashboard calls the best of some.

        By it the best models are chosen. The test accuracy, by the study's metric, chooses nothing.
        """
        user_attrs: dict[str, Any] = {
            **attrs.of_result(result.training),
            attrs.EPOCH_SECONDS: result.speed.epoch,
            attrs.TRAINING_SECONDS: round(result.speed.epoch * result.training.curve[-1].epoch, 3),
            attrs.INFERENCE: round(result.speed.inference, 2),
            attrs.TEST_ACCURACY: result.test_accuracy,
            attrs.CORRECT: result.correct,
            attrs.CONFUSION: result.confusion,
        }
        loss = result.training.validation_loss
        queue.finish(trial, TrialState.COMPLETE, loss, user_attrs)


def _known_speed(study: optuna.Study, candidate: Candidate) -> Speed | None:
    """Of a model of the same shape, where one has been timed: a program is not compiled twice."""
    for trial in study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)):
        attributes = trial.user_attrs
        if as_fast(attrs.unpack_candidate(attributes[attrs.CANDIDATE])) == as_fast(candidate):
            return Speed(attributes[attrs.EPOCH_SECONDS], attributes[attrs.INFERENCE])
    return None
