"""XML elements: every place of a document, as the standard library's parser sees it too."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veil.errors import FormatError
from veil.formats.xml_reread import reread_document
from veil.formats.xmltext import cuts, decoded
from veil.formats.xmltree import DEEPEST, XmlText, read_tree

SPACES = 'xmlns="urn:a" xmlns:b="urn:b"'


def seen_elements(root):
    yield root
    for child in root.children:
        yield from seen_elements(child)


def is_read_alike(text):
    tree, seen = read_tree(text, "file"), list(seen_elements(reread_document(text).root))
    assert len(seen) == len(tree.elements)
    for element, other in zip(tree.elements, seen, strict=True):
        assert (element.space, element.local) == (other.name.space, other.name.local)
        values = [(item.space, item.local, tree.value(item).value) for item in element.attributes]
        assert values == [(name.space, name.local, value) for name, value in other.attributes]
        assert tree.joined(element.texts).value == other.text
    return tree


def replaced(text, value, start, end, new):
    for low, high, piece in sorted(cuts(value.runs, start, end, new), reverse=True):
        text = text[:low] + piece + text[high:]
    return text


def test_every_element_knows_its_places():
    text = f'<?xml version="1.0"?>\n<r {SPACES}><p a = "1"\n b:c=\'2\'>x<q/>y</p></r>'
    tree = is_read_alike(text)
    root, p, q = tree.elements
    assert (root.space, root.local, root.parent) == ("urn:a", "r", -1)
    assert text[p.start : p.inner] == "<p a = \"1\"\n b:c='2'>"
    assert text[p.inner : p.inner_end] == "x<q/>y"
    assert text[p.start : p.end] == "<p a = \"1\"\n b:c='2'>x<q/>y</p>"
    assert (text[q.start : q.end], q.parent, q.inner_end) == ("<q/>", 1, q.end)
    assert [text[item.start : item.end] for item in p.attributes] == [' a = "1"', "\n b:c='2'"]
    assert [(item.space, item.local, tree.raw(item)) for item in p.attributes] == [("", "a", "1"), ("urn:b", "c", "2")]
    assert [item if isinstance(item, int) else text[item.start : item.end] for item in p.content] == ["x", 2, "y"]
    assert [(number, item.name) for number, item in tree.declared] == [(0, "xmlns"), (0, "xmlns:b")]


def test_name_spaces_end_where_their_element_ends():
    tree = is_read_alike('<a xmlns="u"><b xmlns="v"><c/></b><c/><d xmlns=""/></a>')
    assert [(item.local, item.space) for item in tree.elements] == [
        ("a", "u"),
        ("b", "v"),
        ("c", "v"),
        ("c", "u"),
        ("d", ""),
    ]


@pytest.mark.parametrize(
    ("inner", "value"),
    [
        ("A&amp;B", "A&B"),
        ("&#65;&#x42;", "AB"),
        ("a<![CDATA[<b> & c]]>d", "a<b> & cd"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a&#13;b", "a\rb"),
        ("Bier<!-- x -->mann<?y z?>!", "Biermann!"),
    ],
)
def test_text_is_read_as_xml_says(inner, value):
    tree = is_read_alike(f"<r>{inner}</r>")
    assert tree.joined(tree.elements[0].texts).value == value


@pytest.mark.parametrize(
    ("written", "value"), [("a\r\n b\tc", "a  b c"), ("&quot;&#10;&apos;", "\"\n'"), ("&lt;x>", "<x>")]
)
def test_attributes_are_read_as_xml_says(written, value):
    tree = is_read_alike(f'<r a="{written}"/>')
    assert tree.value(tree.elements[0].attributes[0]).value == value


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_new_value_of_an_attribute_reads_back(quote):
    text = f"<r a={quote}x &amp; y{quote}>t</r>"
    tree = read_tree(text, "file")
    value = tree.value(tree.elements[0].attributes[0])
    new = replaced(text, value, 0, len(value.value), "\"<&>'\n\tq")
    again = read_tree(new, "file")
    assert again.value(again.elements[0].attributes[0]).value == "\"<&>'\n\tq"
    assert new.endswith(f"{quote}>t</r>")


def test_a_part_of_a_value_is_a_value_with_its_own_places():
    text = '<r a="tel:&#43;1 555">  A&amp;B </r>'
    tree = read_tree(text, "file")
    number = tree.value(tree.elements[0].attributes[0]).cut(4)
    assert number.value == "+1 555"
    assert replaced(text, number, 0, 2, "9") == '<r a="tel:9 555">  A&amp;B </r>'
    body = tree.joined(tree.elements[0].texts).stripped()
    assert body.value == "A&B"
    assert replaced(text, body, 0, 3, "C") == '<r a="tel:&#43;1 555">  C </r>'


def test_comments_and_instructions_have_places_and_the_declaration_is_none():
    text = '<?xml version="1.0"?><!-- a --><?b c?><r><!--d--></r><!--e-->'
    tree = read_tree(text, "file")
    assert [(item.kind, text[item.low : item.high].strip()) for item in tree.extras] == [
        ("comment", "a"),
        ("instruction", "b c"),
        ("comment", "d"),
        ("comment", "e"),
    ]
    assert text[tree.extras[1].start : tree.extras[1].end] == "<?b c?>"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<r><a></r>", "xml-broken"),
        ("<r>&pt;</r>", "xml-broken"),
        ('<r a="1" a="2"/>', "xml-broken"),
        ("<r/><r/>", "xml-broken"),
        ("no mark-up", "xml-broken"),
        ('<!DOCTYPE r [<!ENTITY pt "Ada Stone">]><r>&pt;</r>', "xml-doctype"),
        ("<b:r/>", "xml-prefix"),
        ('<r b:c="1"/>', "xml-prefix"),
        ("<r>" * (DEEPEST + 1) + "</r>" * (DEEPEST + 1), "xml-deep"),
    ],
)
def test_what_is_not_sound_is_refused_without_a_value(text, code):
    with pytest.raises(FormatError, match=code) as error:
        read_tree(text, "file")
    assert "Ada" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("iso-8859-1", b""),
        ("windows-1252", b""),
    ],
)
def test_the_encoding_is_that_of_the_mark_else_of_the_declaration(name, mark):
    stated = "utf-16" if name.startswith("utf-16") else name
    text = f'<?xml version="1.0" encoding="{stated}"?><r a="Müller">é</r>'
    read, encoding = decoded(mark + text.encode(name), "file")
    assert read == text
    assert mark + read.encode(encoding.name) == mark + text.encode(name)


NAMES = st.sampled_from(["a", "b", "b:c", "id", "text"])
VALUES = st.lists(st.sampled_from(["x", "é", " ", "\n", "\r\n", "&amp;", "&#65;", ">", "\U0001f600"]), max_size=4).map(
    "".join
)
INNER = st.recursive(
    st.one_of(VALUES, st.sampled_from(["<![CDATA[<&]]>", "<!--n-->", "<?p i?>"])),
    lambda inner: st.tuples(NAMES, VALUES, st.lists(inner, max_size=3)).map(
        lambda found: f'<{found[0]} k="{found[1]}">{"".join(found[2])}</{found[0]}>' if found[2] else f"<{found[0]} />"
    ),
    max_leaves=8,
)


@given(inner=st.lists(INNER, max_size=4))
@settings(max_examples=100, deadline=None)
def test_both_readers_find_the_same(inner):
    is_read_alike(f"<r {SPACES}>{''.join(inner)}</r>")


@given(inner=INNER)
@settings(max_examples=50, deadline=None)
def test_texts_tile_what_is_between_the_tags(inner):
    text = f"<r {SPACES}>{inner}</r>"
    tree = read_tree(text, "file")
    root = tree.elements[0]
    places = [
        (item.start, item.end) if isinstance(item, XmlText) else (tree.elements[item].start, tree.elements[item].end)
        for item in root.content
    ]
    assert places == sorted(places)
    assert all(root.inner <= low <= high <= root.inner_end for low, high in places)
