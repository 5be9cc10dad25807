"""What was decided is stored before the first training, and stays: simulated trainings."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from reports.comparison.declaration import declaration
from reports.comparison.looks import look_levels
from reports.exports.summary import summary
from reports.findings.answer import answer
from reports.page import method
from study.errors import UserError
from study.phases.registration import register, registrations
from study.pipeline import run_study
from study.question.flag_values import Searches
from study.question.sampler_name import SamplerName
from study.runs.health import Finding, Health, examine
from tests.support.simulated.stubs import SilentReporter
from tests.support.simulated.studies import run, settings, study_of

pytestmark = pytest.mark.usefixtures("simulated")


@pytest.fixture(scope="module")
def planned(texts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of runs with a study of two searches; not to change."""
    folder = tmp_path_factory.mktemp("planned")
    run(settings(texts, folder))
    return folder


def of_plan(folder: Path) -> Finding:
    (found,) = [each for each in examine(folder, None, SilentReporter()) if each.check == "plan"]
    return found


def test_the_plan_is_stored_before_the_first_training(texts: Path, planned: Path) -> None:
    archive = run(settings(texts, planned))  # nothing is left to do, and nothing to store
    record = archive.record()
    (plan,) = record.registrations
    text = archive.folder.plan(1).read_bytes()
    assert hashlib.sha256(text).hexdigest() == plan.sha256
    assert plan.trainings == 0
    told = json.loads(text)
    assert told["data"]["fingerprint"] == archive.plan.dataset.fingerprint
    assert told["cells"] == list(record.cells)
    assert told["budgets"] == list(record.limits)
    assert told["searches"] == {"least": 2, "most": 2}
    assert told["settings"]["margin"] == told["verdict"]["margin_points"] == 0.5
    assert told["verdict"]["looks"] == [{"searches": 2, "level": 0.05}]
    assert str(texts) not in text.decode()
    assert record.begun is not None
    assert record.begun.astimezone() >= plan.stored
    (of_summary,) = summary(record, answer(record))["plans"]
    assert of_summary["sha256"] == plan.sha256
    (of_page,) = method.plans(record)
    assert plan.sha256 in of_page
    assert "before the first training" in of_page


def test_a_plan_can_be_registered_and_the_study_goes_on_with_it(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = settings(texts, tmp_path, quiet=False, json=True, register=True)
    assert run_study(asked, SilentReporter()) == 0
    told = json.loads(capsys.readouterr().out)
    before = Path(told["plan"]).read_bytes()
    assert told["sha256"] == hashlib.sha256(before).hexdigest()
    assert not study_of(asked).search().trials
    archive = run(settings(texts, tmp_path))
    (plan,) = archive.record().registrations
    assert (plan.sha256, plan.trainings) == (told["sha256"], 0)
    assert Path(told["plan"]).read_bytes() == before
    # Before the first training other versions change the plan; afterwards they are history.
    others = {**archive.record().environment, "keras": "0.0"}
    monkeypatch.setattr("study.phases.identity.environment", lambda: others)
    assert len(run(settings(texts, tmp_path)).record().registrations) == 1
    later = run(settings(texts, tmp_path, study_name="later", searches=Searches(1, 1)))
    assert json.loads(later.record().registrations[0].text)["versions"]["keras"] == "0.0"


def test_a_plan_says_what_names_stand_for(texts: Path, tmp_path: Path, planned: Path) -> None:
    archive = study_of(settings(texts, planned))
    (plan,) = archive.record().registrations
    told = json.loads(plan.text)
    rate = archive.plan.space.ranges["learning_rate"]
    assert told["space"]["learning_rate"] == {"low": rate.low, "high": rate.high, "log": rate.log}
    assert {"keras", "optuna", told["backend"]} == set(told["versions"])
    for limit, sizes in told["matching"]["sizes"].items():
        for search in archive.record().searches:
            (there,) = [each for each in search.budgets if each.limit == int(limit)]
            assert {cell: one["parameters"] for cell, one in sizes.items()} == there.counts
    other = settings(texts, tmp_path, pruning=False, sampler=SamplerName.RANDOM, register=True)
    assert run_study(other, SilentReporter()) == 0
    told = json.loads(study_of(other).folder.plan(1).read_text())
    assert told["pruning"] == "none"
    assert "uniform random" in told["sampling"]


def test_a_plan_of_an_earlier_version_stays_in_force(
    texts: Path, planned: Path, tmp_path: Path
) -> None:
    runs = Path(shutil.copytree(planned, tmp_path / "runs"))
    archive = study_of(settings(texts, runs))
    study = archive.search()
    (plan,) = registrations(study)
    told = json.loads(plan.text)
    for name in ("space", "sampling", "pruning", "winner", "matching", "versions"):
        del told[name]
    study.set_user_attr("plan 1", {**study.user_attrs["plan 1"], "text": json.dumps(told)})
    assert len(register(study, archive.store, plan.text, 9)) == 1
    told["settings"]["margin"] = 1.0
    study.set_user_attr("plan 1", {**study.user_attrs["plan 1"], "text": json.dumps(told)})
    assert len(register(study, archive.store, plan.text, 9)) == 2


def test_a_change_is_one_more_plan_beside_the_first(
    texts: Path, planned: Path, tmp_path: Path
) -> None:
    runs = Path(shutil.copytree(planned, tmp_path / "runs"))
    archive = run(settings(texts, runs, searches=Searches(3, 4)))
    first, second = archive.record().registrations
    assert archive.folder.plan(1).read_bytes() == first.text.encode()
    assert archive.folder.plan(2).read_bytes() == second.text.encode()
    assert second.trainings > 0
    looks = json.loads(second.text)["verdict"]["looks"]
    assert [look["searches"] for look in looks] == [2, 3, 4]
    assert looks[0]["level"] == 0.05
    assert of_plan(archive.folder.path).health is Health.OK


def test_the_doctor_sees_a_plan_that_is_not_as_stored(planned: Path, tmp_path: Path) -> None:
    runs = Path(shutil.copytree(planned, tmp_path / "runs"))
    (folder,) = runs.iterdir()
    before = (folder / "plan.json").read_bytes()
    (folder / "plan.json").write_bytes(before.replace(b'"margin": 0.5', b'"margin": 0.1'))
    found = of_plan(folder)
    assert found.health is Health.REPAIRABLE
    assert "plan.json" in found.detail
    assert found.repaired().health is Health.OK
    assert (folder / "plan.json").read_bytes() == before


def test_a_refused_command_stores_no_plan(texts: Path, planned: Path, tmp_path: Path) -> None:
    runs = Path(shutil.copytree(planned, tmp_path / "runs"))
    asked = settings(texts, runs, n_trials=16)
    with pytest.raises(UserError, match="none of 16"):
        run(asked)
    archive = run(settings(texts, runs))
    assert len(archive.record().registrations) == 1
    assert not archive.folder.plan(2).exists()
    changed = replace(asked, question=replace(asked.question, margin=1.0))
    with pytest.raises(UserError, match="margin"):
        run(changed)
    assert not archive.folder.plan(2).exists()


def test_all_looks_of_a_plan_have_their_levels() -> None:
    looks = declaration(0.005, 2, 4, ())["looks"]
    assert [look["searches"] for look in looks] == [2, 3, 4]
    assert [look["level"] for look in looks] == pytest.approx(look_levels(2, 4), abs=1e-6)
