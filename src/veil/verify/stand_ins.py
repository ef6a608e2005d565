"""Stand-ins: whether something found in an output is a stand-in that Veil writes, by its form alone."""

from __future__ import annotations

import re

import pyarrow as pa

from veil.keys import Keys
from veil.model import Known, Label, about_table, folded
from veil.operators.base import Operator
from veil.policy.operators import id_rules
from veil.policy.plan import Plan

_PLACEHOLDER = re.compile(r"\[[A-Z0-9>_ ]+\]|\*+|█+")
_PHONE = re.compile(r"^(?:1?55501\d\d|(?:\d{0,3})555\d{7})$")
_EXTENSION = re.compile(r"\s*(?:ext?\.?|extension|x|#)\s*\d+\s*$", re.IGNORECASE)
_SSN = re.compile(r"^(?:000|666)\d{6}$")
_EMAIL = re.compile(
    r"^person-\w{10}@example\.org$|^[^@]*@(?:[\w.-]+\.)?(?:example\.(?:org|com|net)|invalid)$", re.IGNORECASE
)
_IP = re.compile(r"^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$|^2001:db8:", re.IGNORECASE)
_URL = re.compile(r"(?:^|[/.@])example\.(?:org|com|net)", re.IGNORECASE)
_PSEUDONYM = re.compile(r"[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{16,}|[0-9a-f]{8,64}")


class Ours:
    """Tells Veil's own stand-ins: by their form, or by computing them again from what the roster holds.

    Keeps:   asks nothing of the run: `made` are the operators of the plan, the keys are the run's.
    """

    def __init__(self, plan: Plan, keys: Keys, operators: dict[str, Operator]) -> None:
        self._keys, self._operators = keys, operators
        self._domains = {domain: apply.domain for domain, apply in id_rules(plan).items()}

    def expected(self, known: tuple[Known, ...], subject: str) -> frozenset[str]:
        """The pseudonyms that the ids of one subject have, folded."""
        found = set()
        for identifier in known:
            if identifier.domain in self._operators:
                values = pa.array([identifier.value], pa.large_string())
                about = about_table(1, subject=subject, domain=self._domains[identifier.domain])
                new = self._operators[identifier.domain].replace(values, about, self._keys).values[0].as_py()
                found.add(folded(new or ""))
        return frozenset(found)


def is_ours(value: str, label: Label) -> bool:
    """Placeholders, fictional phones, example domains, documentation addresses, pseudonyms."""
    if _PLACEHOLDER.search(value):
        return True
    if label in (Label.PHONE, Label.FAX):
        return bool(_PHONE.search(re.sub(r"\D", "", _EXTENSION.sub("", value))))
    if label is Label.SSN and _SSN.search(re.sub(r"\D", "", value)):
        return True
    if label is Label.EMAIL:
        return bool(_EMAIL.search(value))
    if label is Label.IP:
        return bool(_IP.match(value))
    if label is Label.URL:
        return bool(_URL.search(value))
    return bool(_PSEUDONYM.search(value))
