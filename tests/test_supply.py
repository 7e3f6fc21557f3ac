"""What comes from elsewhere: licences of every locked package, hashes that are verified, a bill of materials."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from importlib import import_module
from importlib.metadata import distributions
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from tests.contract import PROJECT

LOCKS = sorted(PROJECT.glob("requirements*.lock"))
HASHED = [*LOCKS, PROJECT / "scripts" / "outside.lock"]
TABLE = tomllib.loads((PROJECT / "scripts" / "licences.toml").read_text("utf-8"))
ENTRY = re.compile(r"([\w.-]+)==([\w.!+-]+)(?: ; [^\\]+?)?((?: +--hash=sha256:[0-9a-f]{64})+) *")
COPYLEFT = re.compile(r"A?GPL-")
# How the metadata of older packages name what SPDX has a short name for.
WORDS = {
    "Apache-2.0": "Apache",
    "BSD-2-Clause": "BSD",
    "BSD-3-Clause": "BSD",
    "MIT": r"\bMIT\b",
    "MPL-2.0": "MPL|Mozilla",
    "PSF-2.0": "PSF|Python Software Foundation",
    "ZPL-2.1": "ZPL|Zope",
    "licenseref-public-domain": "Public Domain",
    "licenseref-nvidia-proprietary": "NVIDIA|Proprietary",
}


def locked(path: Path) -> dict[str, str]:
    """Names and versions; fails for an entry without a version or a hash."""
    entries = [ENTRY.fullmatch(entry) for entry in path.read_text("utf-8").replace("\\\n", " ").splitlines()]
    assert all(entries), path
    return {entry[1]: entry[2] for entry in entries if entry}


def alternatives(expression: str) -> list[frozenset[str]]:
    """What one may choose between: each a set of licences that hold together."""
    parsed = _licensing().parse(re.sub(r"LicenseRef-[\w-]+", lambda ref: ref[0].lower(), expression))
    return _choices(parsed)


@cache
def _licensing() -> Any:
    return import_module("license_expression").get_spdx_licensing()


def _choices(node: object) -> list[frozenset[str]]:
    arguments = getattr(node, "args", ())
    if not arguments:
        return [frozenset([str(node)])]
    below = [_choices(one) for one in arguments]
    if type(node).__name__ == "OR":
        return [choice for choices in below for choice in choices]
    return [frozenset().union(*together) for together in product(*below)]


PERMISSIVE = {one.lower() for one in TABLE["permissive"]}


def is_permissive(expression: str) -> bool:
    return any({one.lower() for one in choice} <= PERMISSIVE for choice in alternatives(expression))


def is_copyleft_alone(expression: str) -> bool:
    return all(any(COPYLEFT.match(one) for one in choice) for choice in alternatives(expression))


@pytest.fixture(autouse=True)
def _tools(missing) -> None:
    for module in ("license_expression", "cyclonedx"):
        if find_spec(module) is None:
            missing(f"{module} (requirements-dev.lock)")


def test_every_locked_package_has_its_licence_in_the_table_and_no_other() -> None:
    assert len(LOCKS) >= 4
    names = {name for path in LOCKS for name in locked(path)}
    assert names == set(TABLE["packages"])
    assert list(TABLE["packages"]) == sorted(names)


@pytest.mark.parametrize("name", TABLE["packages"])
def test_every_package_is_permissive_or_explained(name: str) -> None:
    expression = TABLE["packages"][name]
    assert is_permissive(expression) != (name in TABLE["explained"])
    assert not is_copyleft_alone(expression)


def test_what_this_would_not_let_through() -> None:
    assert not is_permissive("GPL-3.0-or-later")
    assert not is_permissive("MIT AND MPL-2.0")
    assert is_permissive("GPL-2.0-only OR MIT")
    for alone in ("GPL-3.0-or-later", "AGPL-3.0-only OR GPL-2.0-only", "MIT AND GPL-2.0-only", "AGPL-3.0-or-later"):
        assert is_copyleft_alone(alone)
    for free in ("LGPL-2.1-or-later", "MPL-1.1 OR GPL-2.0-only", "(MIT AND BSD-3-Clause) OR GPL-2.0-only"):
        assert not is_copyleft_alone(free)


@cache
def installed() -> dict[str, tuple[str, str, str]]:
    """Of each installed package: version, licence expression, and what else it says of its licence."""
    known = {}
    for one in distributions():
        about = one.metadata
        classifiers = [line for line in about.get_all("Classifier") or [] if line.startswith("License")]
        first = (about.get("License") or "").strip().split("\n")[0]
        known[canonicalize_name(about["Name"])] = (
            one.version,
            about.get("License-Expression") or "",
            " ".join([first, *classifiers]).replace("UNKNOWN", "").strip(),
        )
    return known


def names_in_words(name: str, expression: str, words: str) -> bool:
    """Whether older metadata name the licences of an expression, and none of the GPL's family that it does not name."""
    if name in TABLE["unstated"]:
        return words == ""
    if re.search(r"GPL|Affero|General Public", words) and "GPL" not in expression:
        return False
    return any(
        all(re.search(WORDS.get(licence, re.escape(licence)), words) for licence in choice)
        for choice in alternatives(expression)
    )


