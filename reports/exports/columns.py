"""The columns of the tables that a study leaves, in order, and what each holds."""

from collections.abc import Mapping

_SIZES = {
    "units": "width of its recurrent layers",
    "cell_params": "trainable parameters of its recurrent layers",
    "model_params": "trainable parameters of the whole model",
}
TRIALS: Mapping[str, str] = {
    "number": "of the trial, from 0, as Optuna counts",
    "search": "the search that it belongs to, from 1",
    "cell": "what was tried",
    "budget": "the limit of parameters that it was sampled for",
    "status": "complete, pruned, failed, requeued, planned or running",
    "validation_loss": "the lowest of its looks (if pruned, the last), in nats: by it winners are "
    "chosen",
    "validation_accuracy": "at that look, by the study's metric, a fraction",
    **_SIZES,
    "excess": "parameters over its budget; 0 or less: it fits",
    "epochs": "passes over the training examples",
    "seconds": "from start to end, building, compiling and evaluation included",
    "peak_memory_mib": "of its training process",
    "seed": "of its weights and dropout",
}
CONFIRMATIONS: Mapping[str, str] = {
    "number": "of the run, from 0",
    "search": "the search whose winner is trained, from 1",
    "cell": "its cell",
    "budget": "its limit of parameters",
    "effort": "the share of its search's trials after which this candidate had won: 1.0 are the "
    "winners, which the verdict rests on; what had won with less is there for one chart",
    "replicate": "the seed, from 0: runs of a search, budget and replicate share it and their "
    "train/validation split",
    "status": "complete, failed, requeued, planned or running",
    "test_accuracy": "by the study's metric, a fraction; none where it failed, which the verdict "
    "counts as the most frequent class",
    "validation_loss": "the lowest of its looks, in nats",
    "validation_accuracy": "at that look, a fraction",
    **_SIZES,
    "epochs": "passes over the training examples",
    "at_epoch_cap": "whether it ended because it had trained as long as any may",
    "seconds": "from start to end, building, compiling and evaluation included",
    "training_seconds": "of training alone: its epochs, times the seconds of one, which are timed "
    "once for all models of the same shape",
    "inference_microseconds": "to answer one test example, timed likewise",
}
ACCURACIES: Mapping[str, str] = {
    "model": "the cell, or `linear model` or `majority class`",
    "budget": "the limit of parameters; none of what is no cell",
    "accuracy": "on the test split, by the study's metric, a fraction: of a cell the mean over "
    "seeds and searches",
    "low": "where the 95 % interval of that mean begins",
    "high": "where it ends; none of one search, or of what is no cell",
    "searches": "that it is the mean of",
}
