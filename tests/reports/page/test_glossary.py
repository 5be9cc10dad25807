import re

from reports.page.glossary import glossary, link_terms


def test_terms_are_linked_once_a_section_and_text_stays_text() -> None:
    seed = '<a class="term" href="#term-seed">seed</a>'
    assert link_terms("<section ><p>a seed, two\nseeds &amp; &lt;b&gt;</p><p>another seed</p>") == (
        f"<section ><p>a {seed}, two seeds &amp; &lt;b&gt;</p><p>another seed</p>"
    )
    assert link_terms("<section ><p>seed</p><section ><p>seed</p>").count(seed) == 2
    assert link_terms('<td>seed</td><p class="verdict">seed</p>').count(seed) == 0
    assert link_terms('<p>0.5 points of <b title="seed">test\naccuracy</b></p>') == (
        '<p>0.5 <a class="term" href="#term-points">points</a> of <b title="seed">'
        '<a class="term" href="#term-validation">test accuracy</a></b></p>'
    )


def test_nothing_of_a_link_is_linked_again() -> None:
    told = link_terms("<p>the search for the best validation accuracy of a confirmed seed</p>")
    assert re.sub("<a [^>]*>|</a>", "", told).count("<") == 2
    assert len(re.findall("<a ", told)) == told.count("</a>") == 4


def test_every_term_can_be_linked() -> None:
    for term in glossary():
        assert re.compile(term.words)
        assert re.fullmatch(r"[a-z-]+", term.key)
