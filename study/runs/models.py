"""Each cell's best confirmed model: kept with its vocabulary and a model card."""

import json
import shutil
from dataclasses import asdict

import optuna

from study.machine.files import write_atomically
from study.question.plan import Problem
from study.storage.folder import RunFolder
from study.trials.record import ConfirmationRecord, Status, confirmation_record


def keep_best_models(confirmation: optuna.Study, folder: RunFolder, problem: Problem) -> None:
    """Keep, of the models confirmed at the full budget, each cell's best on validation.

    Chosen on validation, so that the card's test accuracy is no best of many.
    """
    runs = [confirmation_record(trial) for trial in confirmation.get_trials(deepcopy=False)]
    for cell in problem.cells:
        saved = {
            folder.replicate_model(cell.value, run.replicate): run
            for run in runs
            if run.cell == cell
            and run.rung == problem.budget.limit
            and run.status is Status.COMPLETE
        }
        present = [path for path in saved if path.exists()]
        if not present:
            continue  # kept before, or trained on another machine
        best = max(present, key=lambda path: saved[path].validation_accuracy or 0.0)
        if (saved[best].validation_accuracy or 0.0) > _kept_accuracy(folder, cell.value):
            best.replace(folder.model(cell.value))
            _write_card(saved[best], folder, problem)
        for path in present:
            path.unlink(missing_ok=True)
    if folder.models.exists():
        shutil.copyfile(problem.dataset.vocabulary_file, folder.models / "vocabulary.json")


def _kept_accuracy(folder: RunFolder, cell: str) -> float:
    """Validation accuracy of the model that is kept already; -1 where none is."""
    try:
        card = json.loads(folder.model_card(cell).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return -1.0
    return float(card["validation_accuracy"])


def _write_card(run: ConfirmationRecord, folder: RunFolder, problem: Problem) -> None:
    card = {
        "cell": run.cell,
        "candidate": asdict(run.candidate),
        "cell_params": run.cell_parameters,
        "model_params": run.model_parameters,
        "test_accuracy": run.test_accuracy,
        "validation_accuracy": run.validation_accuracy,
        "chosen": f"best validation accuracy of the runs at {run.rung:,} parameters",
        "dataset": {"name": problem.dataset.name, "fingerprint": problem.dataset.fingerprint},
        "labels": problem.dataset.labels,
        "steps": problem.dataset.steps,
        "level": problem.dataset.level.value,
        "vocabulary": "vocabulary.json",
        "weights_sha256": run.weights,
    }
    with write_atomically(folder.model_card(run.cell)) as path:
        path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
