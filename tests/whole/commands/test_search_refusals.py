"""What `python -m study.search` refuses, in one sentence, and leaves as it was."""

from pathlib import Path

import pytest

from study.search import app
from tests.support.commands import ROOT, call, run_module, small_study


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--frobnicate"], "Unknown option"),
        (["--epochs", "0"], "Must be >= 1"),
        (["--epochs", "1.5"], "1.5"),
        (["--replicates", "1.5"], "1.5"),
        (["--replicates", "1001"], "Must be <= 1000"),
        (["--budget-scope", "house"], "Choose from"),
        (["--max-params", "30"], "No LSTM fits a budget of"),
        (["--dataset", "nowhere.csv"], "nowhere.csv"),
        (["--study-name", "a/b"], "slashes"),
        (["--study-name", "a\x07b"], "printable"),
        (["--study-name", ".."], "printable"),
        (["--cells", "gru", "gru"], "two or more different cells"),
        (["--searches", "5..2"], "the least and the most"),
        (["--n-trials", "7"], "but 7 was given. Choose"),
        (["--config", "nowhere.toml"], "from a TOML file, but nowhere.toml does not exist"),
        (["--config", "."], "from a TOML file, but . is no file"),
        (["--seed", "x"], "--seed takes a whole number, but 'x' was given"),
        (["--n-trials", "1.5"], "--n-trials takes a whole number, but '1.5' was given"),
        (["--margin", "half"], "--margin takes a number, but 'half' was given"),
        (["--quiet=maybe"], "--quiet takes true or false, but 'maybe' was given"),
        (["--epochs"], "--epochs takes a value, but none was given"),
        (["data.csv"], "Data are given by a flag: --dataset data.csv"),
        (["--config", str(ROOT / "LICENSE")], "is not"),
        (["--storage", "somewhere"], "--storage takes"),
        (["--storage", "foo://host", "--dry-run"], "another kind of URL was given (foo)"),
        (["--storage", "sqlite:////no/dir/x.db", "--dry-run"], "/no/dir does not exist"),
        (["--budgets", "16"], "lower --budgets"),
        (["--label-column", "mood"], "mood"),
    ],
)
def test_bad_input_is_one_sentence(
    flags: list[str], sentence: str, texts: Path, tmp_path: Path
) -> None:
    dataset = [] if "--dataset" in flags else ["--dataset", str(texts)]
    done = call(app, *dataset, "--output-dir", str(tmp_path / "runs"), *flags)
    assert done.returncode == 2, done.stderr
    assert sentence in done.stderr
    assert done.stderr.startswith("isoparam: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_a_mistake_in_a_settings_file_is_found_there(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("seed = 1.5\n")
    done = call(app, "--config", str(path))
    assert done.returncode == 2
    assert f"seed in {path} takes a whole number, but '1.5' was given" in done.stderr


def test_a_folder_that_cannot_be_written_is_refused(texts: Path, tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file where the folder should be")
    for more in ([], ["--dry-run"]):
        done = call(app, "--dataset", str(texts), "--output-dir", str(tmp_path / "runs"), *more)
        assert done.returncode == 2
        assert "runs is no folder. Choose another --output-dir" in done.stderr


@pytest.mark.parametrize("content", [b"not a database at all", b"SQLite format 3\0" + bytes(4096)])
def test_a_damaged_database_is_refused_and_kept(content: bytes, run: Path, texts: Path) -> None:
    (run / "study.db").write_bytes(content)
    done = call(app, *small_study(texts), "--output-dir", str(run.parent))
    assert done.returncode == 2, done.stderr
    assert "nothing was changed" in done.stderr
    assert (run / "study.db").read_bytes() == content


def test_other_settings_under_the_same_name_are_refused(run: Path, texts: Path) -> None:
    database = (run / "study.db").read_bytes()
    settings = (run / "settings.toml").read_bytes()
    flags = [*small_study(texts), "--output-dir", str(run.parent)]
    refused = call(app, *flags, "--seed", "1", "--margin", "1")
    assert refused.returncode == 2
    assert "--margin was 0.5, now 1.0; --seed was 0, now 1" in refused.stderr
    longer = call(app, *small_study(texts, n_trials=8), "--output-dir", str(run.parent))
    assert longer.returncode == 2
    assert "none of 8 can follow. Give --n-trials 4" in longer.stderr
    assert longer.stderr.count("\n") == 1
    assert (run / "study.db").read_bytes() == database
    assert (run / "settings.toml").read_bytes() == settings


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
