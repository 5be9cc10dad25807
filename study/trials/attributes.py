"""Names and encodings of what a trial stores as its user attributes.

Plain values, so that the dashboard shows and sorts them.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict

from search_spaces.candidate import Candidate, Task
from study.training.curve import CurvePoint
from study.training.job import Result

# Known when a trial is planned.
SLOT = "slot"  # its place in the plan; a retry inherits it
SEARCH = "search"  # number of the search that it belongs to, from 1
CELL = "cell"  # the name under which the cell is compared
BUDGET = "budget"  # limit of the budget that it is for
RETRY_OF = "retry_of"  # number of the trial that this one replaces
REPLICATE = "replicate"
AFTER_TRIALS = "after_trials"  # of its cell and budget, where a run is of what had won by then

# Of an Optuna study.
CLOSED = "closed_searches"  # numbers of those of which no trial may begin any more

# Known when it starts.
OWNER = "owner"
SEED = "seed"
CANDIDATE = "candidate"  # JSON
UNITS = "units"
CELL_PARAMS = "cell_params"
MODEL_PARAMS = "model_params"

# What a retry takes over from the trial that it replaces.
INHERITED = (
    SLOT,
    SEARCH,
    CELL,
    BUDGET,
    REPLICATE,
    AFTER_TRIALS,
    SEED,
    CANDIDATE,
    UNITS,
    CELL_PARAMS,
    MODEL_PARAMS,
)

# Known when it ends.
EPOCHS = "epochs"  # passes over the training examples
AT_EPOCH_CAP = "at_epoch_cap"  # whether the cap on epochs ended it
VALIDATION_LOSS = "validation_loss"
SECONDS = "seconds"
EPOCH_SECONDS = "epoch_seconds"  # of training on every training example once
TRAINING_SECONDS = "training_seconds"
PEAK_MEMORY = "peak_memory_mib"
CURVE = "learning_curve"
REASON = "reason"  # why a trial failed or was requeued
VALIDATION_ACCURACY = "validation_accuracy"
TEST_ACCURACY = "test_accuracy"
INFERENCE = "inference_microseconds"  # per example
CORRECT = "correct"  # base64 of packed bits, one a test example
CONFUSION = "confusion"  # base64 of packed counts, by true and by answered class
WEIGHTS = "weights_sha256"
REQUEUED = "requeued"  # true on a failed trial that was planned again
WORKER_LOST = "worker_lost"  # true on a trial whose worker or training process died

CURVE_COLUMNS = ("epoch", "loss", "accuracy", "validation_loss", "validation_accuracy")


def of_candidate(candidate: Candidate, task: Task, seed: int) -> dict[str, str | int]:
    """What is known of a trial before it trains."""
    return {
        CANDIDATE: pack_candidate(candidate),
        UNITS: candidate.units,
        CELL_PARAMS: candidate.cell_parameters,
        MODEL_PARAMS: candidate.model_parameters(task),
        SEED: seed,
    }


def of_result(result: Result) -> dict[str, str | float | bool]:
    """What a training leaves behind."""
    return {
        EPOCHS: result.curve[-1].epoch,
        AT_EPOCH_CAP: result.at_epoch_cap,
        VALIDATION_LOSS: result.validation_loss,
        VALIDATION_ACCURACY: result.validation_accuracy,
        SECONDS: round(result.seconds, 3),
        PEAK_MEMORY: round(result.peak_memory, 1),
        CURVE: pack_curve(result.curve),
        WEIGHTS: result.weights,
    }


def pack_candidate(candidate: Candidate) -> str:
    """The candidate as JSON."""
    return json.dumps(asdict(candidate), sort_keys=True)


def unpack_candidate(text: str) -> Candidate:
    """The candidate that `pack_candidate` wrote."""
    return Candidate.of(json.loads(text))


def pack_curve(points: Sequence[CurvePoint]) -> str:
    """The curve as JSON: one row a look, columns as `CURVE_COLUMNS`."""
    rows = [[round(getattr(point, name), 6) for name in CURVE_COLUMNS] for point in points]
    return json.dumps(rows, separators=(",", ":"))


def unpack_curve(text: str | None) -> tuple[CurvePoint, ...]:
    """The curve that `pack_curve` wrote; empty where there is none."""
    return tuple(CurvePoint(*row) for row in json.loads(text)) if text else ()
