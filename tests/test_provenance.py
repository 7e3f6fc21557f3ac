"""What decides a result is in its signature: nothing is forgotten, and nothing that decides nothing is in it."""

import ast
import os
import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from pipeline import provenance, source_trees
from pipeline.provenance import DATA, SHARED, STAGES, Rules, Sources
from pipeline.records import digest
from pipeline.source_trees import DigestedSources, canonical
from tests.contract import PROJECT, imports, sources

pytestmark = pytest.mark.slow

PACKAGES = tuple(
    f"pipeline.{name}" for name in ("reading", "segmenting", "language", "translation", "embedding", "align")
)
# The step of a run to the stages whose signatures it works under.
STEPS = {
    "read_files": ("read",),
    "mark_duplicates": ("duplicates",),
    "segment_pending": ("segment", "detect"),
    "detect_pending": ("detect",),
    "translate_pending": ("argos", "apertium"),
    "check_pending": ("check",),
    "pair_documents": ("pair",),
    "align_pending": ("align",),
    "tag_repeats": ("repeats",),
    "mine_passages": ("mine",),
    "link_words": ("link",),
}
# The same of a step's parts, where it works under several.
PARTS = {"SEGMENT": ("segment",), "DETECT": ("detect",)}
EVERY_KIND = '''
"""A docstring."""

import os.path as path
from collections import Counter, deque as line

@staticmethod
async def f(a: int, /, b=1, *rest: str, key: "list[int]" = (), **more) -> None:
    "Another."
    global x
    async with a as b, c: await b
    async for i, *j in k: yield
    else: return lambda z=1, *y: (z, *y)

class C(object, metaclass=M):
    """One more."""
    __slots__ = ("é", 'b', u"c", b"d\\x00", """e
    f""", "a" 'b', -1, 1_000, 0x1F, 1.50, 2e-3, 3j, ..., None, True)
    x: int = 1

    @property
    def only_a_docstring(self):
        """Nothing else."""

if (y := 10) > 1 and not x or x is not None: x //= 2
elif x in {1: 2, **a} or x not in {*b, 3}: del x[1:2, ::3], y
else: assert x, f"{x!r:>{y}} {{}} {x=} {'q' + f'{z:%Y}'} " "tail" f"{w}"

try: raise ValueError from error
except (A, B) as e: pass
except C: ...
else: nonlocal_ = [i async for i in j if i if j]
finally: print(*a, sep="", **{"end": ""})

while True:
    match x:
        case [1, "two", *rest] | {"k": v, **kw} if v: break
        case Point(x=0, y=None) as p: continue
        case -1 | None | a.b: x = y = z[...] if a else {i: j for i, j in k}
        case _: x @= (yield from y)
'''


def tree(source: str) -> str:
    return digest(*canonical(ast.parse(source)))


# The syntax tree


def test_every_version_of_python_gives_the_same_digest() -> None:
    """CI runs this on each; the number is what 3.11, 3.12 and 3.13 give."""
    assert tree(EVERY_KIND) == "fc71c1fa7a0e3ba8"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1", "x = 1  # a comment\n\n"),
        ('def f():\n    return "a"', "def f():\n    'About f.'\n    return ('a')"),
        ('"""A module."""\nx = 1', '"""Another."""\nx = 1'),
        ("class C:\n    x = 1", 'class C:\n\n    """About C."""\n\n    x = 1'),
        ("f(1,\n  2)", "f(1, 2,)"),
        ("x = 1000", "x = 1_000"),
        ("x = f'a' 'b' f'{c}d' 'e'", "x = f'ab{c}de'"),
        ("x = 'a'\r\ny = 'b'", "x = 'a'\ny = 'b'"),
    ],
)
def test_what_decides_nothing_is_no_change(before: str, after: str) -> None:
    assert tree(before) == tree(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1", "x = 2"),
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = 'a'", "x = b'a'"),
        ("x = 'é'", "x = 'e\u0301'"),
        ("x = -1", "x = 1"),
        ("f(a, b)", "f(b, a)"),
        ("f(a)(b)", "f(a, b)"),
        ("x = [a, [b]]", "x = [[a], b]"),
        ("x < y", "x <= y"),
        ("return_ = None", "return_ = 0"),
        ("def f(): return", "def f(): return None"),
        ("x = f'{a}'", "x = f'{a!r}'"),
        ("x = f'{a:>3}'", "x = f'{a:>4}'"),
        ("x = f'{a}b'", "x = f'b{a}'"),
        ("'only'\nx = 1", "x = 'only'\nx = 1"),
        ("def f():\n    x = 1\n    'a string in the middle'", "def f():\n    x = 1\n    'another'"),
        ("from a import b", "from a import c as b"),
    ],
)
def test_what_can_decide_something_is_a_change(before: str, after: str) -> None:
    assert tree(before) != tree(after)


