"""Where: the text of a pandas query as a condition of Veil; read as a tree, never evaluated."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from typing import Any

from veil.errors import PolicyError
from veil.policy.condition import condition

# What pandas reads as missing in a CSV, and a file of text has as a word.
_MISSING = ("NA", "N/A", "n/a", "NULL", "null", "NaN", "nan", "None", "<NA>", "#N/A", "#NA", "-NaN", "-nan")
_SIGNS = {ast.Eq: "=", ast.NotEq: "<>", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_OTHER = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_TURNED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_TRUE, _FALSE = ("True", "true", "TRUE"), ("False", "false", "FALSE")
_MOST = 20_000


def where_of(query: str, where: str, address: str = "{}") -> tuple[str, frozenset[str]]:
    """The condition that holds for the rows that a query holds for, and the columns that it reads.

    Shape:   comparisons of a column with literals, `in`, `not in`, `and or not & | ~`, chains (`1 <= a < 5`), `isnull`,
             `notnull`, `isin`, `str.contains` and its kin with plain words, or the SQL of conditions. `address` is how a
             column is written (`$.{}` in JSON).
    Keeps:   what pandas does with a missing cell: `!=`, `not in` and `not` hold for it. Nothing is run.
    Errors:  PolicyError `import-condition`, before anything runs.
    """
    try:
        if len(query) > _MOST:
            raise _refused(where)
        tree = ast.parse(_spelled(query), mode="eval").body
    except (SyntaxError, ValueError, tokenize.TokenError, RecursionError, MemoryError):
        return _sql(query, where, address)
    sql = _Query(where, address).read(tree, negated=False)
    return sql, _checked(sql, where).columns


def _refused(where: str) -> PolicyError:
    return PolicyError(
        "import-condition",
        "a where_condition uses an expression that is not supported",
        where=where,
        hint="supported: columns compared with literals: == != < <= > >=, in, and, or, not, isnull(), notnull()",
    )


def _checked(sql: str, where: str) -> Any:
    try:
        return condition(sql)
    except (PolicyError, RecursionError):
        raise _refused(where) from None


def _sql(query: str, where: str, address: str) -> tuple[str, frozenset[str]]:
    """A query that is written as SQL: taken as it stands."""
    sql = " ".join(query.split())
    found = _checked(sql, where)
    if address != "{}":
        raise _refused(where)
    return sql, found.columns


def _spelled(query: str) -> str:
    """The query as Python spells it: `&` and `|` bind as `and` and `or` do, a name in backticks is a name."""

    def named(match: re.Match[str]) -> str:
        """A name that Python has no word for travels as its letters' codes; a literal stays."""
        return match.group() if match.group(1) is None else f" __x_{match.group(1).encode().hex()} "

    query = re.sub(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`([^`]+)`""", named, " ".join(query.split())).strip()
    if re.search(
        r"~\s*[\w.]+\s*(?:\([^()]*\)\s*)?(?:[=!<>]|in\b|not\b)", query
    ):  # there `~` binds first, and `not` does not
        raise SyntaxError
    words = {"&": "and", "|": "or", "~": "not"}
    pieces = []
    for token in tokenize.generate_tokens(io.StringIO(query).readline):
        if token.type in (tokenize.ENDMARKER, tokenize.NEWLINE, tokenize.NL):
            continue
        if token.type == tokenize.ERRORTOKEN or token.string == "@":
            raise SyntaxError
        text = words.get(token.string, token.string) if token.type == tokenize.OP else token.string
        pieces.append(text)
    return " ".join(pieces)


class _Query:
    """A tree of Python read as a condition; what is not known is refused."""

    def __init__(self, where: str, address: str) -> None:
        self._where, self._address = where, address

    def read(self, node: ast.expr, *, negated: bool) -> str:
        """The condition that holds where `node` does, or, negated, where it does not."""
        if isinstance(node, ast.BoolOp):
            join = " and " if isinstance(node.op, ast.And) != negated else " or "
            return "(" + join.join(self.read(value, negated=negated) for value in node.values) + ")"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self.read(node.operand, negated=not negated)
        if isinstance(node, ast.Compare):
            return self._chain(node, negated)
        if isinstance(node, ast.Call):
            return self._call(node, negated)
        if isinstance(node, ast.Name):
            return self._bool(self._column(node), holds=not negated)
        raise _refused(self._where)

    def _chain(self, node: ast.Compare, negated: bool) -> str:
        terms = [node.left, *node.comparators]
        tests = [self._compare(terms[at], sign, terms[at + 1], negated) for at, sign in enumerate(node.ops)]
        return tests[0] if len(tests) == 1 else "(" + (" or " if negated else " and ").join(tests) + ")"

    def _compare(self, left: ast.expr, op: ast.cmpop, right: ast.expr, negated: bool) -> str:
        if isinstance(op, ast.In | ast.NotIn):
            return self._among(left, right, isinstance(op, ast.In) != negated)
        if type(op) not in _SIGNS:
            raise _refused(self._where)
        sign = _SIGNS[type(op)]
        if isinstance(left, ast.Name) and isinstance(right, ast.Name) and left.id == right.id and sign in ("=", "<>"):
            return self._missing(self._column(left), holds=(sign == "<>") != negated)
        if not isinstance(left, ast.Name):
            left, right, sign = right, left, _TURNED[sign]
        column = self._column(left)
        if isinstance(right, ast.Constant) and isinstance(right.value, bool) and sign in ("=", "<>"):
            condition = self._bool(column, holds=right.value)
            if (sign == "=") != negated:
                return condition
            return self._or_missing(column, self._bool(column, holds=not right.value))
        literal = self._literal(right)
        if negated:
            return self._or_missing(column, f"{column} {_OTHER[sign]} {literal}")
        return self._or_missing(column, f"{column} <> {literal}") if sign == "<>" else f"{column} {sign} {literal}"

    def _among(self, left: ast.expr, right: ast.expr, inside: bool) -> str:
        if not isinstance(right, ast.List | ast.Tuple) or not right.elts:
            raise _refused(self._where)
        column = self._column(left)
        literals = ", ".join(self._literal(element) for element in right.elts)
        condition = f"{column} in ({literals})"
        return condition if inside else self._or_missing(column, f"{column} not in ({literals})")

    def _call(self, node: ast.Call, negated: bool) -> str:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        inner = node.func.value if isinstance(node.func, ast.Attribute) else node
        if name in ("isnull", "isna", "notnull", "notna") and not (node.args or node.keywords):
            return self._missing(self._column(inner), holds=name.startswith("is") != negated)
        if name == "isin" and len(node.args) == 1 and not node.keywords:
            return self._among(inner, node.args[0], not negated)
        if isinstance(inner, ast.Attribute) and inner.attr == "str" and len(node.args) == 1:
            return self._words(self._column(inner.value), name, node, negated)
        raise _refused(self._where)

    def _words(self, column: str, name: str, node: ast.Call, negated: bool) -> str:
        word = node.args[0]
        plain = isinstance(word, ast.Constant) and isinstance(word.value, str) and re.fullmatch(r"[\w -]*", word.value)
        shapes = {"contains": "%{}%", "startswith": "{}%", "endswith": "%{}"}
        more = [
            keyword for keyword in node.keywords if keyword.arg != "na" or not isinstance(keyword.value, ast.Constant)
        ]
        if not plain or "_" in str(word.value) or name not in shapes or more:  # type: ignore[attr-defined]
            raise _refused(self._where)
        condition = f"{column} like '{shapes[name].format(word.value)}'"  # type: ignore[attr-defined]
        return self._or_missing(column, f"not {condition}") if negated else condition

    def _column(self, node: ast.expr) -> str:
        if not isinstance(node, ast.Name):
            raise _refused(self._where)
        name = bytes.fromhex(node.id[4:]).decode() if node.id.startswith("__x_") else node.id
        return column_word(name, self._address)

    def _literal(self, node: ast.expr) -> str:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self._literal(node.operand)
            if inner[0] in "'-":
                raise _refused(self._where)
            return f"-{inner}"
        if not isinstance(node, ast.Constant) or isinstance(node.value, bool | bytes | complex) or node.value is None:
            raise _refused(self._where)
        if isinstance(node.value, str):
            if "==" in node.value or "\\" in node.value or not node.value.isprintable():
                raise _refused(self._where)
            return "'" + node.value.replace("'", "''") + "'"
        return repr(node.value)

    @staticmethod
    def _bool(column: str, *, holds: bool) -> str:
        return f"{column} in (" + ", ".join(f"'{word}'" for word in (_TRUE if holds else _FALSE)) + ")"

    def _or_missing(self, column: str, condition: str) -> str:
        return f"({condition} or {self._missing(column, holds=True)})"

    @staticmethod
    def _missing(column: str, *, holds: bool) -> str:
        words = ", ".join(f"'{word}'" for word in _MISSING)
        if holds:
            return f"({column} is null or {column} in ({words}))"
        return f"({column} is not null and {column} not in ({words}))"


def column_word(name: str, address: str = "{}") -> str:
    """A column as a condition writes it: in quotes where it is no plain word, or one of SQL's own."""
    written = address.format(name)
    if re.fullmatch(r"[A-Za-z_]\w*", written, re.ASCII):
        try:
            if condition(f"{written} = 1").columns == {written}:
                return written
        except PolicyError:
            pass
    return '"' + written.replace('"', '""') + '"'
