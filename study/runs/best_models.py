"""Each cell's best model: the same in every folder of a study.

Which run is the best is decided by the storage alone. Its model lies in the folder of the process
that trained it; any other trains it again, from the stored candidate and seed.
"""

import json
import re
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from search_spaces.cells import cell_name
from study.machine.files import write_atomically
from study.phases.search import training_job
from study.processes.pool import Pool, run_jobs
from study.processes.training_process import Finished, Refused
from study.question.plan import StudyPlan
from study.runs.archive import Archive
from study.storage.folder import RunFolder
from study.training.job import Result
from study.training.saving import SavingJob
from study.trials import attributes as attrs
from study.trials.reading import confirmation_record

_OTHER_WEIGHTS = (
    "This machine rounds otherwise than the one that the run was trained on: the model is of the "
    "same candidate, data and seed, but its weights are not the run's, which the accuracies are of."
)
_RUN_MODEL = re.compile(r"\.(?P<owner>.+)-(?P<number>\d+)\.keras")  # as `RunFolder.run_model`


def best_runs(confirmation: optuna.Study, plan: StudyPlan) -> dict[str, FrozenTrial]:
    """Each cell's run of the lowest validation loss at the asked budget, over all searches.

    Chosen on validation, so that its test accuracy is no best of many. Of equals the first.
    """
    complete = confirmation.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    best: dict[str, FrozenTrial] = {}
    for trial in sorted(complete, key=lambda trial: trial.number):
        cell = trial.user_attrs[attrs.CELL]
        asked = trial.user_attrs[attrs.BUDGET] == plan.budget.limit
        if asked and (cell not in best or _loss(trial) < _loss(best[cell])):
            best[cell] = trial
    return best


def missing_models(archive: Archive) -> dict[str, FrozenTrial]:
    """The best runs whose models the folder has not, by cell."""
    confirmation = archive.confirmation()
    best = best_runs(confirmation, archive.plan) if confirmation else {}
    return {cell: run for cell, run in best.items() if not _is_kept(archive.folder, run)}


def keep_best_models(archive: Archive) -> None:
    """Give the best models that were trained in this folder their names; remove what is not best.

    Nothing that is not the best now will be later.
    """
    confirmation, folder = archive.confirmation(), archive.folder
    if confirmation is None or not folder.models.is_dir():
        return
    with archive.store.locked():
        for cell, run in best_runs(confirmation, archive.plan).items():
            here = folder.run_model(run.user_attrs[attrs.OWNER], run.number)
            if here.is_file():
                _keep(here, _card(run, archive.plan), folder, cell)
        finished = {
            (trial.user_attrs.get(attrs.OWNER), trial.number)
            for trial in confirmation.get_trials(deepcopy=False)
            if trial.state.is_finished()
        }
        for path in folder.models.iterdir():
            name = _RUN_MODEL.fullmatch(path.name)
            if name and (name["owner"], int(name["number"])) in finished:
                path.unlink(missing_ok=True)
    _keep_vocabulary(archive)


def complete_models(
    archive: Archive,
    pool: Pool[str],
    stopping: Callable[[], bool],
    say: Callable[[str], None],
) -> bool:
    """Train the best models again that were trained in other folders.

    The same data, candidate and seed give the same weights on like machines; where they do not,
    the model's card says so.

    Args:
        stopping: Asked often; once true, nothing more is trained.

    Returns:
        Whether the folder has gained a model.
    """
    keep_best_models(archive)
    missing = missing_models(archive)
    jobs = {cell: _again(run, cell, archive) for cell, run in missing.items()}
    if jobs and not stopping():
        names = " and ".join(cell_name(cell) for cell in jobs)
        say(f"Training the best {names} again: trained in another folder.")
    gained = False
    for cell, event in run_jobs(jobs, pool, stopping):
        match event:
            case Refused(reason):
                say(f"The best {cell_name(cell)} could not be trained again: {reason}")
            case Finished(result):
                card = _card(missing[cell], archive.plan, result)
                _keep(jobs[cell].save_to, card, archive.folder, cell)
                gained = True
    if gained:
        _keep_vocabulary(archive)
    return gained