# What belongs to a stage


def modules(stage: str, table: Mapping[str, Rules] = STAGES) -> set[str]:
    return set(provenance._sources().modules(table[stage]))


def covered(stage: str, table: Mapping[str, Rules]) -> set[str]:
    """The modules whose change makes stale what a stage made."""
    return modules(stage, table).union(*(covered(before, table) for before in table[stage].follows))


# Modules that a step uses as a place for its results alone.
KEEPING = dict.fromkeys(
    ("mark_duplicates", "tag_repeats"), frozenset({"pipeline.embedding.cache", "pipeline.embedding.use"})
)


def forgotten(table: Mapping[str, Rules]) -> list[tuple[str, str]]:
    """Modules that a step of a run uses, and that are in no signature that it works under."""
    return [
        (step, module)
        for step, stages in (STEPS | PARTS).items()
        for module in USED[step] - SHARED.keys() - KEEPING.get(step, frozenset())
        if module.startswith(PACKAGES) and not any(module in covered(stage, table) for stage in stages)
    ]


@cache
def engines() -> frozenset[str]:
    """The engines that a run can choose, by module."""
    return frozenset(imports(sources()["pipeline.translation.choose"].read_text("utf-8"))) - SHARED.keys()


@cache
def formats() -> frozenset[str]:
    """The readers of imports, by module."""
    names = imports(sources()["pipeline.imports.load"].read_text("utf-8"))
    return frozenset(name for name in names if name.startswith("pipeline.imports."))


def test_every_import_of_a_stage_is_its_own_or_shared() -> None:
    """Asked another way than provenance asks: with the imports that the contract on packages sees."""
    for stage in STAGES:
        inside = modules(stage)
        for module in inside:
            used = {name for name in imports(sources()[module].read_text("utf-8")) if name.startswith("pipeline")}
            assert used <= inside | SHARED.keys(), (stage, module)


def test_what_a_step_of_a_run_uses_is_in_its_signature() -> None:
    assert forgotten(STAGES) == []
    assert all(USED.values())


def test_all_steps_of_a_run_are_known_here() -> None:
    run = ast.parse((PROJECT / "pipeline" / "run.py").read_text("utf-8"))
    (steps,) = (node for node in run.body if isinstance(node, ast.FunctionDef) and node.name == "_steps")
    assert {node.attr for node in ast.walk(steps) if isinstance(node, ast.Attribute)} == STEPS.keys()
    assert all(PROJECT / "pipeline" / "stages" in FUNCTIONS[step][1].parents for step in STEPS)


def test_every_engine_and_every_format_is_declared() -> None:
    assert engines() <= modules("argos") | modules("apertium")
    assert formats() <= modules("import")


@pytest.mark.parametrize("stage", STAGES)
def test_a_module_left_out_of_the_table_is_seen(stage: str) -> None:
    rules = STAGES[stage]
    for module in rules.modules:
        table = {**STAGES, stage: replace(rules, modules=tuple(name for name in rules.modules if name != module))}
        if module in modules(stage, table):
            continue  # another leads to it
        left_out = {name for name in engines() if name not in modules("argos", table) | modules("apertium", table)}
        if stage in ("read", "import"):
            left_out |= {module} & formats()
        assert forgotten(table) or left_out, module


