"""Cuts of XML: how changed, emptied and removed elements are put back into a document of FHIR."""

from __future__ import annotations

from collections.abc import Sequence

from veil.formats.fhir.nodes import ABSENT, MASKED, Node
from veil.formats.fhir.references import ASIDE, NO_ID, ReferencePiece, gone, is_in_pieces
from veil.formats.fhir.resources import ValueChange
from veil.formats.fhir.xml_nodes import NOWHERE, XmlPlace, XmlResource
from veil.formats.jsontext import TextCut
from veil.formats.xmltext import cuts, written
from veil.model import Splice

_MASK = '<{0}extension url="{1}"><{0}valueCode value="{2}"/></{0}extension>'


def xml_cuts(resource: XmlResource, changes: Sequence[ValueChange]) -> list[TextCut]:
    """The changes of one document as cuts of its text, in order; none lies in another.

    Keeps:   a value that is emptied leaves the standard's own mark behind, for no element of FHIR may be empty; an element
             of which nothing is left goes.
    """
    work = _XmlCutting(resource)
    for change in changes:
        work.change(change)
    return work.done()


class _XmlCutting:
    """The cuts so far. Shape: `gone`: the parts of each element that go, by their start; `emptied`: primitives that lose their value."""

    def __init__(self, resource: XmlResource) -> None:
        self._resource, self._tree = resource, resource.tree
        self._gone: dict[int, set[int]] = {}
        self._emptied: list[XmlPlace] = []
        self._cuts: list[TextCut] = []

    def change(self, change: ValueChange) -> None:
        value, node = change.value, change.value.node
        place: XmlPlace = node.place
        piece = value.piece
        if value.is_opaque:
            self._take(place)
        elif node.value is None:
            return  # it has no value: what stands beside it goes by its own rule
        elif piece is not None and piece.kind in ASIDE and not change.new:
            self._put(place, "", [Splice(*gone(*piece), "")])
        elif change.is_removed and not (piece is not None and is_in_pieces(node.value)):
            self._remove(place)
        elif not change.new:
            self._lose(node, piece)
        elif piece is not None:
            self._put(place, "", [Splice(piece.start, piece.end, change.new)])
        else:
            self._put(place, change.new, change.spans)

    def _take(self, place: XmlPlace) -> None:
        self._cuts += [TextCut(start, end, "") for start, end in place.stretches]
        self._goes(place.parent, place.stretches[0][0])

    def _goes(self, element: int, start: int) -> None:
        if element != NOWHERE:
            self._gone.setdefault(element, set()).add(start)

    def _remove(self, place: XmlPlace) -> None:
        """A value goes, and its element too where nothing else stands in it."""
        attribute = place.attribute
        if attribute is None or place.element == NOWHERE:
            self._take(place)
        else:
            self._cuts.append(TextCut(attribute.start, attribute.end, ""))
            self._goes(place.element, attribute.start)

    def _lose(self, node: Node, piece: ReferencePiece | None) -> None:
        """A value goes; an id of a reference of which more stays gives way to the sign for none."""
        place: XmlPlace = node.place
        if piece is not None and is_in_pieces(node.value or ""):
            self._put(place, "", [Splice(piece.start, piece.end, NO_ID)])
        elif place.attribute is None or place.element == NOWHERE:
            self._take(place)
        else:
            self._emptied.append(place)

    def _put(self, place: XmlPlace, new: str, spans: Sequence[Splice]) -> None:
        attribute = place.attribute
        if attribute is None:  # mark-up stands there as it is
            start, end = place.stretches[0]
            own = spans or [Splice(0, end - start, new)]
            self._cuts += [TextCut(start + span.start, start + span.end, span.replacement, span.label) for span in own]
            return
        found = self._tree.value(attribute)
        if not found.value:
            self._cuts.append(TextCut(attribute.low, attribute.high, written(new, "attribute")))
            return
        for span in spans or [Splice(0, len(found.value), new)]:
            for piece in cuts(found.runs, span.start, span.end, span.replacement):
                self._cuts.append(TextCut(*piece, span.label))

    def done(self) -> list[TextCut]:
        self._spread()
        for place in self._emptied:
            self._empty(place)
        found: list[TextCut] = []
        for cut in sorted(self._cuts, key=lambda edge: (edge.start, -edge.end)):
            if not found or cut.start >= found[-1].end:
                found.append(cut)
        return found

    def _spread(self) -> None:
        """An element that holds nothing any more goes too; what is inside comes after what holds it."""
        for number in range(len(self._tree.elements) - 1, 0, -1):
            orders = self._gone.get(number, ())
            if orders and number not in self._resource.fixed and len(orders) >= self._resource.parts[number]:
                element = self._tree.elements[number]
                self._cuts.append(TextCut(element.start, element.end, ""))
                self._goes(element.parent, element.start)

    def _empty(self, place: XmlPlace) -> None:
        """A value goes, and its element stays, with the standard's mark that it is masked where nothing else stands in it."""
        if place.attribute is not None:
            self._cuts.append(TextCut(place.attribute.start, place.attribute.end, ""))
        element, taken = self._tree.elements[place.element], self._gone.get(place.element, ())
        if any(self._tree.elements[child].start not in taken for child in element.children):
            return
        prefix, colon, _ = element.name.rpartition(":")
        mask = _MASK.format(prefix + colon, ABSENT, MASKED)
        if element.inner == element.end:  # <gender value="female"/>
            self._cuts.append(TextCut(element.end - 2, element.end, f">{mask}</{element.name}>"))
        else:
            self._cuts.append(TextCut(element.inner_end, element.inner_end, mask))
