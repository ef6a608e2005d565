"""Checks that the links of the repository's Markdown lead to files and headings that exist.

python tools/check_links.py            prints what is wrong and exits with 1
"""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^( *)(```|~~~).*?^\1\2\s*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
ELSEWHERE = {"training/card.md": "docs/reference"}  # a template, and the folder of the page that is made from it
OUTSIDE = ("http://", "https://", "mailto:")


def pages() -> list[Path]:
    """The Markdown files that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return sorted(path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file())


def broken(page: Path) -> list[str]:
    """Each link of a page that leads nowhere, with its line."""
    text = CODE.sub(
        lambda code: " " * len(code[0]),
        FENCE.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), page.read_text(encoding="utf-8")),
    )
    folder = ROOT / ELSEWHERE.get(str(page.relative_to(ROOT)) if page.is_relative_to(ROOT) else "", page.parent)
    found = []
    for link in LINK.finditer(text):
        target, _, anchor = link["target"].partition("#")
        if link["target"].startswith(OUTSIDE):
            continue
        path = (folder / target).resolve() if target else page
        line = text.count("\n", 0, link.start()) + 1
        if not path.exists():
            found.append(f"{line}: {link['target']}: no such file")
        elif anchor and (path.suffix != ".md" or anchor not in anchors(path)):
            found.append(f"{line}: {link['target']}: no such heading")
    return found


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors of a page's headings, as forges and the site make them."""
    met: dict[str, int] = {}
    found = set()
    for heading in re.findall(r"^#+ +(.*?)\s*#*$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        name = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")
        count = met.get(name, 0)
        met[name] = count + 1
        found.add(f"{name}-{count}" if count else name)
    return frozenset(found)


def main() -> int:
    wrong = [f"{page.relative_to(ROOT)}:{one}" for page in pages() for one in broken(page)]
    print("\n".join(wrong) if wrong else f"{len(pages())} Markdown files: all links resolve")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
