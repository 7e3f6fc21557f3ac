"""A snapshot to an Argos package: ``python -m training.package --run DIR --bundle DIR --output DIR``."""

import argparse
import json
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from training import snapshot, sources, vocabulary
from training.bundle import VOCABULARY, Meta, read_meta
from training.convert import converted
from training.errors import TrainingError
from training.shape import Shape, parameters

NAME = "translate-fr_en-en_regard-1_0"
LICENCE = "CC BY-SA 4.0"
MOST = 45 * 10**6  # bytes
METADATA = {
    "package_version": "1.0",
    "argos_version": "1.9",
    "from_code": "fr",
    "from_name": "French",
    "to_code": "en",
    "to_name": "English",
}
README = """# French to English, by En regard

A Transformer of {millions:.1f} million parameters ({encoder} layers that read, {decoder} that write), trained from
scratch, in CTranslate2's `int8`. It is a regular Argos package: `enregard model install FILE`, or argostranslate.

Licence: {licence}. Whoever passes the package on passes on this list with it.

## Scores

{scores}

## Learned from

Most of these texts were shortened: pairs were left out, quotation marks and apostrophes brought to one form.

{credits}
- {mono}; {monolingual:,} sentences; their French was made by a model of our own
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the package; 1 when something is missing or the package is too large to ship."""
    options = _options(arguments)
    try:
        file = packaged(options.run, options.bundle, options.output, options.scores)
    except (TrainingError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    size = file.stat().st_size
    print(f"{file}: {size:,} bytes")
    return int(size > MOST)


def packaged(run: Path, bundle: Path, output: Path, scores: Path | None = None) -> Path:
    """The package made of the run's snapshot, in the folder ``output``.

    ``scores`` is a text. Raises TrainingError when run and bundle are not whole or not of one another.
    """
    shape, weights, _ = snapshot.load(run / "snapshot" if (run / "snapshot").is_dir() else run)
    pieces = vocabulary.pieces(vocabulary.load(bundle / VOCABULARY))
    result = scores.read_text("utf-8").strip() if scores else "Not measured."
    with TemporaryDirectory() as folder:
        model = converted(shape, weights, pieces, Path(folder))
        files = {f"model/{file.name}": file.read_bytes() for file in sorted(model.iterdir())}
    files |= {
        "sentencepiece.model": (bundle / VOCABULARY).read_bytes(),
        "metadata.json": (json.dumps(METADATA, indent=1) + "\n").encode(),
        "README.md": readme(shape, read_meta(bundle), result).encode(),
    }
    output.mkdir(parents=True, exist_ok=True)
    return written(files, output / f"{NAME}.argosmodel")


def written(files: Mapping[str, bytes], file: Path) -> Path:
    """A zip file with ``files`` in one folder; the same files give the same bytes."""
    with zipfile.ZipFile(file, "w") as bundle:
        for path, data in sorted(files.items()):
            member = zipfile.ZipInfo(f"{NAME}/{path}", (2026, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            bundle.writestr(member, data, compresslevel=9)
    return file


def readme(shape: Shape, meta: Meta, scores: str) -> str:
    """What the package says of itself."""
    credits = sources.attribution(sources.load().values(), meta.pairs)
    return README.format(
        millions=parameters(shape) / 1e6,
        encoder=shape.encoder,
        decoder=shape.decoder,
        licence=LICENCE,
        scores=scores,
        credits="\n".join(credits),
        mono=sources.MONOLINGUAL,
        monolingual=meta.monolingual,
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Makes the Argos package.")
    parser.add_argument("--run", type=Path, default=Path("training/run"), help="folder with the snapshot")
    parser.add_argument("--bundle", type=Path, default=Path("training/bundle"))
    parser.add_argument("--output", type=Path, default=Path("models"), help="folder to write the package into")
    parser.add_argument("--scores", type=Path, help="Markdown for the README, as training.evaluate prints it")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
