"""Who may import whom, who prints and who writes SQL: rules on the source of a module, checked without running it."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

PROJECT = Path(__file__).resolve().parent.parent
# Every package and every module at the top, with all that it may import: a package, or one module of it. No default.
# Names are below ``pipeline``, but for it and ``db``.
_MAY_IMPORT = {
    "db": "",
    "blas": "",
    "pipeline": "blas",
    "errors": "",
    "records": "",
    "harmless": "",
    "outfiles": "errors",
    "batches": "",
    "templating": "",
    "weights": "",
    "calibration": "weights",
    "source_trees": "records",
    "provenance": "records source_trees weights",
    "config": "errors",
    "reading": "batches config errors records provenance language.cldr language.function_words language.knowledge",
    "segmenting": "config records provenance language.knowledge",
    "language": "config errors records provenance weights",
    "translation": "batches config errors records provenance weights calibration language.cldr language.counterparts"
    " language.knowledge language.lemmas language.quantities embedding.embed embedding.threads"
    " align.lexical",
    "embedding": "batches db.place db.postgresql_reader db.vector_tables errors records provenance",
    "align": "batches config records provenance weights calibration embedding.embed embedding.threads"
    " language.counterparts language.knowledge language.quantities",
    "corpus": "db batches errors records language.counterparts align.carry align.edits reading.read reading.repair"
    " translation.quality translation.terminology",
    "crew": "batches errors embedding.threads",
    "work": "db.place config errors records segmenting language translation embedding align",
    "stages": "db.place batches config crew embedding.embed errors records reading segmenting language translation"
    " align corpus imports.load work",
    "cluster": "db.engine db.place batches config corpus.access corpus.layout embedding.threads errors"
    " records stages translation.glossary work",
    "run": "db.place pipeline cluster config crew records provenance reading translation embedding corpus work stages",
    "wording": "records corpus.codes corpus.meanings language.cldr",
    "report": "db records language.cldr templating wording",
    "search": "db batches errors records templating language.lemmas language.spelling embedding corpus.access"
    " corpus.layout",
    "lexicon": "db pipeline batches records language.knowledge language.lemmas align.words search.statistics"
    " export.markup export.lines export.selection",
    "review": "db pipeline errors records language.counterparts embedding align.edits align.words corpus report"
    " search outfiles batches templating translation.terminology wording",
    "export": "db pipeline batches errors records language.counterparts language.cldr language.knowledge"
    " language.lemmas align.matching report harmless wording",
    "imports": "db pipeline batches config errors records provenance language embedding align.mine align.words"
    " reading.decode reading.tables reading.text_columns reading.workbook reading.zipped corpus export.markup"
    " export.selection harmless",
    "evaluation": "",
    "commands": "db config errors records calibration reading segmenting language translation embedding"
    " evaluation align corpus run report search lexicon review export imports harmless outfiles wording",
    "cli": "pipeline config errors commands.common",
    "docs": "db cli config corpus.codes search",
    "__main__": "cli",
}


def _full(name: str) -> str:
    return name if name.split(".", maxsplit=1)[0] in ("db", "pipeline") else f"pipeline.{name}"


MAY_IMPORT: Mapping[str, frozenset[str]] = MappingProxyType(
    {_full(name): frozenset(map(_full, allowed.split())) for name, allowed in _MAY_IMPORT.items()}
)
PRINTERS = ("pipeline.cli", "pipeline.commands")
# SQL of people (sql, browse), of a file that is no corpus (vector_file), and a question about SQLite itself (doctor).
OWN_SQL = (
    "pipeline.search.sql",
    "pipeline.search.metadata",
    "pipeline.embedding.vector_file",
    "pipeline.commands.doctor",
)
# Where names of tables and pragmas are put into SQL: they take no parameters.
PUTS_TOGETHER = ("db.sqlite", "db.postgresql", "db.expressions", "db.migrations")
TYPES = {"Connection", "Engine", "Table"}
_STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|WITH|PRAGMA)\s")
_FRAGMENT = re.compile(
    r"\b(?:IS (?:NOT )?NULL|(?:ORDER|GROUP) BY|LEFT JOIN|UNION ALL)\b"
    r"|(?:\w|^ )\s*(?:<>|!=|<=|>=|=|\bLIKE|\bMATCH)\s*(?:'[^']*'|:[a-z_]+\b|\?(?!:))|\bIN \("
    r"|\b(?:COALESCE|COUNT|MIN|MAX|SUM|AVG|LENGTH|LOWER|SUBSTR)\("
)


@cache
def sources() -> dict[str, Path]:
    """Name to file of every module of the product."""
    return {
        module_name(path): path for folder in ("pipeline", "db") for path in sorted((PROJECT / folder).rglob("*.py"))
    }


def module_name(path: Path) -> str:
    """``pipeline/align/path.py`` is ``pipeline.align.path``."""
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def package(module: str) -> str:
    """The package of a module, or the module itself where it stands at the top; the first two names."""
    return "db" if module.split(".", maxsplit=1)[0] == "db" else ".".join(module.split(".")[:2])


def imports(source: str) -> Iterator[str]:
    """The modules of the product that a source imports, wherever in it."""
    modules = sources().keys()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module in modules:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from {name if name in modules else node.module for name in names}


def forbidden_imports(module: str, source: str) -> list[str]:
    """What the module imports and may not. Raises KeyError for a package that the table does not name."""
    allowed = MAY_IMPORT[package(module)]
    return [
        name for name in imports(source) if package(name) != package(module) and not {name, package(name)} & allowed
    ]


def prints(module: str, source: str) -> list[int]:
    """The lines on which a module that may not print does, or takes hold of what prints."""
    if package(module) in PRINTERS:
        return []
    return [node.lineno for node in ast.walk(ast.parse(source)) if _prints(node)]


def _prints(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="print")):
            return True
        case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr"):
            return True
        case ast.Attribute(value=ast.Name(id="click"), attr="echo" | "secho"):
            return True
        case ast.ImportFrom(module="click" | "sys" | "rich.console", names=names):
            return any(alias.name in {"echo", "secho", "stdout", "stderr", "Console"} for alias in names)
    return False


def writes_sql(module: str, source: str) -> list[int]:
    """The lines on which a module outside ``db`` holds or runs a statement of SQL, or holds a part of one."""
    if package(module) == "db" or module in OWN_SQL:
        return []
    tree = ast.parse(source)
    statements = [node.lineno for node in ast.walk(tree) if _writes_sql(node)]
    return statements + [node.lineno for node in _texts(tree) if _FRAGMENT.search(node.value)]


def _writes_sql(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return _STATEMENT.match(text) is not None
        case ast.Call(func=ast.Attribute(attr="execute" | "executemany" | "executescript" | "exec_driver_sql")):
            return True
        case ast.Import(names=names):
            return any(alias.name.split(".")[0] == "sqlalchemy" for alias in names)
        case ast.ImportFrom(module=str(origin), names=names) if origin.split(".")[0] == "sqlalchemy":
            return origin != "sqlalchemy.exc" and not {alias.name for alias in names} <= TYPES
    return False


def formats_sql(module: str, source: str) -> list[int]:
    """The lines on which a module of ``db`` puts SQL together from strings, or takes it from elsewhere."""
    if package(module) != "db" or module.startswith(PUTS_TOGETHER):
        return []
    tree = ast.parse(source)
    strings = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) and _is_sql(node)]
    return strings + [node.lineno for node in ast.walk(tree) if _takes_sql(node)]


def _texts(tree: ast.AST) -> Iterator[ast.Constant]:
    """The strings of a module but for what explains it."""
    explanations = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explanations:
            yield node


def _is_sql(node: ast.JoinedStr) -> bool:
    return any(_STATEMENT.match(part.value) or _FRAGMENT.search(part.value) for part in _texts(node))


def _takes_sql(node: ast.AST) -> bool:
    """Whether SQLAlchemy is given SQL as text that is not written out at this place."""
    match node:
        case ast.Call(func=ast.Name(id="text" | "literal_column"), args=[argument, *_]):
            return not isinstance(argument, ast.Constant)
    return False


def any_rows(source: str) -> list[int]:
    """The lines on which rows without a type are named."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    return [
        node.lineno
        for node in nodes
        if (node.module or "").split(".")[0] == "sqlalchemy" and {"Row", "RowMapping"} & {n.name for n in node.names}
    ]


def untyped_answers(source: str) -> list[str]:
    """The queries of a module whose answers have no type: ``Any`` stands in what they return."""
    names = ("get_", "find_", "iter_", "count_", "run_")
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    queries = {node.name: ast.unparse(node.returns) for node in functions if node.returns}
    return [name for name, answer in queries.items() if name.startswith(names) and re.search(r"\bAny\b", answer)]
