"""What a confirmation run is told, and what it leaves behind."""

from dataclasses import replace
from pathlib import Path

from search_spaces.candidate import Candidate
from search_spaces.cells import Cell
from study.phases.confirmation import ConfirmationWork, confirmation_slots, open_confirmation
from study.phases.winners import given
from study.question.plan import resolve
from study.question.settings import AnswerSettings, QuestionSettings, Settings
from study.storage.folder import RunFolder
from study.storage.sqlite import FileStore
from study.training.curve import CurvePoint
from study.training.job import Result
from study.training.scoring import Score
from study.training.speed import Speed
from study.trials import attributes as attrs
from study.trials.queue import Queue
from study.trials.record import EffortWinners

RESULT = Result(
    validation_loss=0.5, validation_accuracy=0.8, curve=(CurvePoint(2.5, 0.5, 0.8, 0.5, 0.8),),
    seconds=9.0, peak_memory=1.0, stopped=False, at_epoch_cap=True, weights="",
)  # fmt: skip


def test_a_model_is_timed_once_for_all_runs_of_its_shape(tmp_path: Path) -> None:
    plan = resolve(
        Settings(question=QuestionSettings(budgets=1), answer=AnswerSettings(replicates=2))
    )
    store, work = FileStore(tmp_path / "study.db"), ConfirmationWork(plan, RunFolder(tmp_path))
    study = open_confirmation(store, plan)
    queue = Queue(study, store, "me")
    lstm = plan.space.narrowest(Cell.LSTM)
    for number, rate in enumerate((0.001, 0.002), start=1):
        shapes: dict[Cell, Candidate] = {
            Cell.LSTM: replace(lstm, learning_rate=rate, recurrent_dropout=rate),
            Cell.GRU: plan.space.narrowest(Cell.GRU),
        }
        queue.enqueue(confirmation_slots(given(shapes, plan, number), plan))
    told = []
    for number in range(8):
        trial = queue.ask()
        assert trial is not None
        job = work.job(trial)
        told.append((job.training.candidate.cell, job.speed))
        speed = job.speed or Speed(epoch=1.0 + number, inference=10.0 + number)
        work.finish(
            queue,
            trial,
            Score(training=RESULT, test_accuracy=0.7, correct="", confusion="", speed=speed),
        )
    first = {Cell.LSTM: Speed(1.0, 10.0), Cell.GRU: Speed(2.0, 11.0)}
    assert told == [
        (cell, first[cell] if number >= 2 else None)
        for number, cell in enumerate([Cell.LSTM, Cell.GRU] * 4)
    ]
    found = study.get_trials(deepcopy=False)[-1].user_attrs
    assert found[attrs.TRAINING_SECONDS] == 2.0 * 2.5  # of an epoch, and epochs
    assert found[attrs.INFERENCE] == 11.0
    assert (study.best_value, found[attrs.TEST_ACCURACY]) == (0.5, 0.7)  # no best of test scores
    assert (found[attrs.EPOCHS], found[attrs.AT_EPOCH_CAP]) == (2.5, True)


def test_runs_of_what_had_won_with_less_effort_say_so() -> None:
    plan = resolve(Settings(question=QuestionSettings(budgets=1)))
    chosen = given({cell: plan.space.narrowest(cell) for cell in plan.cells}, plan, 1)
    winners = chosen.budgets[0].winners
    lstm = winners["lstm"]
    other = replace(lstm, candidate=replace(lstm.candidate, learning_rate=0.5))
    effort = (EffortWinners(2, {**winners, "lstm": other}), EffortWinners(6, winners))
    slots = confirmation_slots(replace(chosen, effort=effort), plan)
    told = [slot.attributes.get(attrs.AFTER_TRIALS) for slot in slots]
    assert told == [None] * (len(slots) - 1) + [2]
    assert slots[-1].attributes[attrs.CELL] == "lstm"
