"""Check a release against its manifest, its signatures and the audit log. Needs Python only.

python check_release.py RELEASE [RECORD] [--pub FILE]...

RELEASE is the folder, RECORD the audit log `audit.jsonl` of its private folder, FILE a public key whose owner you know.
Exit code 0: no problem found. 1: problems found, each in a line that begins with `BAD`. 2: invalid arguments.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from hashlib import file_digest, sha256, sha512
from pathlib import Path
from typing import Any

MANIFEST, REPORT, SIGNATURES = "veil-manifest.json", "veil-report.html", "veil-signatures.jsonl"
SIGNED = ("at", "manifest", "meaning", "name", "public_key", "veil")  # what a signature is over
PREFIX = b"veil signature 1\n"  # so that a signature made for something else is none of a release
NO_RECORD = f"without the audit log it cannot be checked whether {REPORT} changed or a signature was removed"
FAULTS = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)

# Ed25519, RFC 8032: points of -x^2 + y^2 = 1 + d x^2 y^2 modulo P as (X, Y, Z, T), x = X/Z, y = Y/Z, x y = T/Z.
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)  # ROOT is a square root of -1
Point = tuple[int, int, int, int]


def plus(left: Point, right: Point) -> Point:
    a, b = (left[1] - left[0]) * (right[1] - right[0]), (left[1] + left[0]) * (right[1] + right[0])
    c, d = 2 * D * left[3] * right[3], 2 * left[2] * right[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    total = (0, 1, 1, 0)
    while number:
        total, point, number = (plus(total, point) if number & 1 else total), plus(point, point), number >> 1
    return total


def same(left: Point, right: Point) -> bool:
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 == (left[1] * right[2] - right[1] * left[2]) % P


def point_of(data: bytes) -> Point:
    """The point that 32 bytes stand for. Errors: ValueError where they are none, or not in their one right form."""
    sign, y = data[31] >> 7, int.from_bytes(data, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * ROOT % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether 64 bytes are the signature of a public key of 32 over a message. Source: RFC 8032, section 5.1.7."""
    key, half, number = point_of(public), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    step = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % ORDER
    base = point_of((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    good = len(public) == 32 and len(signature) == 64 and number < ORDER and not same(times(8, key), (0, 1, 1, 0))
    return good and same(times(number, base), plus(half, times(step, key)))


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()


def public_of(file: str) -> bytes:
    """The 32 bytes of a public key in a PEM file, where RFC 8410 puts them: last."""
    lines = Path(file).read_bytes().decode("ascii").split("-----") if Path(file).is_file() else [""] * 3
    data = base64.b64decode("".join(lines[2].split()), validate=True)
    if lines[1] != "BEGIN PUBLIC KEY" or len(data) != 44 or data[:12].hex() != "302a300506032b6570032100":
        raise ValueError
    return data[12:]


def hold(rows: list[str], good: bool, well: str, ill: str) -> None:
    rows.append(f"ok   {well}" if good else f"BAD  {ill}")


def check_outputs(release: Path, manifest: dict[str, Any], rows: list[str]) -> None:
    """Every file that the manifest names is as the run left it, and there is no other."""
    named = {str(output["name"]): str(output["sha256"]) for output in manifest["outputs"]}
    files = [path for path in release.rglob("*") if not path.is_dir() or path.is_symlink()]
    there = {path.relative_to(release).as_posix(): path for path in files}
    plain = {name for name, path in there.items() if path.is_file() and not path.is_symlink()}
    bad = [name for name in named if name not in plain or digest(there[name]) != named[name]]
    hold(rows, not bad, f"{len(named)} outputs match the manifest", f"{len(bad)} outputs are missing or changed")
    foreign = set(there) - (set(named) | ({MANIFEST, REPORT, SIGNATURES} & plain))
    hold(rows, not foreign, "no other files", f"{len(foreign)} files that are not in the manifest")


def check_signatures(release: Path, manifest: str, trusted: list[bytes], rows: list[str]) -> list[str]:
    """Each signature beside the release. Shape: the digests of their lines."""
    path, found, by, said = release / SIGNATURES, [], [], ""
    for number, line in enumerate(path.read_bytes().splitlines() if path.exists() else (), 1):
        found.append(sha256(line).hexdigest())
        try:
            page = json.loads(line)
            public, signature = (base64.b64decode(page[key], validate=True) for key in ("public_key", "signature"))
            good = canonical(page) == line and set(page) == {*SIGNED, "signature"} and page["manifest"] == manifest
            good = good and is_signed(public, signature, PREFIX + canonical({key: page[key] for key in SIGNED}))
            whose = "given by --pub" if public in trusted else "confirm the key with its owner"
            mark = sha256(public).hexdigest()[:32]
            said = f"signed {page['at']} as {page['name']!r}: {page['meaning']!r}; key {mark}"
            by += [public] if good else []
        except FAULTS:
            good, whose = False, ""
        hold(rows, good, f"{said} ({whose})", f"signature {number} is incomplete, or not for this manifest")
    for number, public in enumerate(trusted, 1):
        hold(rows, public in by, f"key {number} of --pub has signed", f"key {number} of --pub has not signed")
    return found


def acts_of(path: Path) -> tuple[list[dict[str, Any]], int]:
    """The records of a chain, each bound to the one before; and the first line that is not, 0 where all are."""
    acts: list[dict[str, Any]] = []
    last, aside = "0" * 64, b""
    *lines, rest = path.read_bytes().split(b"\n")
    for number, line in enumerate([*lines, rest] if rest else lines, 1):
        if line.endswith(b"~torn"):  # a line that a crash cut short; the next record holds its digest
            aside += line + b"\n"
            continue
        try:
            act = json.loads(line)
            whole = sha256(canonical({key: value for key, value in act.items() if key != "hash"})).hexdigest()
            cut = (act.get("lost") if act["what"] == "torn" else None) == (sha256(aside).hexdigest() if aside else None)
            good = (act["number"], act["before"], act["hash"]) == (len(acts) + 1, last, whole)
            good = good and canonical(act) == line is not rest and cut
        except FAULTS:
            good = False
        if not good:
            return acts, number
        acts.append(act)
        last, aside = whole, b""
    return acts, len(lines) if aside else 0


def check_record(release: Path, record: Path, was: str, signatures: list[str], rows: list[str]) -> None:
    """The record of acts: whole, as long as its head says, and of one mind with the release."""
    begun = json.loads((release / MANIFEST).read_bytes()).get("audit") or {"number": 0}
    acts, bad = acts_of(record)
    hold(rows, not bad, f"the audit log is intact: {len(acts)} entries", f"the audit log was changed at line {bad}")
    path = record.with_name(f"{record.name}.head")
    head = json.loads(path.read_bytes()) if path.is_file() else {}
    good = bool(acts) and (head.get("records"), head.get("hash")) == (len(acts), acts[-1]["hash"])
    hold(rows, good, "the audit log matches its checkpoint", "the audit log does not match its checkpoint, or has none")
    known = [act for act in acts if act["number"] == begun["number"] and act["hash"] == begun["hash"]]
    ended = [act["sha256"] for act in acts if act["what"] == "run ended" and act["begun"] == begun["number"]]
    good = bool(known and ended) and ended[-1]["manifest"] == was
    hold(rows, good, "the audit log contains the run of this release", "the audit log lacks the run of this release")
    good = good and (release / REPORT).is_file() and digest(release / REPORT) == ended[-1]["report"]
    hold(rows, good, f"{REPORT} is unchanged", f"{REPORT} is missing or changed")
    kept = [act["sha256"]["signature"] for act in acts if act["what"] == "signed" and act["sha256"]["manifest"] == was]
    ill = f"the audit log lists {len(kept)} signatures, but not the {len(signatures)} found"
    hold(rows, sorted(kept) == sorted(signatures), f"the audit log lists the {len(kept)} signatures", ill)


def check(release: Path, record: Path | None, trusted: list[bytes]) -> list[str]:
    """Everything that can be told of a release; bad where a line begins with BAD. Keeps: no name of an output is in it."""
    rows: list[str] = []
    try:
        data = (release / MANIFEST).read_bytes()
        was = sha256(data).hexdigest()
        check_outputs(release, json.loads(data), rows)
        signatures = check_signatures(release, was, trusted, rows)
        if record is not None:
            check_record(release, record, was, signatures, rows)
        rows += [f"note manifest sha256 {was}"] + ([f"note {NO_RECORD}"] if record is None else [])
    except FAULTS:
        hold(rows, False, "", "the manifest or the audit log is missing or cannot be read")
    return rows


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("release", type=Path)
    asked.add_argument("record", type=Path, nargs="?")
    asked.add_argument("--pub", type=public_of, action="append", default=[], help="public key in PEM; repeatable")
    given = asked.parse_args()
    rows = check(given.release, given.record, given.pub)
    good = not any(line.startswith("BAD") for line in rows)
    sys.stdout.write("\n".join([*rows, "no problem found" if good else "do not trust this release", ""]))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
