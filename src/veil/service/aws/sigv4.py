"""SigV4: whether a request was signed with the secret that belongs to its access key.

Source:  AWS General Reference, "Signature Version 4 signing process".
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import quote

SERVICE = "comprehendmedical"
_SKEW = 300  # seconds either way, as AWS has it
_WRITTEN = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=(?P<id>[\w]{1,128})/(?P<day>\d{8})/(?P<region>[\w-]{1,64})/(?P<service>[\w-]{1,64})/aws4_request, *"
    r"SignedHeaders=(?P<headers>[a-z0-9;._-]{1,2000}), *Signature=(?P<signature>[0-9a-f]{64})",
    re.ASCII,
)


class Signed(NamedTuple):
    """What an Authorization header says."""

    id: str
    day: str
    region: str
    service: str
    headers: tuple[str, ...]
    signature: str


def read(header: str) -> Signed | None:
    match = _WRITTEN.fullmatch(header.strip())
    if match is None:
        return None
    return Signed(
        match["id"],
        match["day"],
        match["region"],
        match["service"],
        tuple(match["headers"].split(";")),
        match["signature"],
    )


def is_signed(
    signed: Signed,
    secret: str,
    method: str,
    path: str,
    query: Iterable[tuple[str, str]],
    headers: Mapping[str, str],
    body: bytes,
    now: dt.datetime,
) -> bool:
    """Whether the signature is that of this request, made by this secret, within five minutes of now.

    Shape:   `headers`: by names in small letters.
    Keeps:   host, date and, where it is sent, the target must be signed; the body always is.
    """
    stamp = headers.get("x-amz-date", "")
    needed = {"host", "x-amz-date"} | ({"x-amz-target"} & set(headers))
    if not needed <= set(signed.headers) or signed.service != SERVICE or not _is_near(stamp, signed.day, now):
        return False
    hashed = hashlib.sha256(body).hexdigest()
    canonical = "\n".join(
        [
            method,
            quote(path, safe="/-_.~"),
            _query(query),
            *(f"{name}:{' '.join(headers.get(name, '').split())}" for name in signed.headers),
            "",
            ";".join(signed.headers),
            hashed,
        ]
    )
    scope = f"{signed.day}/{signed.region}/{signed.service}/aws4_request"
    said = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in (signed.day, signed.region, signed.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return hmac.compare_digest(hmac.new(key, said.encode(), hashlib.sha256).hexdigest(), signed.signature)


def _query(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join(sorted(f"{quote(key, safe='-_.~')}={quote(value, safe='-_.~')}" for key, value in pairs))


def _is_near(stamp: str, day: str, now: dt.datetime) -> bool:
    try:
        signed_at = dt.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    except ValueError:
        return False
    return stamp[:8] == day and abs((now - signed_at).total_seconds()) <= _SKEW
