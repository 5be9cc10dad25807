import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from study.datasets.dataset import Dataset, DatasetSpec
from study.datasets.description import describe
from study.datasets.facts import ClassCount, DatasetFacts, Lengths, Origin
from study.datasets.level import Level
from study.datasets.metric import Metric
from study.datasets.prepare import prepare
from study.datasets.warnings import warnings

FACTS = DatasetFacts(
    origin=Origin("films.csv", 5_000, "lines"),
    given=(),
    level="word",
    sequence_length=100,
    classes=(ClassCount("bad", 1_600, 400, 500), ClassCount("good", 1_600, 400, 500)),
    lengths=Lengths(80, 300, 1_000),
    cut=0.3,
    unknown=0.02,
    lone_unknown=0.0,
    digits=0.0,
    repeated=0,
    copied=0,
)


def prepared(folder: Path, rows: Sequence[tuple[str, ...]], **settings: object) -> Dataset:
    columns = ["text", "label", "split"][: len(rows[0])]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "a.csv", index=False)
    return prepare(
        DatasetSpec(str(folder / "a.csv"), **settings),  # type: ignore[arg-type]
        folder / "cache",
    )


def test_facts_of_a_table(tmp_path: Path) -> None:
    rows = [("the film", "bad", "train")] * 5 + [("the  film", "good", "train")] * 10
    rows += [(f"film {number} is good", "good", "train") for number in range(10)]
    rows += [("the film", "bad", "test"), ("seen twice\nor more", "good", "test")]
    facts = prepared(tmp_path, rows, sequence_length=3).facts
    assert facts.origin == ("a.csv", 28, "lines", ())  # one text takes two
    assert facts.given == ("train", "test")
    assert facts.classes == (ClassCount("bad", 4, 1, 1), ClassCount("good", 16, 4, 1))
    assert facts.lengths == (2, 4, 4)
    assert facts.cut == pytest.approx(11 / 27)
    assert facts.unknown == pytest.approx(3 / 5)  # twice, or, more
    assert (facts.repeated, facts.copied) == (13, 1)
    assert facts.majority.name == "good"
    assert facts.majority_baseline(Metric.ACCURACY) == 0.5


def test_facts_are_stored_with_the_entry(tmp_path: Path) -> None:
    rows = [(f"{label} {number}", label) for number in range(9) for label in ("no", "yes")]
    first = prepared(tmp_path, rows)
    again = prepared(tmp_path, rows)
    assert again.facts == first.facts
    assert again.facts is not first.facts
    assert DatasetFacts.from_json(first.facts.to_json()) == first.facts
    (first.folder / "facts.json").write_text("{}")
    assert prepared(tmp_path, rows).facts == first.facts


def test_equal_texts_stay_on_one_side_of_every_split(tmp_path: Path) -> None:
    rows = [(f"{label} {number}", label) for label in ("no", "yes") for number in range(10)] * 20
    dataset = prepared(tmp_path, rows)
    assert dataset.facts.copied == 0
    assert dict(dataset.sizes) == {"train": 280, "validation": 40, "test": 80}
    splits = [*dataset.training(), dataset.test()]
    for parts in (splits, [*dataset.resplit(3), dataset.test()]):
        texts = [{row.tobytes() for row in part.inputs} for part in parts]
        assert len(set.union(*texts)) == sum(map(len, texts)) == 20


def test_a_split_that_is_given_is_only_counted(tmp_path: Path) -> None:
    rows = [(f"{label} {n}", label, split) for split in ("train", "test") for n in range(10)
            for label in ("no", "yes")]  # fmt: skip
    facts = prepared(tmp_path, rows).facts
    assert (facts.repeated, facts.copied, facts.test) == (0, 20, 20)


def test_a_sound_data_set_is_warned_of_nothing() -> None:
    assert warnings(FACTS, Metric.ACCURACY, 0.05) == []
    assert describe(FACTS, Metric.ACCURACY)["Splits"].endswith("equal texts on one side.")


