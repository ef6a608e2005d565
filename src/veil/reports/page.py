"""Page: templates to HTML; everything that is put in is escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

HERE = Path(__file__).parent / "templates"
SHEET = HERE / "veil.css"  # the one design of all pages; the service serves it, a report carries it


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["thousands"] = lambda number: f"{number:,}"
    environment.globals["sheet"] = Markup(SHEET.read_text(encoding="utf-8"))  # noqa: S704  our own file, no input
    return environment


def render(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(**values)
