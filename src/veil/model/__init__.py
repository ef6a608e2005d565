"""The nouns: values without behaviour of their own, known to every room."""

from veil.model.batch import Batch, Field
from veil.model.edits import Edits, Exact, put_back
from veil.model.found import Found, Meant
from veil.model.labels import SAFE_HARBOR, Label, label_of
from veil.model.mention import ABOUT, ROLES, about_table, column_of
from veil.model.owner import Known, Owner, folded
from veil.model.report import Report
from veil.model.span import Span
from veil.model.text import Text

__all__ = [
    "ABOUT", "ROLES", "SAFE_HARBOR", "Batch", "Edits", "Exact", "Field", "Found", "Known", "Label", "Meant", "Owner", "Report", "Span", "Text",
    "about_table", "column_of", "folded", "label_of", "put_back",
]  # fmt: skip
