"""Every sampler that `--sampler` offers: within the budget, resumable, and itself."""

from importlib.util import find_spec
from itertools import product
from typing import Any

import numpy as np
import optuna
import pytest

from search_spaces import Budget, Cell, SpaceName, Task, search_space
from search_spaces.candidate import Candidate
from study.errors import UserError
from study.question.plan import require
from study.question.sampler_name import SamplerName
from study.trials import attributes as attrs
from study.trials.keras_tuner_samplers import HyperbandSampler
from study.trials.samplers import sampler_for

TASK = Task(vocabulary=30, classes=3, embedding=8)
SPACE = search_space(
    SpaceName.STANDARD, TASK, Budget(2_000), (Cell.LSTM, Cell.GRU), batch_size=32, budgets=2
)
HERE = [name for name in SamplerName if not name.needs or find_spec(name.needs)]
MODELS = {SamplerName.TPE, SamplerName.GP, SamplerName.KERAS_TUNER_BAYESIAN}


def study_of(name: SamplerName, trials: int, cells: tuple[Cell, ...] = SPACE.cells) -> Any:
    """One search: cells and budgets in turn."""
    study = optuna.create_study(direction="minimize", sampler=sampler_for(name, 3, SPACE))
    shares = list(product(SPACE.budget.ladder(2), cells))
    for slot in range(trials):
        budget, cell = shares[slot % len(shares)]
        attributes = {attrs.SLOT: slot, attrs.CELL: str(cell), attrs.BUDGET: budget.limit}
        study.enqueue_trial({"cell": str(cell)}, user_attrs={**attributes, attrs.SEARCH: 1})
    return study


def run_next(study: optuna.Study) -> Candidate:
    """A toy: dropout should be 0.4, recurrent dropout 0.1, the learning rate 0.01."""
    trial = study.ask()
    budget = Budget(trial.user_attrs[attrs.BUDGET])
    found = SPACE.suggest(trial, budget)
    assert budget.next_smaller < found.cell_parameters <= budget.limit or found.units == 1
    loss = (found.dropout - 0.4) ** 2 + (found.recurrent_dropout - 0.1) ** 2
    loss += (np.log10(found.learning_rate) + 2) ** 2 + budget.limit / 1_000
    for look, more in enumerate((0.5, 0.2, 0.0), start=1):
        trial.report(loss + more, look)
    study.tell(trial, loss)
    return found


@pytest.mark.parametrize("name", HERE)
def test_a_resumed_study_draws_what_an_uninterrupted_one_would(name: SamplerName) -> None:
    whole = study_of(name, 10, (Cell.GRU,))
    for _ in range(10):
        run_next(whole)
    resumed = study_of(name, 0)
    last = whole.trials[-1]
    resumed.add_trials(whole.trials[:-1])
    resumed.enqueue_trial({"cell": str(Cell.GRU)}, user_attrs=last.user_attrs)
    run_next(resumed)
    assert resumed.trials[-1].params == last.params


@pytest.mark.parametrize("name", [name for name in HERE if name in MODELS])
def test_what_models_goes_where_it_is_good(name: SamplerName) -> None:
    study = study_of(name, 16, (Cell.GRU,))
    found = [run_next(study) for _ in range(16)]
    errors = [abs(np.log10(chosen.learning_rate) + 2) for chosen in found]
    assert np.mean(errors[11:]) < 0.8 * np.mean(errors[:8])
    assert len({chosen.units for chosen in found}) > 8  # the sizes stay spread


def test_names_are_different_samplers() -> None:
    drawn = {}
    for name in HERE:
        study = study_of(name, 9, (Cell.GRU,))
        drawn[name] = [run_next(study).dropout for _ in range(9)]
    assert drawn[SamplerName.TPE][:8] == drawn[SamplerName.QMC][:8]
    assert len({tuple(values) for values in drawn.values()}) == len(HERE)


def test_hyperband_trains_the_best_of_three_again_and_longer() -> None:
    study = study_of(SamplerName.KERAS_TUNER_HYPERBAND, 28)
    sampler = study.sampler
    assert isinstance(sampler, HyperbandSampler)
    shares: list[float] = []
    for _ in range(28):
        run_next(study)
        shares.append(sampler._shares[study.trials[len(shares)]._trial_id])
    for first in range(4):  # cells and budgets in turn
        assert shares[first::4] == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1, 1, 1, 1 / 3])
        mine = study.trials[first::4]
        assert mine[3].params == min(mine[:3], key=lambda trial: trial.value).params
        assert len({tuple(trial.params.items()) for trial in mine}) == 6
    assert sampler.epoch_share(optuna.Trial(study, study.trials[0]._trial_id)) == 1 / 3


def test_a_module_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("study.question.plan.find_spec", lambda name: None)
    with pytest.raises(UserError, match="needs torch"):
        require(SamplerName.GP)
    require(SamplerName.TPE)
