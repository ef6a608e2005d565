"""Pages quote what the commands print now."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_pages_quote_what_the_commands_print_now():
    found = importlib.util.spec_from_file_location("quoted_output", ROOT / "tools" / "quoted_output.py")
    tool = importlib.util.module_from_spec(found)
    found.loader.exec_module(tool)
    pages = tool.pages()
    readme = pages[ROOT / "README.md"]
    assert readme.count("veil: [") == 3, "the README shows three errors"
    assert "$ veil --help" in readme
    for path, text in pages.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is old: run tools/quoted_output.py"
