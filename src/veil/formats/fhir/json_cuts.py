"""Cuts of JSON: how changed, emptied and removed elements are put back into a document of FHIR."""

from __future__ import annotations

from collections.abc import Sequence

from veil.formats.fhir.json_nodes import JsonGroups, JsonPlace
from veil.formats.fhir.nodes import ABSENT, MASKED, Node
from veil.formats.fhir.references import ASIDE, NO_ID, ReferencePiece, gone, is_in_pieces
from veil.formats.fhir.resources import ValueChange
from veil.formats.jsontext import TextCut, inner_cuts, taken_out, token_of
from veil.model import Splice

_MASK = f'{{"extension":[{{"url":"{ABSENT}","valueCode":"{MASKED}"}}]}}'


def json_cuts(groups: JsonGroups, changes: Sequence[ValueChange]) -> list[TextCut]:
    """The changes of one document as cuts of its text, in order; none lies in another.

    Keeps:   a value that is emptied leaves the standard's own mark behind, so that its element still stands there; an
             object or a list of which nothing is left goes with its name.
    """
    work = _Cutting(groups)
    for change in changes:
        work.change(change)
    return work.done()


class _Cutting:
    """The cuts so far. Shape: `gone`: the members of each group that go; `emptied`: primitives that lose their value."""

    def __init__(self, groups: JsonGroups) -> None:
        self._groups = groups
        self._gone: dict[int, set[int]] = {}
        self._emptied: list[Node] = []
        self._cuts: list[TextCut] = []

    def change(self, change: ValueChange) -> None:
        value, node = change.value, change.value.node
        place: JsonPlace | None = node.place
        piece = value.piece
        if value.is_opaque:
            for own in (place, node.aside):
                self._take(own)
        elif place is None:
            return
        elif piece is not None and piece.kind in ASIDE and not change.new:
            self._inner(place, *gone(*piece), "")
        elif change.is_removed and not (piece is not None and is_in_pieces(node.value or "")):
            self._take(place)
        elif not change.new:
            self._lose(node, piece)
        elif piece is not None:
            self._inner(place, piece.start, piece.end, change.new)
        else:
            self._put(place, change.new, change.spans)

    def _lose(self, node: Node, piece: ReferencePiece | None) -> None:
        """A value goes; an id of a reference of which more stays gives way to the sign for none."""
        if piece is not None and is_in_pieces(node.value or ""):
            self._inner(node.place, piece.start, piece.end, NO_ID)
        else:
            self._emptied.append(node)

    def _put(self, place: JsonPlace, new: str, spans: Sequence[Splice]) -> None:
        token = self._groups.text[place.start : place.end]
        if spans and token.startswith('"'):
            self._cuts += inner_cuts(token, place.start, [TextCut(*span) for span in spans])
        else:
            self._cuts.append(TextCut(place.start, place.end, token_of(new, token)))

    def _inner(self, place: JsonPlace, start: int, end: int, new: str) -> None:
        token = self._groups.text[place.start : place.end]
        self._cuts += inner_cuts(token, place.start, [TextCut(start, end, new)])

    def _take(self, place: JsonPlace | None) -> None:
        if place is not None and place.group >= 0:
            self._gone.setdefault(place.group, set()).add(place.order)

    def done(self) -> list[TextCut]:
        self._spread()
        for node in self._emptied:
            self._empty(node)
        for number, orders in self._gone.items():
            self._cuts += self._removals(number, orders)
        found: list[TextCut] = []
        for cut in sorted(self._cuts, key=lambda edge: (edge.start, -edge.end)):
            if not found or cut.start >= found[-1].end:
                found.append(cut)
        return found

    def _spread(self) -> None:
        """What holds nothing any more goes too; what is inside comes after what holds it."""
        for number in range(len(self._groups.groups) - 1, -1, -1):
            group, orders = self._groups.groups[number], self._gone.get(number)
            if orders is None or group.parent < 0 or number in self._groups.rows:
                continue
            left = len(group.bounds) - len(orders)
            left -= number in self._groups.urls and self._groups.urls[number] not in orders
            if number in self._groups.asides:
                left -= sum(self._is_null(number, order) for order in set(range(len(group.bounds))) - orders)
            if left <= 0:
                self._gone.setdefault(group.parent, set()).add(group.order)

    def _is_null(self, number: int, order: int) -> bool:
        return self._groups.text[slice(*self._groups.groups[number].bounds[order])] == "null"

    def _empty(self, node: Node) -> None:
        """A value goes, and its element stays: in a list as null, else with the standard's mark that it is masked."""
        place: JsonPlace = node.place
        aside: JsonPlace | None = node.aside
        if not self._groups.groups[place.group].is_object:
            self._cuts.append(TextCut(place.start, place.end, "null"))
        elif aside is None or aside.order in self._gone.get(aside.group, ()):
            self._cuts.append(TextCut(place.member, place.end, f'"_{node.name}":{_MASK}'))
        else:
            self._take(place)  # what stands beside it keeps its place

    def _removals(self, number: int, orders: set[int]) -> list[TextCut]:
        group = self._groups.groups[number]
        is_aligned = number in self._groups.asides and len(orders) < len(group.bounds)
        if is_aligned:
            return [TextCut(*group.bounds[order], "null") for order in orders]
        return taken_out(group.bounds, orders)
