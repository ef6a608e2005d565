"""The house as it is drawn: floors, budgets, fences, lazy doors."""

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "veil"
FILES = sorted(SRC.rglob("*.py"))
HEAVY = (
    "polars",
    "pyarrow",
    "pydantic",
    "numpy",
    "cryptography",
    "sqlglot",
    "jinja2",
    "charset_normalizer",
    "re2",
    "yaml",
    "rich",
)
NETWORK = {
    "socket",
    "http",
    "urllib.request",
    "ftplib",
    "smtplib",
    "requests",
    "httpx",
    "aiohttp",
    "urllib3",
    "asyncio",
    "xmlrpc",
    "webbrowser",
}


@functools.cache  # five tests ask it of every file
def imports(path):
    """The modules that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{one.name}" for one in node.names}
    return frozenset(found)


def test_a_room_imports_only_what_stands_on_a_lower_floor():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " 0 broken" in done.stdout


def test_no_two_modules_import_each_other():
    names = {
        ".".join(("veil", *path.relative_to(SRC).with_suffix("").parts)).removesuffix(".__init__"): path
        for path in FILES
    }
    graph = {name: {one for one in imports(path) if one in names and one != name} for name, path in names.items()}
    for name, known in graph.items():
        graph[name] = {one for one in known if names[one].name != "__init__.py"}
    done, way = set(), []

    def walk(name):
        assert name not in way, " -> ".join([*way, name])
        if name not in done:
            way.append(name)
            for one in sorted(graph[name]):
                walk(one)
            way.pop()
            done.add(name)

    for name in sorted(graph):
        walk(name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_a_file_is_under_400_lines_and_a_function_under_60(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") < 400
    long = [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (node.end_lineno or 0) - node.body[0].lineno >= 60  # a signature declares
    ]
    assert long == []


def test_the_nouns_import_nothing_but_the_standard_library_pyarrow_and_numpy():
    allowed = set(sys.stdlib_module_names) | {"numpy", "pyarrow"}
    for path in (SRC / "model").glob("*.py"):
        foreign = {
            one
            for one in imports(path)
            if one.split(".")[0] not in allowed and not one.startswith(("veil.model", "veil.errors"))
        }
        assert foreign == set(), path.name


def test_nothing_opens_a_socket_outside_the_service():
    for path in FILES:
        if path.relative_to(SRC).parts[0] == "service":
            continue
        met = {one for one in imports(path) if one in NETWORK or one.split(".")[0] in NETWORK}
        assert met == set(), path.name


def test_databases_are_spoken_to_in_stores_alone():
    drivers = {
        "sqlite3",
        "duckdb",
        "adbc_driver_postgresql",
        "adbc_driver_manager",
        "pymysql",
        "deltalake",
        "psycopg",
        "pg8000",
        "boto3",
    }
    for path in FILES:
        met = {one.split(".")[0] for one in imports(path)} & drivers
        held = (
            path.name == "vault.py" or ("service", "store") == path.parts[-3:-1]
        )  # no data of a hospital's own lies there
        allowed = {"sqlite3", "pg8000"} if held else set()
        assert path.parent.name == "stores" or met <= allowed, path.name


def test_formats_know_no_label_and_detectors_no_policy():
    for path in (SRC / "formats").glob("*.py"):
        assert "Label" not in re.findall(r"\w+", path.read_text(encoding="utf-8")), path.name
    for path in (SRC / "detectors").rglob("*.py"):
        assert not {one for one in imports(path) if one.startswith("veil.policy")}, path.name


def test_nothing_is_unpickled_evaluated_or_run():
    for path in FILES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & {"eval", "exec", "compile", "__import__"}, path.name
        assert not imports(path) & {"pickle", "marshal", "shelve", "subprocess"}, path.name


def in_a_process(program):
    """Runs a program alone; the CPU seconds it took and what it printed."""
    program = f"import resource, sys\n{program}\nused = resource.getrusage(resource.RUSAGE_SELF)\nprint(used.ru_utime + used.ru_stime, *sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    cpu, *modules = done.stdout.splitlines()[-1].split(" ")
    return float(cpu), {module.split(".")[0] for module in modules}


HELP = "from veil.cli import main\nsys.argv = ['veil', '--help']\ntry:\n    main()\nexcept SystemExit:\n    pass"


@pytest.mark.parametrize("program", ["import veil", "import veil.cli", HELP], ids=["import", "cli", "help"])
def test_doors_open_without_the_heavy_rooms(program):
    for _ in range(25):  # on a busy processor the same start costs half as much again
        cpu, modules = in_a_process(program)
        if cpu < 0.3:
            break
    assert cpu < 0.3
    assert modules.isdisjoint(HEAVY)


def test_every_public_name_of_the_package_is_there():
    import veil

    assert [name for name in veil.__all__ if getattr(veil, name, None) is None] == []
    with pytest.raises(AttributeError):
        veil.nothing  # noqa: B018


def tracked():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def test_nothing_in_the_tree_names_a_machine_or_a_registry():
    """A clone works anywhere: no absolute path, no index of packages but the default."""
    if not tracked():
        pytest.skip("not a checkout")
    bad = re.compile(
        rb"(?<![\w.])/(?:home|Users|root|work|mnt)/\w|index-url|extra-index|https?://[\w.-]*(?:artifactory|nexus|pypi\.|mirror)",
        re.IGNORECASE,
    )
    for path in tracked():
        if path.suffix in (".gz", ".png", ".parquet") or path == Path(__file__):
            continue
        found = bad.search(path.read_bytes())
        assert found is None, f"{path.relative_to(ROOT)}: byte {found.start() if found else 0}"


def test_tests_have_names_that_tell_a_situation():
    for path in (ROOT / "tests").rglob("test_*.py"):
        short = [
            name
            for name in re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
            if name.count("_") < 3
        ]
        assert short == [], path.name
