"""Extras: which libraries each extra of the package installs, and what to say where they are missing."""

from __future__ import annotations

from importlib.util import find_spec

EXTRAS = {  # the smaller first: `extra_of` names the first that has a library
    "xlsx": ("python_calamine", "xlsxwriter"),
    "service": (
        "fastapi",
        "starlette",
        "uvicorn",
        "httptools",
        "prometheus_client",
        "fastapi_offline",
        "python_calamine",
        "xlsxwriter",
        "sqlalchemy",
        "alembic",
    ),
    "trace": (
        "grpc",
        "google.protobuf",
        "h11",
        "opentelemetry.sdk",
        "opentelemetry.exporter.otlp",
        "opentelemetry.exporter.zipkin",
        "brotli",
        "zstandard",
        "prometheus_client",
    ),
    "oidc": ("authlib", "httpx"),
    "nodes": ("pg8000",),
    "postgresql": ("adbc_driver_postgresql", "adbc_driver_manager"),
    "mariadb": ("pymysql",),
    "duckdb": ("duckdb",),
    "delta": ("deltalake",),
    "model": ("tokenizers",),
    "transformers": ("transformers", "torch"),
    "filters": ("regex",),
    "pos": ("nltk",),
}


def is_installed(extra: str) -> bool:
    """Whether every library of an extra is there; none of them is run."""
    return all(_is_there(name) for name in EXTRAS[extra])


def install(*extras: str) -> str:
    """What to type to get them."""
    return f"pip install 'veil-deid[{','.join(extras)}]'"


def extra_of(module: str | None) -> str:
    """The extra that installs a module; "" for none."""
    name = module or ""
    return next((extra for extra, names in EXTRAS.items() if any(_within(name, module) for module in names)), "")


def _within(name: str, library: str) -> bool:
    return name == library or name.startswith(f"{library}.") or name == library.partition(".")[0]


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # what contains it is missing too
        return False
