"""The live table: what runs, what is best so far, how long it will take."""

import io
import re

import optuna
import pytest
from optuna.trial import TrialState
from rich.console import Console

from study.terminal.display import Display
from study.training.curve import CurvePoint
from study.trials import attributes as attrs
from study.trials.slots import Progress

POINT = CurvePoint(
    epoch=1.5, loss=0.7, accuracy=0.6, validation_loss=0.7, validation_accuracy=0.625
)


def trial_of(study: optuna.Study, cell: str, units: int) -> optuna.Trial:
    trial = study.ask()
    for name, value in ((attrs.CELL, cell), (attrs.UNITS, units), (attrs.CELL_PARAMS, 1_392)):
        trial.set_user_attr(name, value)
    return trial


def screen(display: Display) -> list[str]:
    console = Console(file=io.StringIO(), width=90, legacy_windows=False)
    console.print(display._bars.get_renderable())
    assert isinstance(console.file, io.StringIO)
    text = re.sub("[━╸╺]+", "", console.file.getvalue())
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_run_of_what_had_won_with_less_effort_is_called_so(study: optuna.Study) -> None:
    output = io.StringIO()
    display = Display(Console(file=output, width=90), study, "confirmation", "test", 3, jobs=1)
    trial = trial_of(study, "lstm", 1)
    trial.set_user_attr(attrs.AFTER_TRIALS, 2)
    with display.open():
        display.tick(Progress(planned=2, finished=0, waiting=1))
        display.started(trial)
        measured(study, trial, "test")
        display.ended(trial)
    assert " LSTM 1 unit, 1,392 parameters, had won after 2 trials" in output.getvalue()


@pytest.fixture
def study() -> optuna.Study:
    return optuna.create_study()


def measured(study: optuna.Study, trial: optuna.Trial, measure: str) -> None:
    """End a trial of 75 %: of a search the loss is its value."""
    trial.set_user_attr("validation_accuracy", 0.75 if measure == "validation" else 0.5)
    study.tell(trial, 0.6 if measure == "validation" else 0.75, state=TrialState.COMPLETE)


@pytest.mark.parametrize("phase", ["search", "confirm"])
def test_a_trial_from_its_start_to_its_end(phase: str, study: optuna.Study) -> None:
    measure = {"search": "validation", "confirm": "test"}[phase]
    noun = {"search": "trial", "confirm": "run"}[phase]
    console = Console(file=io.StringIO(), force_terminal=True, width=90)
    display = Display(console, study, phase, measure, epochs=3, jobs=2)
    trial = trial_of(study, "gru", 12)
    with display.open():
        display.tick(Progress(planned=4, finished=0, waiting=3))
        display.started(trial)
        assert screen(display)[-1] == f"{noun} 0 GRU 12 units, 1,392 parameters, starting"
        display.epoch(trial, 1, POINT)
        assert screen(display)[-1] == f"{noun} 0 GRU 12 units, 1,392 parameters, 62.5%, epoch 1.5"
        measured(study, trial, measure)
        display.ended(trial)
        head, *others = screen(display)
    assert head == f"{phase} 1 of 4 {noun}s, about 0 s left"
    # The best of several test accuracies says nothing.
    best = ["best GRU 12 units, 1,392 parameters, 75.0%"]
    assert others == (best if phase == "search" else [])


def test_plain_lines_where_there_is_no_terminal(study: optuna.Study) -> None:
    output = io.StringIO()
    display = Display(Console(file=output, width=90), study, "search", "validation", 3, jobs=1)
    trial = trial_of(study, "lstm", 1)
    with display.open():
        display.tick(Progress(planned=2, finished=0, waiting=1))
        display.started(trial)
        measured(study, trial, "validation")
        display.ended(trial)
    assert output.getvalue() == "search [1/2] LSTM 1 unit, 1,392 parameters: 75.0% validation\n"