@pytest.mark.parametrize(
    ("changes", "margin", "expected"),
    [
        (
            {"classes": (ClassCount("ham", 90, 10, 90), ClassCount("spam", 9, 1, 10))},
            0.05,
            "90.0 % of the test split are of the class 'ham'.* --metric balanced-accuracy",
        ),
        ({}, 0.01, "standard error .* is 1.58 points; with 2,500 it would equal the margin"),
        ({"copied": 7}, 0.05, "7 of 1,000 test examples have a text that stands in training"),
        (
            {"classes": (ClassCount("Pos", 50, 5, 50), ClassCount("pos", 50, 5, 50))},
            0.1,
            "'Pos' and 'pos' are 2 classes that differ by upper and lower case",
        ),
        ({"lone_unknown": 0.2}, 0.05, "20.0 % .* one unknown token, .* --level character"),
        ({"lone_unknown": 0.2, "level": "character"}, 0.05, "the same script"),
        ({"digits": 0.9}, 0.05, "90.0 % of the texts are mostly digits"),
        (
            {"origin": Origin("films", 9, "files", ("more", "train/unsup"))},
            0.05,
            "more, train/unsup in films: left out",
        ),
    ],
)
def test_what_would_mislead_is_said_in_a_sentence(
    changes: dict[str, object], margin: float, expected: str
) -> None:
    facts = replace(FACTS, **changes)  # type: ignore[arg-type]
    (warning,) = warnings(facts, Metric.ACCURACY, margin)
    assert re.search(expected, warning)


def test_the_number_of_examples_that_would_do_does() -> None:
    enough = (ClassCount("bad", 9, 9, 1_250), ClassCount("good", 9, 9, 1_250))
    assert warnings(replace(FACTS, classes=enough), Metric.ACCURACY, 0.01) == []


def test_where_classes_count_alike_unequal_numbers_mislead_by_their_noise_alone() -> None:
    classes = (ClassCount("ham", 9_000, 900, 9_900), ClassCount("spam", 100, 10, 100))
    facts = replace(FACTS, classes=classes)
    balanced = Metric.BALANCED_ACCURACY
    assert facts.majority_baseline(balanced) == 0.5
    told = describe(facts, balanced)["Majority baseline"]
    assert (
        told == "50.0 % balanced accuracy for always answering ham, the most frequent in training."
    )
    assert warnings(facts, balanced, 0.03) == []
    (warning,) = warnings(facts, balanced, 0.02)
    # Var((p + q) / 2) = (1/9900 + 1/100) p (1 - p) / 4 at p = q = 1/2
    assert "standard error of one balanced accuracy at the majority baseline is 2.51" in warning
    assert "with 15,783 it would equal the margin" in warning
    enough = [replace(facts, classes=(classes[0], classes[1]._replace(test=n))) for n in (158, 160)]
    assert [len(warnings(one, balanced, 0.02)) for one in enough] == [1, 0]


def test_numbers_and_words_without_blanks_are_noticed(tmp_path: Path) -> None:
    drawn = np.random.default_rng(0).integers(10**8, size=(40, 2)).tolist()
    rows = [(f"{a} {-b / 1000}", "no" if a < b else "yes") for a, b in drawn]
    assert prepared(tmp_path, rows).facts.digits == 1
    rows = [(f"no{'abc'[n % 3]}{a}x{b}", "ny"[n % 2]) for n, (a, b) in enumerate(drawn)]
    facts = prepared(tmp_path, rows).facts
    assert facts.lone_unknown == 1
    assert prepared(tmp_path, rows, level=Level.CHARACTER).facts.lone_unknown == 0


def test_texts_without_blanks_have_more_than_one_token(tmp_path: Path) -> None:
    drawn = np.random.default_rng(0).integers(0x4E00, 0x4E40, size=(60, 9)).tolist()
    rows = [("".join(map(chr, row)), "ny"[n % 2]) for n, row in enumerate(drawn)]
    dataset = prepared(tmp_path, rows)
    assert dataset.facts.lengths == (9, 9, 9)
    assert dataset.facts.lone_unknown == 0
    assert '"words": "unicode"' in dataset.vocabulary_file.read_text()
    known = dataset.encode([rows[0][0]])[0, -9:]
    assert (known > 3).all()


def test_many_classes_are_not_all_listed() -> None:
    many = tuple(ClassCount(f"c{number}", 100 - number, 10, 10) for number in range(50))
    told = describe(replace(FACTS, classes=many, given=("train", "test")), Metric.ACCURACY)
    assert told["Classes"].startswith("c0 110 + 10, c1 109 + 10")
    assert told["Classes"].endswith("c19 91 + 10, and 30 more (training and validation + test).")
    assert told["Splits"].endswith(
        "given by the data: train, test; drawn from training: validation."
    )