def _loss(run: FrozenTrial) -> float:
    return float(run.user_attrs[attrs.VALIDATION_LOSS])


def _is_kept(folder: RunFolder, run: FrozenTrial) -> bool:
    """Whether the folder's model of that cell is this run's, by its card."""
    cell = run.user_attrs[attrs.CELL]
    try:
        card = json.loads(folder.model_card(cell).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    run_weights = card.get("run", {}).get(attrs.WEIGHTS)
    return bool(folder.model(cell).is_file() and run_weights == run.user_attrs[attrs.WEIGHTS])


def _again(run: FrozenTrial, cell: str, archive: Archive) -> SavingJob:
    """The training of a run, whose split its seed draws, without its score."""
    candidate = attrs.unpack_candidate(run.user_attrs[attrs.CANDIDATE])
    seed = run.user_attrs[attrs.SEED]
    return SavingJob(
        training=training_job(candidate, archive.plan, seed, split_seed=seed),
        save_to=archive.folder.models / f".{cell}-{secrets.token_hex(8)}.keras",
    )


def _keep(trained: Path, card: Mapping[str, Any], folder: RunFolder, cell: str) -> None:
    """Put a model in its place; in between there is no card, so that none is of another model."""
    folder.model_card(cell).unlink(missing_ok=True)
    trained.replace(folder.model(cell))
    with write_atomically(folder.model_card(cell)) as path:
        path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _keep_vocabulary(archive: Archive) -> None:
    if archive.plan.dataset.level is None:
        return
    with write_atomically(archive.folder.models / "vocabulary.json") as path:
        shutil.copyfile(archive.plan.dataset.vocabulary_file, path)


def _card(trial: FrozenTrial, plan: StudyPlan, again: Result | None = None) -> dict[str, Any]:
    """What the model is and how good it was.

    Args:
        again: Of the training of this very model, where it is not the run's own.
    """
    run = confirmation_record(trial)
    weights = again.weights if again else run.weights
    return {
        "cell": run.cell,
        # What must be imported before `keras.saving.load_model`, besides Keras.
        "import": run.candidate.cell.module,
        "candidate": asdict(run.candidate),
        "cell_params": run.cell_parameters,
        "model_params": run.model_parameters,
        "metric": plan.metric,
        "test_accuracy": run.test_accuracy,
        "validation_loss": run.validation_loss,
        "validation_accuracy": run.validation_accuracy,
        "chosen": f"lowest validation loss of all runs at {run.budget:,} parameters",
        "run": {
            "number": run.number,
            "search": run.search,
            "replicate": run.replicate,
            "seed": trial.user_attrs[attrs.SEED],
            "weights_sha256": run.weights,
        },
        "weights_sha256": weights,
        "trained_again": again is not None,
        **({} if weights == run.weights else {"note": _OTHER_WEIGHTS}),
        "dataset": {"name": plan.dataset.name, "fingerprint": plan.dataset.fingerprint},
        "labels": plan.dataset.labels,
        "sequence_length": plan.dataset.sequence_length,
        **_reading(plan),
    }


def _reading(plan: StudyPlan) -> dict[str, Any]:
    """How an example becomes the model's input: of texts in a file beside, of numbers all of it."""
    dataset, settings = plan.dataset, plan.settings.data
    if dataset.level:
        return {"level": dataset.level.value, "vocabulary": "vocabulary.json"}
    return {
        "level": dataset.facts.level,
        "features": [feature.name for feature in dataset.facts.features],
        "columns": {"id": settings.id_column, "step": settings.step_column},
        "standardisation": json.loads(dataset.standardisation.to_json()),
    }
