import pytest

from reports.paper.tex import letters, tex, wrapped


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (r"a_b & 50 % of $3 {x} ~^\#", r"a\_b \& 50\,\% of \$3 \{x\} \textasciitilde{}"
         r"\textasciicircum{}\textbackslash{}\#"),
        ("\N{MINUS SIGN}0.5 \N{PLUS-MINUS SIGN} 1", r"$-$0.5 $\pm$ 1"),
        ("well-known --dataset", "well-known -{}-dataset"),
        ("Gödel Škvorecký", r"G\"{o}del \v{S}kvoreck\'{y}"),
        ("中", r"\isoUnicode{中}{U+4E2D}"),
        ("a\nb\u202ec", r"a b\textbackslash{}u202ec"),
    ],
)  # fmt: skip
def test_what_means_something_in_latex_is_escaped(text: str, written: str) -> None:
    assert tex(text) == written


def test_commands_have_names_of_letters() -> None:
    assert letters("GRU (reset before)") == "GRUResetBefore"
    assert letters("MyCell2") == "MyCellTwo"


def test_lines_break_at_blanks_only() -> None:
    text = " ".join(["word"] * 60)
    assert wrapped(text).replace("\n", " ") == text
    assert max(map(len, wrapped(text).splitlines())) <= 100
