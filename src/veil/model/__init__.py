"""The nouns: values without behaviour of their own, known to every room."""

from veil.model.batch import SUBJECT, Batch, Field
from veil.model.edits import REGIONS, SPANS, Edits, Exact, Splice, by_value, moved, put_back, span_table, spliced
from veil.model.elements import Elements
from veil.model.item import Item, inner_of, path_of
from veil.model.joined_batches import JoinedBatches
from veil.model.labels import SAFE_HARBOR, Label, label_of
from veil.model.mention import ABOUT, ROLES, STAFF_HOUSEHOLD, about_table, column_of
from veil.model.name_offsets import GIVEN, NameOffsets
from veil.model.owner import Known, Owner, folded
from veil.model.report import Report
from veil.model.span import Span
from veil.model.text import Text
from veil.model.text_findings import Meant, TextFindings

__all__ = [
    "ABOUT",
    "GIVEN",
    "REGIONS",
    "ROLES",
    "SAFE_HARBOR",
    "SPANS",
    "STAFF_HOUSEHOLD",
    "SUBJECT",
    "Batch",
    "Edits",
    "Elements",
    "Exact",
    "Field",
    "Item",
    "JoinedBatches",
    "Known",
    "Label",
    "Meant",
    "NameOffsets",
    "Owner",
    "Report",
    "Span",
    "Splice",
    "Text",
    "TextFindings",
    "about_table",
    "by_value",
    "column_of",
    "folded",
    "inner_of",
    "label_of",
    "moved",
    "path_of",
    "put_back",
    "span_table",
    "spliced",
]
