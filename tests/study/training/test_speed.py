"""How fast a model is at its own width."""

from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest

from search_spaces.candidate import Candidate, Task
from search_spaces.cells import Cell
from study.datasets.dataset import Split
from study.training.model import build
from study.training.runners.choice import runner_for, runner_of_its_own
from study.training.speed import as_fast, measure_speed

TASK = Task(vocabulary=12, classes=3, embedding=4)
GRU = Candidate(cell=Cell.GRU, units=5, embedding=4, dropout=0.2, batch_size=64)


def split(examples: int) -> Split:
    tokens = np.random.default_rng(0).integers(0, 12, (examples, 6), np.int32)
    return Split(tokens, tokens[:, 0] % 3)


def test_an_epoch_takes_as_many_timed_steps_as_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count()
    clock = SimpleNamespace(perf_counter=lambda: next(ticks))
    monkeypatch.setattr("study.training.speed.time", clock)
    # Every pass takes one tick: 2,048 examples in 32 steps, or 100 in 2.
    assert measure_speed(GRU, TASK, (split(6500), split(100))).epoch == 102 / 32
    found = measure_speed(GRU, TASK, (split(100), split(50)))
    assert (found.epoch, found.inference) == (1, 1e6 / 50)


def test_it_is_timed_at_its_own_width() -> None:
    model = build(GRU, TASK, 6, seed=0)
    before = model.get_weights()
    padded = runner_for(model, GRU, TASK)
    padded.start()
    padded.train(split(64), np.arange(64))
    assert all(map(np.array_equal, before, model.get_weights()))  # its wide twin was trained
    own = runner_of_its_own(model, GRU)
    own.start()
    own.train(split(64), np.arange(64))
    assert not any(map(np.array_equal, before, model.get_weights()))


def test_what_is_a_number_in_a_program_does_not_make_it_slower() -> None:
    assert as_fast(GRU) == as_fast(replace(GRU, dropout=0.4, learning_rate=0.1))
    for other in (
        replace(GRU, units=6),
        replace(GRU, dropout=0.0),
        replace(GRU, recurrent_dropout=0.1),
        replace(GRU, batch_size=32),
    ):
        assert as_fast(GRU) != as_fast(other)
