"""`python -m study.search` as its users run it."""

import json
import random
import signal
import subprocess
import sys
import tomllib
from contextlib import suppress
from pathlib import Path

import optuna
import pytest

from study import attributes as names
from study.archive import read
from study.record import Status, TrialRecord
from tests.commands import ROOT, run_module, search, small_study


def results(run: Path) -> list[tuple[object, ...]]:
    record = read(run)
    trials = [(t.number, t.cell, t.candidate, t.validation_accuracy) for t in record.trials]
    runs = [(c.number, c.cell, c.candidate, c.test_accuracy) for c in record.confirmations]
    return [*trials, *runs]


def test_a_study_leaves_everything_in_its_folder(finished: Path) -> None:
    names = {path.name for path in finished.iterdir()}
    assert names >= {
        "study.db",
        "settings.toml",
        "search.log",
        "trials.csv",
        "confirmations.csv",
        "summary.json",
        "report.html",
        "charts",
        "artifacts",
        "models",
    }
    assert {path.name for path in (finished / "models").iterdir()} == {
        "lstm.keras",
        "gru.keras",
        "lstm.json",
        "gru.json",
        "vocabulary.json",
    }
    settings = tomllib.loads((finished / "settings.toml").read_text())
    assert settings["max-params"] == 900


def test_the_plan_is_complete_and_even(finished: Path) -> None:
    record = read(finished)
    assert [trial.cell for trial in record.trials] == ["lstm", "gru"] * 3
    assert all(trial.finished for trial in record.trials)
    assert all(trial.slack is not None and trial.slack <= 0 for trial in record.trials)
    assert len(record.confirmations) == 2 * 2 * 2
    assert all(run.status is Status.COMPLETE for run in record.confirmations)


def test_pairs_share_what_they_must(finished: Path) -> None:
    study = optuna.load_study(
        study_name="moods (confirmation)", storage=f"sqlite:///{finished / 'study.db'}"
    )
    seeds: dict[tuple[int, int], set[int]] = {}
    for trial in study.trials:
        attributes = trial.user_attrs
        pair = (attributes[names.RUNG], attributes[names.REPLICATE])
        seeds.setdefault(pair, set()).add(attributes[names.SEED])
    assert all(len(shared) == 1 for shared in seeds.values())
    assert len(set.union(*seeds.values())) == len(seeds)


def test_again_does_nothing_and_changes_nothing(run: Path) -> None:
    before = results(run)
    summary = json.loads((run / "summary.json").read_text())
    again = search("--config", str(run / "settings.toml"), "--output-dir", str(run.parent))
    assert again.returncode == 0, again.stderr
    assert results(run) == before
    assert json.loads((run / "summary.json").read_text()) == summary


def test_the_same_seed_gives_the_same_study(finished: Path, texts: Path, tmp_path: Path) -> None:
    done = search(*small_study(texts), "--no-confirm", "--output-dir", str(tmp_path))
    assert done.returncode == 0, done.stderr
    count = len(read(finished).trials)
    assert results(tmp_path / "moods") == results(finished)[:count]


def test_other_settings_under_the_same_name_are_refused(run: Path, texts: Path) -> None:
    database = (run / "study.db").read_bytes()
    flags = [*small_study(texts), "--output-dir", str(run.parent)]
    refused = search(*flags, "--seed", "1", "--margin", "1")
    assert refused.returncode == 2
    assert "--margin was 0.5, now 1.0; --seed was 0, now 1" in refused.stderr
    longer = search(*small_study(texts, n_trials=9), "--output-dir", str(run.parent))
    assert longer.returncode == 2
    assert "cannot grow to 9" in longer.stderr
    assert (run / "study.db").read_bytes() == database