STEPPING = {
    path: ast.parse(path.read_text("utf-8"))
    for path in [*sorted((PROJECT / "pipeline" / "stages").glob("*.py")), PROJECT / "pipeline" / "work.py"]
}
FUNCTIONS = {
    node.name: (node, path)
    for path, module in STEPPING.items()
    for scope in [module, *(one for one in module.body if isinstance(one, ast.ClassDef))]
    for node in scope.body
    if isinstance(node, ast.FunctionDef)
} | {
    node.target.id: (node, path)
    for path, module in STEPPING.items()
    for node in module.body
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.Call)
}
NAMES = {
    path: {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in module.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    for path, module in STEPPING.items()
}


def used_by(function: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The modules of the project that a function (or a batch stage) uses, itself or through others of a step."""
    definition, path = FUNCTIONS[function]
    arguments = definition.args.args if isinstance(definition, ast.FunctionDef) else ()
    parameters = {argument.arg for argument in arguments}
    for node in ast.walk(definition):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name in FUNCTIONS.keys() - seen - {function, "stage", "track", "close"}:
            yield from used_by(name, seen | {function})
        elif isinstance(node, ast.Name) and name in NAMES[path].keys() - parameters:
            full = NAMES[path][name]
            yield full if full in sources() else full.rpartition(".")[0]


USED = {step: set(used_by(step)) for step in STEPS | PARTS}


LANGUAGE_TABLES = ("words", "words_of_all", "values", "patterns", "patterns_of_all")


def test_data_files_belong_to_the_module_that_names_them() -> None:
    files = {path.relative_to(PROJECT / "pipeline").as_posix() for path in (PROJECT / "pipeline").rglob("*.toml")}
    declared = [name.partition("#") for names in DATA.values() for name in names]
    assert files - {"translation/packages.toml"} == {file for file, _, _ in declared}
    sections = {(file, section) for file, _, section in declared if section}
    for file in {file for file, _ in sections}:
        tables = tomllib.loads((PROJECT / "pipeline" / file).read_text("utf-8"))
        assert tables.keys() <= {section for name, section in sections if name == file}, "nobody reads a section"
    for module, names in DATA.items():
        text = sources()[module].read_text("utf-8")
        assert all(name in text or Path(name).parent.name in module for name in names if "#" not in name), module


def test_every_reading_of_a_language_table_is_declared() -> None:
    knowledge = "pipeline.language.knowledge"
    for module, path in sources().items():
        source = path.read_text("utf-8")
        if module != knowledge and knowledge in imports(source):
            sections = {name.partition("#")[2] for name in DATA.get(module, ())}
            assert set(sections_read(ast.parse(source))) <= sections, module


def sections_read(tree: ast.Module) -> Iterator[str]:
    """The first argument of each call of a function of ``knowledge``."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=function, args=[ast.Constant(value=str(section)), *_]):
                if ast.unparse(function).removeprefix("knowledge.") in LANGUAGE_TABLES:
                    yield section


def test_every_reading_of_a_fitted_set_is_declared() -> None:
    for module, path in sources().items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "weights.load":
                assert node.args[0].value in DATA[module]


def test_a_shared_module_has_a_reason_and_is_there() -> None:
    assert SHARED.keys() <= sources().keys()
    assert all(SHARED.values())


# Libraries that carry results and decide none.
NEUTRAL = {"numpy": "arithmetic: the last bits at most", "sqlalchemy": "the database"}


@pytest.mark.parametrize("stage", STAGES)
def test_every_library_that_a_stage_imports_is_declared(stage: str) -> None:
    distributions = packages_distributions()
    tops = {
        name.partition(".")[0] for module in modules(stage) for name in provenance._sources().source(module).imports
    }
    outside = tops - set(sys.stdlib_module_names) - {"pipeline", "db"}
    used = {canonicalize_name(name) for top in outside for name in distributions.get(top, ())}
    assert used - NEUTRAL.keys() <= {canonicalize_name(name) for name in STAGES[stage].libraries}
    assert all(version(name) for name in STAGES[stage].libraries)


def test_no_number_is_raised_by_hand() -> None:
    """A signature's version is that of a library, or the digest of the rules; "rules" is never a number."""
    for module in (name for name in sources() if name.startswith("pipeline.") and name != "pipeline.align.edits"):
        for node in ast.walk(ast.parse(sources()[module].read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Signature"), args=[_, _, ast.Constant(), *_]):
                    pytest.fail(f"{module}:{node.lineno}: a version written by hand")
                case ast.Dict(keys=keys, values=values):
                    for key, value in zip(keys, values, strict=True):
                        if isinstance(key, ast.Constant) and key.value in ("rules", "preparation"):
                            assert not isinstance(value, ast.Constant), f"{module}:{value.lineno}"


# One rule changed


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("source")
    shutil.copytree(PROJECT / "pipeline", root / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    return root


def digests(root: Path) -> dict[str, str]:
    current = Sources(root)
    return {stage: current.digest(rules) for stage, rules in STAGES.items()}


def stages_changed(root: Path, file: str) -> set[str]:
    """The stages whose digest is another one in the copy than here, where ``file`` alone may have changed."""
    current = Sources(root)
    module = f"pipeline.{file.removesuffix('.py').replace('/', '.')}"
    current._read.update({name: source for name, source in provenance._sources()._read.items() if name != module})
    return {stage for stage, rules in STAGES.items() if current.digest(rules) != provenance.rules(stage)}


def test_the_copy_has_the_digests_of_this_program(copy: Path) -> None:
    assert digests(copy) == {stage: provenance.rules(stage) for stage in STAGES}


@pytest.mark.parametrize(
    ("file", "stages"),
    [
        ("reading/repair.py", "read"),
        ("segmenting/segment.py", "segment"),
        ("segmenting/residue.py", "segment"),
        ("language/identify.py", "segment detect import"),
        ("language/detect.py", "detect import"),
        ("translation/argos.py", "argos"),
        ("translation/apertium.py", "apertium"),
        ("translation/translate.py", "argos apertium"),
        ("translation/quality.py", "check"),
        ("translation/packages.py", ""),
        ("embedding/layers.py", "embed import"),
        ("embedding/cache.py", "embed"),
        ("embedding/threads.py", ""),
        ("embedding/vector_file.py", ""),
        ("align/duplicates.py", "duplicates"),
        ("align/pairs.py", "pair align"),
        ("align/sections.py", "pair align"),
        ("align/path.py", "align"),
        ("align/passages.py", "mine"),
        ("align/words.py", "link"),
        ("imports/tmx.py", "read import"),
        ("run.py", ""),
        ("errors.py", ""),
    ],
)
def test_a_changed_module_changes_its_stages_alone(copy: Path, file: str, stages: str) -> None:
    path = copy / "pipeline" / file
    source = path.read_text("utf-8")
    try:
        path.write_text(f"# a comment\n{source}\n", "utf-8")
        assert stages_changed(copy, file) == set()
        path.write_text(f"{source}\nPLANTED = 1\n", "utf-8")
        assert stages_changed(copy, file) == set(stages.split())
    finally:
        path.write_text(source, "utf-8")


@pytest.mark.parametrize(
    ("file", "stages"),
    [
        ("align/aligner.toml", "align"),
        ("align/mining.toml", "import"),
        ("align/passages.toml", "mine"),
        ("align/words.toml", "link"),
        ("language/identification.toml", "segment detect import"),
    ],
)
def test_a_changed_number_changes_its_stages_and_a_changed_passport_none(copy: Path, file: str, stages: str) -> None:
    path = copy / "pipeline" / file
    source = path.read_text("utf-8")
    try:
        path.write_text(source.replace("[passport]", '[passport]\nplanted = "2026"'), "utf-8")
        assert stages_changed(copy, file) == set()
        path.write_text(f"{source}\n[planted]\nnumber = 1\n", "utf-8")
        assert stages_changed(copy, file) == set(stages.split())
    finally:
        path.write_text(source, "utf-8")


@pytest.mark.parametrize(
    ("section", "stages"),
    [
        ("residue", "segment"),
        ("negation", "argos check pair align repeats mine import"),
        ("translation", "argos apertium check"),
        ("hyphens", "read import"),
        ("alignment", "link"),
    ],
)
def test_a_changed_word_changes_the_stages_that_read_its_section(copy: Path, section: str, stages: str) -> None:
    path = copy / "pipeline" / "language" / "fr.toml"
    source = path.read_text("utf-8")
    try:
        path.write_text(source.replace(f"\n[{section}]\n", f"\n[{section}]\nplanted = []\n"), "utf-8")
        assert stages_changed(copy, "language/fr.toml") == set(stages.split())
    finally:
        path.write_text(source, "utf-8")


def test_the_digests_do_not_depend_on_line_ends_or_the_folder(copy: Path, tmp_path: Path) -> None:
    other = shutil.copytree(copy, tmp_path / "elsewhere")
    for place in [*other.rglob("*.py"), *other.rglob("*.toml")]:
        place.write_bytes(place.read_bytes().replace(b"\n", b"\r\n"))
        os.utime(place, (0, 0))
    assert digests(other) == digests(copy)


def test_a_missing_module_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"pipeline\.nothing"):
        Sources(tmp_path).digest(Rules(("pipeline.nothing",)))


def test_trees_of_unchanged_modules_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "kept"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    module, first = tmp_path / "module.py", DigestedSources()
    module.write_text("import json\nx = 1\n", "utf-8")
    source = first.read(module)
    first.write()
    with monkeypatch.context() as patched:
        patched.setattr(source_trees, "canonical", lambda tree: pytest.fail("read again"))
        assert DigestedSources().read(module) == source
    module.write_text("import json\nx = 2\n", "utf-8")
    assert DigestedSources().read(module) != source
    (kept,) = tmp_path.rglob("*.json")
    for damaged in ("", "[]", "[1]", '{"a": 1}'):
        kept.write_text(damaged, "utf-8")
        assert DigestedSources().read(module) == first.read(module)


def test_nothing_is_kept_where_python_is_told_to_keep_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "kept"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    digested = DigestedSources()
    digested.read(PROJECT / "pipeline" / "records.py")
    digested.write()
    assert not list(tmp_path.rglob("*.json"))


def test_the_version_of_a_library_is_what_it_says_of_itself() -> None:
    installed = packages_distributions()
    libraries = {library for rules in STAGES.values() for library in rules.libraries}
    known = libraries & {name for names in installed.values() for name in names}
    assert len(known) > 5
    assert {name: provenance._version(name) for name in known} == {name: version(name) for name in known}