def test_installed_packages_say_of_themselves_what_the_table_says() -> None:
    needed = locked(PROJECT / "requirements.lock")
    assert set(needed) <= set(installed())
    wrong = []
    for name, expression in TABLE["packages"].items():
        _, stated, words = installed().get(name, ("", "", ""))
        if name not in installed():
            continue
        fits = alternatives(stated) == alternatives(expression) if stated else names_in_words(name, expression, words)
        if not fits:
            wrong.append((name, expression, stated or words))
    assert wrong == []


def test_the_readme_names_the_licences_of_the_table() -> None:
    readme = (PROJECT / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[^|]+`) \| ([^|]+) \|", readme.split("## What it is built on")[1], re.MULTILINE)
    assert len(rows) > 30
    for libraries, licences in rows:
        names = re.findall(r"`([\w.-]+)`", libraries)
        shown = licences.split(", ") if ", " in licences else [licences] * len(names)
        assert [one.replace(" or ", " OR ").strip() for one in shown] == [
            TABLE["packages"][name].split(" AND ")[0]
            for name in names  # the rest is what a package carries along
        ]


# Hashes


@pytest.mark.parametrize("path", HASHED, ids=lambda path: path.name)
def test_every_locked_package_has_its_hashes(path: Path) -> None:
    assert locked(path)


def test_whatever_is_installed_from_elsewhere_is_verified() -> None:
    scripts = [PROJECT / "Makefile", *(PROJECT / "scripts").glob("*.sh"), *(PROJECT / "training").glob("*.sh")]
    lines = [line for path in scripts for line in path.read_text("utf-8").replace("\\\n", " ").splitlines()]
    installing = [line for line in lines if re.search(r"\binstall\b.* -r |\bpip install\b", line)]
    assert len(installing) >= 6
    function = [line for line in installing if line.startswith("install() {")]
    assert [line for line in installing if "--require-hashes" not in line] == function


def wheel(folder: Path) -> Path:
    """A package that holds nothing."""
    path = folder / "nothing-1.0-py3-none-any.whl"
    members = {
        "nothing.py": "",
        "nothing-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: nothing\nVersion: 1.0\n",
        "nothing-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
        archive.writestr("nothing-1.0.dist-info/RECORD", "".join(f"{name},,\n" for name in members))
    return path


@pytest.mark.parametrize(("line", "refused"), [("{hash}", ""), ("{other}", "DO NOT MATCH"), ("", "--hash")])
def test_pip_refuses_a_file_that_is_not_the_locked_one(tmp_path: Path, line: str, refused: str) -> None:
    right = f" --hash=sha256:{hashlib.sha256(wheel(tmp_path).read_bytes()).hexdigest()}"
    lock = tmp_path / "requirements.lock"
    lock.write_text("nothing==1.0" + line.format(hash=right, other=f" --hash=sha256:{'0' * 64}") + "\n", "utf-8")
    offline = ["--no-index", "--find-links", tmp_path, "--disable-pip-version-check", "--target", tmp_path / "into"]
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--require-hashes", *offline, "-r", lock]
    done = subprocess.run(list(map(str, pip)), capture_output=True, text=True)
    assert (done.returncode == 0) == (refused == ""), done.stderr
    assert refused in done.stderr
    assert (tmp_path / "into" / "nothing.py").exists() == (refused == "")


# Bill of materials


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bill") / "sbom.cdx.json"
    write_bill(path)
    return path


def write_bill(path: Path) -> None:
    command = [sys.executable, "scripts/sbom.py", path]
    subprocess.run(command, check=True, cwd=PROJECT, env=os.environ | {"SOURCE_DATE_EPOCH": "1700000000"})


def test_the_bill_names_every_pinned_package_with_hashes_and_licence(bill: Path) -> None:
    parts = {part["bom-ref"]: part for part in json.loads(bill.read_text("utf-8"))["components"]}
    names = ("requirements", *(f"requirements-{part}" for part in ("browse", "cluster", "parquet", "postgresql")))
    optional = [f"{name}.lock" for name in names]
    pinned = {name: version for lock in optional for name, version in locked(PROJECT / lock).items()}
    assert {ref for ref in parts if ref.startswith("pkg:pypi/")} == {f"pkg:pypi/{n}@{v}" for n, v in pinned.items()}
    for name, version in pinned.items():
        part = parts[f"pkg:pypi/{name}@{version}"]
        assert part["licenses"] == [{"expression": TABLE["packages"][name]}]
        (files,) = part["externalReferences"]
        assert all(len(one["content"]) == 64 for one in files["hashes"])
    kinds = [part["type"] for part in parts.values()]
    assert kinds.count("machine-learning-model") == 2  # the official package, and ours
    assert kinds.count("application") == 3


def test_the_bill_says_what_needs_what(bill: Path) -> None:
    needs = {one["ref"].split("@")[0]: one.get("dependsOn", []) for one in json.loads(bill.read_text())["dependencies"]}
    assert any(ref.startswith("pkg:pypi/lxml@") for ref in needs["pkg:pypi/enregard"])
    assert any(ref.startswith("pkg:pypi/werkzeug@") for ref in needs["pkg:pypi/flask"])


def test_the_bill_is_cyclonedx_and_the_same_each_time(bill: Path, tmp_path: Path) -> None:
    text = bill.read_text("utf-8")
    version = import_module("cyclonedx.schema").SchemaVersion.V1_6
    validator = import_module("cyclonedx.validation.json").JsonStrictValidator(version)
    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"bom-ref"', '"bomref"')) is not None
    write_bill(tmp_path / "again")
    assert (tmp_path / "again").read_text("utf-8") == text
