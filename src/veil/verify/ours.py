"""Ours: whether something found in an output is a stand-in that Veil writes, told from its form alone."""

from __future__ import annotations

import re

from veil.model import Label
from veil.policy.plan import Plan

_PLACEHOLDER = re.compile(r"\[[A-Z0-9>_ ]+\]|\*+|█+")
_PHONE = re.compile(r"55501\d\d|555\d{7}")
_EMAIL = re.compile(r"@(?:[\w.-]+\.)?(?:example\.(?:org|com|net)|invalid)$", re.IGNORECASE)
_IP = re.compile(r"^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$|^2001:db8:", re.IGNORECASE)
_URL = re.compile(r"(?:^|[/.@])example\.(?:org|com|net)", re.IGNORECASE)
_PSEUDONYM = re.compile(r"[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{16,}|[0-9a-f]{8,64}")


def is_ours(value: str, label: Label, plan: Plan) -> bool:
    """Placeholders, fictional phones, example domains, documentation addresses, pseudonyms."""
    if _PLACEHOLDER.search(value):
        return True
    if label in (Label.PHONE, Label.FAX):
        return bool(_PHONE.search(re.sub(r"\D", "", value)))
    if label is Label.EMAIL:
        return bool(_EMAIL.search(value))
    if label is Label.IP:
        return bool(_IP.match(value))
    if label is Label.URL:
        return bool(_URL.search(value))
    del plan
    return bool(_PSEUDONYM.search(value))