def test_interrupted_and_resumed_three_times(texts: Path, tmp_path: Path) -> None:
    settings = small_study(texts, n_jobs=2, n_trials=10)
    flags = [*settings, "--no-confirm", "--output-dir", str(tmp_path)]
    moment = random.Random(0)
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-m", "study.search", *flags],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        process.stdout.readline()  # at least one trial is done, and then any moment
        with suppress(subprocess.TimeoutExpired):
            process.wait(moment.uniform(0, 1))
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 130, errors
        assert "python -m study.search --config" in output
        assert (tmp_path / "moods" / "report.html").exists()
        assert not [t for t in read(tmp_path / "moods").trials if t.status is Status.RUNNING]
    done = search(*flags)
    assert done.returncode == 0, done.stderr
    slots = [trial.slot for trial in read(tmp_path / "moods").trials if trial.finished]
    assert sorted(slots) == list(range(10))


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--frobnicate"], "Unknown option"),
        (["--epochs", "0"], "Must be >= 1"),
        (["--epochs", "1.5"], "1.5"),
        (["--budget-scope", "house"], "Choose from"),
        (["--max-params", "30"], "No LSTM fits a budget of 30 cell parameters"),
        (["--dataset", "nowhere.csv"], "nowhere.csv"),
        (["--study-name", "a/b"], "slashes"),
        (["--study-name", "a\x07b"], "printable"),
        (["--study-name", ".."], "printable"),
        (["--cells", "gru", "gru"], "two different cells"),
        (["--config", "nowhere.toml"], "from a TOML file"),
        (["--config", str(ROOT / "LICENSE")], "is not"),
        (["--storage", "somewhere"], "--storage takes"),
        (["--rungs", "16"], "lower --rungs"),
        (["--label-column", "mood"], "mood"),
    ],
)
def test_bad_input_is_one_sentence(
    flags: list[str], sentence: str, texts: Path, tmp_path: Path
) -> None:
    dataset = [] if "--dataset" in flags else ["--dataset", str(texts)]
    done = search(*dataset, "--output-dir", str(tmp_path / "runs"), *flags)
    assert done.returncode == 2, done.stderr
    assert sentence in done.stderr
    assert done.stderr.startswith("isoparam: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_a_folder_that_cannot_be_written_is_refused(texts: Path, tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file where the folder should be")
    done = search("--dataset", str(texts), "--output-dir", str(tmp_path / "runs"))
    assert done.returncode == 2
    assert "Choose another --output-dir" in done.stderr


@pytest.mark.parametrize("content", [b"not a database at all", b"SQLite format 3\0" + bytes(4096)])
def test_a_damaged_database_is_refused_and_kept(content: bytes, run: Path, texts: Path) -> None:
    (run / "study.db").write_bytes(content)
    done = search(*small_study(texts), "--output-dir", str(run.parent))
    assert done.returncode == 2, done.stderr
    assert "nothing was changed" in done.stderr
    assert (run / "study.db").read_bytes() == content


def test_dry_run_prints_the_plan_and_writes_nothing(texts: Path, tmp_path: Path) -> None:
    done = search(*small_study(texts), "--dry-run", "--output-dir", str(tmp_path / "runs"))
    assert done.returncode == 0, done.stderr
    assert "6 trials" in done.stdout
    assert "8 runs" in done.stdout
    assert not (tmp_path / "runs").exists()


def test_quiet_prints_nothing(run: Path) -> None:
    done = search(
        "--config", str(run / "settings.toml"), "--output-dir", str(run.parent), "--quiet"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_help_needs_neither_keras_nor_optuna() -> None:
    code = (
        "import sys\n"
        "from study.search import app\n"
        "app.help_print([])\n"
        "print([m for m in ('tensorflow', 'keras', 'optuna', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "--max-params" in done.stdout
    assert done.stdout.strip().endswith("[]")


def test_the_search_never_opens_the_test_split(texts: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    env = {"ISOPARAM_CACHE": str(cache)}
    flags = [*small_study(texts, n_trials=2), "--output-dir", str(tmp_path / "runs")]
    assert search(*flags, "--dry-run", env=env).returncode == 0
    entry = next(path for path in cache.iterdir() if path.is_dir())
    for path in entry.glob("test-*"):
        size = path.stat().st_size
        path.unlink()
        path.write_bytes(b"?" * size)  # no array any more
    done = search(*flags, "--no-confirm", env=env)
    assert done.returncode == 0, done.stderr
    assert sum(t.finished for t in read_with(cache, tmp_path / "runs" / "moods")) == 2


def read_with(cache: Path, run: Path) -> tuple[TrialRecord, ...]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ISOPARAM_CACHE", str(cache))
        return read(run).trials


def test_when_the_time_is_up_the_search_is_closed_before_it_is_confirmed(
    texts: Path, tmp_path: Path
) -> None:
    flags = [*small_study(texts, n_trials=40, rungs=1), "--output-dir", str(tmp_path)]
    done = search(*flags, "--timeout", "12")
    assert done.returncode == 0, done.stderr
    record = read(tmp_path / "moods")
    assert all(trial.finished for trial in record.trials)
    assert "not begun: the time was up" in {trial.reason for trial in record.trials}
    before = results(tmp_path / "moods")
    assert search(*flags).returncode == 0
    assert results(tmp_path / "moods")[: len(record.trials)] == before[: len(record.trials)]


def test_a_reader_that_leaves_stops_nothing(texts: Path, tmp_path: Path) -> None:
    flags = [*small_study(texts, n_trials=2), "--no-confirm", "--output-dir", str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-m", "study.search", *flags],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (0, b"")
    assert sum(trial.finished for trial in read(tmp_path / "moods").trials) == 2


def test_a_report_is_of_the_data_and_settings_the_study_was_run_with(
    run: Path, texts: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "moods.csv"
    changed.write_text("".join(texts.read_text().splitlines(keepends=True)[:-30]))
    settings = run / "settings.toml"
    settings.write_text(settings.read_text().replace(str(texts), str(changed)))
    done = run_module("reports", str(run))
    assert done.returncode == 2
    assert "--dataset was moods" in done.stderr
