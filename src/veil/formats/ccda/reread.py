"""C-CDA read a second time: by the events of the standard library's parser, without a place, to compare inputs and outputs by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from veil.errors import FormatError
from veil.formats.ccda.naming import (
    INSTRUCTION,
    KNOWN_SPACES,
    NAMESPACE,
    TRIMMED,
    attribute_name,
    element_name,
    is_anchor,
    is_data,
    is_markup,
    is_narrative,
    is_whole_id,
    kind_of,
    says_how,
    skipped,
    step_of,
    text_kind,
)
from veil.formats.ccda.standard import CDA, ROOT
from veil.formats.xml_narrative import CDA as NARRATIVE
from veil.formats.xml_reread import SeenElement, reread_document
from veil.model import Batch, Field

_BLANK = " \t\r\n"
Seen = tuple[str, str | None]


def batch_again(texts: Sequence[str]) -> Batch:
    """The values of all documents, as the first reading names them. Errors: FormatError `reread`."""
    found: dict[str, tuple[list[str | None], list[int]]] = {}
    for row, text in enumerate(texts):
        for address, value in _values(text):
            values, rows = found.setdefault(address, ([], []))
            values.append(value or None)
            rows.append(row)
    fields = tuple(
        Field(address, pa.array(values, pa.large_string()), pa.array(rows, pa.int64()))
        for address, (values, rows) in found.items()
    )
    return Batch(fields, len(texts))


def _values(text: str) -> Iterator[Seen]:
    document = reread_document(text)
    root = document.root
    if (root.name.space, root.name.local) != (CDA, ROOT):
        raise FormatError("reread", "the check by a second XML reader found no clinical document")
    for kind, value in document.extras:
        yield kind, value.strip() if kind == INSTRUCTION else value
    for space in document.declared:
        if space not in KNOWN_SPACES:
            yield NAMESPACE, space
    yield from _element(root, "", "", is_foreign=False)


def _element(
    element: SeenElement, around: str, parent: str, *, is_foreign: bool, comes_again: bool = False
) -> Iterator[Seen]:
    name = element_name(element.name.space, element.name.local)
    kind = kind_of(name)
    begins_foreign = kind is None and not is_foreign
    is_foreign = is_foreign or kind is None
    pairs = [(attribute_name(key.space, key.local), value) for key, value in element.attributes]
    attributes = {key[1:]: value for key, value in reversed(pairs)}
    step = step_of(name, kind, attributes.get, comes_again=comes_again)
    path = step if is_anchor(name, parent) and not is_foreign else f"{around}/{step}"
    seen = list(_attributes(pairs, name, path, is_id=is_whole_id(kind, attributes.get)))
    if not is_foreign and is_narrative(name, parent):
        yield from seen
        yield from _markup(element, path)
        yield from _blocks(element, path, path)
        return
    what = text_kind(kind, attributes.get)
    seen += _text(element.text, what, path, attributes, is_known=kind is not None, is_foreign=is_foreign)
    locals_ = [child.name.local for child in element.children]
    for place, child in enumerate(element.children):
        again = locals_[place] in locals_[:place]
        seen += _element(child, path, name, is_foreign=is_foreign, comes_again=again)
    yield from seen or ([(path, None)] if begins_foreign else [])


def _attributes(pairs: list[tuple[str, str]], name: str, path: str, *, is_id: bool) -> Iterator[Seen]:
    for called, value in pairs:
        if not says_how(called, value):
            shown = "@extension" if called == "@root" and is_id else called
            yield f"{path}/{shown}", value[skipped(name, called, value) :]


def _text(
    text: str, what: str, path: str, attributes: dict[str, str], *, is_known: bool, is_foreign: bool
) -> Iterator[Seen]:
    is_blank = not text.strip(_BLANK)
    if not what or is_foreign:
        if not is_blank:
            yield f"{path}/text()" if is_known else path, text
    elif is_blank:
        yield path, None
    elif what == "ED" and is_data(text, attributes.get):
        yield path, None
        yield f"{path}(B64)", text
    else:
        yield path, text.strip(_BLANK) if what in TRIMMED else text


def _markup(element: SeenElement, path: str) -> Iterator[Seen]:
    """The attributes within a narrative, and what in it is no mark-up."""
    for child in element.children:
        local = child.name.local
        if not is_markup(local):
            yield f"{path}/other()", None
            continue
        pairs = [(attribute_name(key.space, key.local), value) for key, value in child.attributes]
        inner = f"{path}/{step_of(local, None, {key[1:]: value for key, value in reversed(pairs)}.get)}"
        for called, value in pairs:
            yield f"{inner}/{called}", value[skipped(local, called, value) :]
        yield from _markup(child, path)


def _blocks(element: SeenElement, path: str, narrative: str) -> Iterator[Seen]:
    """The texts of a block, each followed by those of the block behind it."""
    texts: list[str] = [""]
    inner: list[list[Seen]] = []
    _gather(element, texts, inner, narrative)
    is_frame = element.name.local in NARRATIVE.frames
    for number, text in enumerate(texts):
        is_blank = not text.strip(_BLANK)
        if not (is_frame and is_blank):
            yield path, None if is_blank else text
        yield from inner[number] if number < len(inner) else ()


def _gather(element: SeenElement, texts: list[str], inner: list[list[Seen]], narrative: str) -> None:
    for item in element.content:
        if isinstance(item, str):
            texts[-1] += item
            continue
        local = item.name.local
        if NARRATIVE.is_boundary(local):
            inner.append(list(_blocks(item, f"{narrative}/{local}", narrative)))
            texts.append("")
        elif local in NARRATIVE.breaks and not item.attributes and not item.content:
            texts[-1] += "\n"
        elif NARRATIVE.knows(local):
            _gather(item, texts, inner, narrative)
