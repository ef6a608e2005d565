"""Narrative: blocks of text, whatever mark-up crosses them."""

import pytest

from veil.formats.xml_narrative import CDA, XHTML, blocks_of
from veil.formats.xmltext import cuts
from veil.formats.xmltree import read_tree


def blocks(inner, markup=CDA, root="text"):
    tree = read_tree(f"<{root}>{inner}</{root}>", "file")
    return [(tree.elements[block.element].local, block.value.value) for block in blocks_of(tree, 0, markup)]


def texts(inner, markup=CDA, root="text"):
    return [value for _, value in blocks(inner, markup, root) if value]


@pytest.mark.parametrize(
    "inner",
    [
        "Keith Bier<content>mann</content>",
        "Keith <content styleCode='Bold'>Bier</content>mann",
        "<content>Keith Bi<content>er</content></content>mann",
        "Keith Bier<!-- -->mann",
        "Keith Bier<![CDATA[mann]]>",
        "Keith <sub>Bier</sub>mann",
    ],
)
def test_a_name_that_crosses_markup_is_one_word(inner):
    assert texts(inner) == ["Keith Biermann"]
    assert blocks(f"<paragraph>{inner}</paragraph>") == [("text", ""), ("paragraph", "Keith Biermann"), ("text", "")]


def test_each_block_is_a_text_of_its_own():
    inner = (
        "<table><caption>c</caption><thead><tr><th>h</th></tr></thead><tbody><tr><td>d<br/>e</td></tr></tbody></table>"
    )
    assert texts(inner) == ["c", "h", "d\ne"]
    assert texts("<list><caption>c</caption><item>a<list><item>b</item></list>z</item></list>") == ["c", "a", "b", "z"]
    assert texts("a<footnote>f</footnote>b<renderMultiMedia><caption>m</caption></renderMultiMedia>c") == list("afbmc")


def test_a_block_has_as_many_texts_whether_they_are_empty_or_not():
    assert len(blocks("a<paragraph>b</paragraph>c")) == len(blocks("<paragraph></paragraph>"))
    assert [name for name, _ in blocks("<list><item/></list>")] == ["text", "item", "text"]


def test_text_in_a_frame_is_not_lost():
    assert blocks("<list>Ada Stone<item>x</item></list>") == [
        ("text", ""),
        ("list", "Ada Stone"),
        ("item", "x"),
        ("text", ""),
    ]


def test_html_is_read_by_its_own_blocks():
    assert texts("<p>Keith Bier<b>mann</b></p><ul><li>a</li></ul><h1>t</h1>", XHTML, "div") == [
        "Keith Biermann",
        "a",
        "t",
    ]
    assert texts("one<br />two", XHTML, "div") == ["one\ntwo"]


def test_a_span_over_markup_is_put_back_into_its_nodes():
    text = "<text>Keith Bier<content>mann</content><br/>!</text>"
    tree = read_tree(text, "file")
    (block,) = blocks_of(tree, 0, CDA)
    for low, high, new in sorted(cuts(block.value.runs, 6, 15, "Stone & Hall"), reverse=True):
        text = text[:low] + new + text[high:]
    assert text == "<text>Keith Stone &amp; Hall<content></content>!</text>"


def test_what_is_no_part_of_a_narrative_has_no_text_in_it():
    assert texts("a<script>x</script>b<odd>y<p>z</p></odd>c", XHTML, "div") == ["abc"]
    assert texts("a<br>Ada</br>c") == ["aAdac"]
    assert XHTML.knows("strong")
    assert not XHTML.knows("script")
