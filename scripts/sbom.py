"""A bill of materials in CycloneDX: every package that is needed, or that an option needs, as the locks pin it.

    .venv/bin/python scripts/sbom.py FILE

Each with its version, the SHA-256 of its files, its licence (`scripts/licences.toml`) and what it needs; the
translation package that `make model` fetches, and the Debian packages of Apertium. Held against CycloneDX's schema
before it is written. The same locks give the same file; SOURCE_DATE_EPOCH sets its date. Needs requirements-dev.lock.
"""

import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pipeline.outfiles import replacing_file
from pipeline.translation.packages import pins

PROJECT = Path(__file__).resolve().parent.parent
LICENCES = PROJECT / "scripts" / "licences.toml"
LOCKS = {
    "requirements.lock": ComponentScope.REQUIRED,
    "requirements-browse.lock": ComponentScope.OPTIONAL,
    "requirements-cluster.lock": ComponentScope.OPTIONAL,
    "requirements-parquet.lock": ComponentScope.OPTIONAL,
    "requirements-postgresql.lock": ComponentScope.OPTIONAL,
}


@dataclass(frozen=True)
class Locked:
    """A package as a lock pins it."""

    name: str
    version: str
    sha256: tuple[str, ...]


def read_lock(path: Path) -> list[Locked]:
    """The packages of a lock file. Raises ValueError for a line that pins no version, or is no hash."""
    packages: list[Locked] = []
    for entry in path.read_text("utf-8").replace("\\\n", " ").splitlines():
        match = re.fullmatch(r"([\w.-]+)==([\w.!+-]+)((?: +--hash=sha256:[0-9a-f]{64})+) *", entry)
        if not match:
            raise ValueError(f"{path.name}: no version with its hashes: {entry!r}")
        packages.append(Locked(match[1], match[2], tuple(re.findall(r"sha256:(\w+)", match[3]))))
    return packages


def make_component(package: Locked, licence: str, scope: ComponentScope) -> Component:
    """A package as CycloneDX has it; the hashes are those of the files that may be installed."""
    address = PackageURL("pypi", None, package.name, package.version)
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(address.to_string()),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256) for sha256 in package.sha256],
    )
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=address.to_string(),
        purl=address,
        scope=scope,
        licenses=[LicenseExpression(licence)],
        external_references=[files],
    )


def needed_by(name: str) -> Iterator[str]:
    """Names of the packages that an installed package needs here; nothing where it is not installed."""
    try:
        requirements = distribution(name).requires or []
    except PackageNotFoundError:
        return
    for requirement in map(Requirement, requirements):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield canonicalize_name(requirement.name)


def engines() -> Iterator[Component]:
    """What translates and is no Python package: fetched with `make model`, or Debian's."""
    for pin in pins():
        yield Component(
            name=pin.name,
            type=ComponentType.MACHINE_LEARNING_MODEL,
            bom_ref=f"model:{pin.name}",
            scope=ComponentScope.OPTIONAL,
            licenses=[DisjunctiveLicense(name=pin.licence)],
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=pin.sha256)],
            external_references=[
                ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(url)) for url in pin.urls
            ],
        )
    names = re.search(r"packages\.sh ([a-z0-9 -]+);", (PROJECT / "scripts" / "engine.sh").read_text("utf-8"))
    for name in names[1].split() if names else ():
        address = PackageURL("deb", "debian", name)
        yield Component(
            name=name,
            type=ComponentType.APPLICATION,
            bom_ref=address.to_string(),
            purl=address,
            scope=ComponentScope.OPTIONAL,
            licenses=[DisjunctiveLicense(name="GPL, as Debian's copyright file of the package says")],
            description="a program of its own, run where no translation package is installed; never imported",
        )


def make_bill(project: Mapping[str, str], licences: Mapping[str, str]) -> Bom:
    """The bill of materials of this version."""
    address = PackageURL("pypi", None, project["name"], project["version"])
    root = Component(
        name=project["name"],
        version=project["version"],
        description=project["description"],
        type=ComponentType.APPLICATION,
        bom_ref=address.to_string(),
        purl=address,
        licenses=[LicenseExpression(project["license"])],
    )
    locks = {name: read_lock(PROJECT / name) for name in LOCKS}
    components = {
        package.name: make_component(package, licences[package.name], LOCKS[name])
        for name, packages in locks.items()
        for package in packages
    }
    bill = Bom(serial_number=uuid5(NAMESPACE_URL, repr(locks)), components=[*components.values(), *engines()])
    bill.metadata.component = root
    bill.metadata.timestamp = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), UTC)
    for owner in (root, *components.values()):
        bill.register_dependency(owner, [components[name] for name in needed_by(owner.name) if name in components])
    return bill


def main(target: Path) -> None:
    """Write the bill to ``target``. Raises ValueError where CycloneDX's schema has a word to say against it."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    bill = make_bill(project, tomllib.loads(LICENCES.read_text("utf-8"))["packages"])
    written = JsonV1Dot6(bill).output_as_string(indent=2)
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(written)
    if error:
        raise ValueError(f"not as CycloneDX has it: {error}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing_file(target) as out:
        out.write(written + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
