"""Use what a study has trained. `python -m study.predict RUN TEXT...`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from search_spaces.cells import Cell
from study.question.flag_values import CELL
from study.terminal.command import command, print_json, run

app = command("predict", "Classify texts with a study's best model.")


@app.default
def predict(
    run_folder: Annotated[Path, Parameter(name="RUN")],
    /,
    *texts: Annotated[str, Parameter(name="TEXT")],
    cell: Annotated[Cell | None, CELL] = None,
    storage: Annotated[str | None, Parameter(env_var="OPTUNA_STORAGE")] = None,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Print each text's most probable class, its probability, and the text.

    Parameters
    ----------
    run_folder: Path
        The study's folder, `runs/<study-name>`.
    texts: str
        Texts to classify; without any, lines are read from the standard input.
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
    lines = texts or [line.rstrip("\n") for line in sys.stdin]
    found = zip(lines, model.classify(lines), strict=True)
    if json:
        answers = [
            {"text": text, "label": label, "probability": float(probability)}
            for text, (label, probability) in found
        ]
        print_json(predictions=answers)
        return
    for text, (label, probability) in found:
        # Downwards: 99.96 % is not certainty.
        print(f"{label}\t{int(1000 * probability) / 10:.1f} %\t{text}")


if __name__ == "__main__":
    run(app)
