"""Use what a study has trained. `python -m study.predict RUN TEXT...`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from search_spaces.cells import Cell
from study.question.flag_values import CELL
from study.terminal.command import command, print_json, run

if TYPE_CHECKING:
    from study.runs.models import SavedModel

app = command("predict", "Classify texts or series of numbers with a study's best model.")


@app.default
def predict(
    run_folder: Annotated[Path, Parameter(name="RUN")],
    /,
    *texts: Annotated[str, Parameter(name="TEXT|FILE")],
    cell: Annotated[Cell | None, CELL] = None,
    storage: Annotated[str | None, Parameter(env_var="OPTUNA_STORAGE")] = None,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Print each example's most probable class, its probability, and the text or the series.

    Parameters
    ----------
    run_folder: Path
        The study's folder, `runs/<study-name>`.
    texts: str
        Texts to classify; without any, lines are read from the standard input. A model of numbers
        takes files of the kind that it was trained on; labels in them are not looked at.
    cell: Cell
        Whose best model to use. Default: that of the lowest validation loss.
    storage: str
        Database URL, where the models are to be trained again and the trials are not in the folder.
    json: bool
        Print one JSON object.
    """
    import sys
    from functools import partial

    from study.runs.models import load_model

    model = load_model(run_folder, cell, storage, say=partial(print, file=sys.stderr))
    answers = _answers(model, texts or [line.rstrip("\n") for line in sys.stdin])
    if json:
        key = "series" if model.reads_numbers else "text"
        names = key, "label", "probability"
        print_json(predictions=[dict(zip(names, answer, strict=True)) for answer in answers])
        return
    for text, label, probability in answers:
        # Downwards: 99.96 % is not certainty.
        print(f"{label}\t{int(1000 * probability) / 10:.1f} %\t{text}")


def _answers(model: "SavedModel", examples: Sequence[str]) -> list[tuple[str, str, float]]:
    """Each text, or each series of the files, with its class and probability."""
    import sys

    if model.reads_numbers:
        return model.classify_files([Path(example) for example in examples])
    for text in model.unknown(examples):
        print(f"No token of {text!r} is known: the answer means nothing.", file=sys.stderr)
    found = model.classify(examples)
    return [(text, *answer) for text, answer in zip(examples, found, strict=True)]


if __name__ == "__main__":
    run(app)
