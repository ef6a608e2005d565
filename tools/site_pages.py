"""What the documentation site needs beside `docs`: the README as first page, and links to files outside `docs` as names of files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|#)([^)#\s]+)(#[^)]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """The README becomes the first page; its links start at the root of the repository."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").replace("](docs/", "](")
    files.append(File.generated(config, "index.md", content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:  # noqa: ARG001 - MkDocs passes it by name
    """A link that leaves `docs` is shown as the name of a file of the repository: the site does not contain it."""
    docs = Path(config["docs_dir"])
    folder = ROOT if page.file.src_uri == "index.md" else (docs / page.file.src_uri).parent

    def shown(link: re.Match[str]) -> str:
        words, target, anchor = link[1], link[2], link[3] or ""
        path = (docs if page.file.src_uri == "index.md" and (docs / target).exists() else folder) / target
        path = path.resolve()
        if path.is_relative_to(docs):
            return f"[{words}]({target.rstrip('/')}/README.md{anchor})" if path.is_dir() else link[0]
        name = path.relative_to(ROOT).as_posix()
        return words if words.strip("`") == name else f"{words} (`{name}`)"

    return LINK.sub(shown, markdown)
