"""The inputs of a corpus: a folder, a file or standard input; each is read where it is new or has changed."""

import sys
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from pathlib import Path
from queue import LifoQueue

from pipeline.batches import batched, in_order
from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.reading import formats
from pipeline.reading.confined import ConfinedReader
from pipeline.reading.files import find, load, name_of
from pipeline.reading.manifest import Manifest, hints, load_manifest
from pipeline.reading.read import signature
from pipeline.records import FileResult, Reading, Signature, Skip, digest

STANDARD_INPUT = Path("-")
AHEAD = 3  # inputs handed out for each reader: it never waits, and little is held
COMPARED = 1_000  # inputs that are compared with what they were before the changed ones among them are read
TOGETHER = 50  # of them by one thread at once


@dataclass(frozen=True, slots=True)
class Inputs:
    """What there is to read: names to places, in order; ``siblings`` are names to their counterparts elsewhere."""

    files: Mapping[str, Path | Skip]
    manifest: Manifest
    siblings: Mapping[str, tuple[str, ...]]

    def misspelt(self) -> tuple[str, ...]:
        """Entries of the manifest that fit no input."""
        return self.manifest.unmatched(self.files) if self.files.keys() != {str(STANDARD_INPUT)} else ()

    def missing(self, names: Collection[str]) -> set[str]:
        """Those of ``names`` that are inputs no more; in a folder that cannot be entered they may be there still."""
        shut = [f"{name}/" for name in self.files]
        return {name for name in set(names) - self.files.keys() if not any(map(name.startswith, shut))}


def manifest_of(root: Path) -> Manifest:
    """The manifest of an input, empty for standard input. Raises ConfigError where it cannot be used."""
    return Manifest() if root == STANDARD_INPUT else load_manifest(root)


def find_inputs(root: Path, manifest: Manifest, config: ReadConfig, own: Collection[Path] = ()) -> Inputs:
    """Everything under ``root`` but the files ``own`` of a corpus. Raises NotFoundError where there is no ``root``."""
    own_names = {path.name for path in own}
    files = {name: item for name, item in _named(root, config) if not _is_own(item, own, own_names)}
    return Inputs(files, manifest, hints(files))


def read_input(inputs: Inputs, name: str, reader: ConfinedReader, fingerprint: str | None = None) -> FileResult | None:
    """What an input gives, or None where its ``fingerprint`` is what it was.

    A fingerprint holds the bytes, how and by which programs they are read, and what the manifest and the other names
    say of the input.
    """
    content = _content(name, inputs.files[name], reader.config)
    fresh = _fingerprint(inputs, name, content, reader.config, reader.signature)
    if fresh == fingerprint:
        return None
    if isinstance(content, Skip):
        return FileResult(name, fresh, (content,))
    return FileResult(name, fresh, tuple(reader.read(content, name, inputs.siblings.get(name, ()))))


def read_inputs(
    inputs: Inputs, config: ReadConfig, fingerprints: Mapping[str, str], readers: int = 1
) -> Iterator[tuple[str, FileResult | None]]:
    """What ``read_input`` gives for each input, in their order, read by so many processes at once."""
    with ThreadPoolExecutor(readers) as pool, ExitStack() as stack:
        idle: LifoQueue[ConfinedReader] = LifoQueue()
        for _ in range(readers):
            idle.put(stack.enter_context(ConfinedReader(config, inputs.manifest)))

        def read_one(name: str) -> FileResult | None:
            reader = idle.get()
            try:
                return read_input(inputs, name, reader, fingerprints.get(name))
            finally:
                idle.put(reader)

        def submit(name: str) -> Future[FileResult | None]:
            return pool.submit(read_one, name)

        for names in batched(inputs.files, COMPARED):
            unchanged = _unchanged(inputs, names, config, fingerprints, pool)
            with closing(in_order(submit, (n for n in names if n not in unchanged), AHEAD * readers)) as results:
                for name in names:
                    yield (name, None) if name in unchanged else next(results)


def _unchanged(
    inputs: Inputs, names: Sequence[str], config: ReadConfig, fingerprints: Mapping[str, str], pool: ThreadPoolExecutor
) -> set[str]:
    """Those of ``names`` whose fingerprints are what they were: many at once, for each is little work."""
    signed = signature(config)

    def is_unchanged(name: str) -> bool:
        content = _content(name, inputs.files[name], config)
        return _fingerprint(inputs, name, content, config, signed) == fingerprints[name]

    def among(known: Sequence[str]) -> list[str]:
        return list(filter(is_unchanged, known))

    known = (name for name in names if name in fingerprints and inputs.files[name] != STANDARD_INPUT)
    return set(chain.from_iterable(pool.map(among, batched(known, TOGETHER))))


def _fingerprint(inputs: Inputs, name: str, content: bytes | Skip, config: ReadConfig, signed: Signature) -> str:
    """What changes with an input and all that decides what it gives."""
    mark = content.code if isinstance(content, Skip) else sha256(content).hexdigest()
    helpers = () if isinstance(content, Skip) else formats.helpers(content, config)
    return digest(signed.key, mark, inputs.manifest.fingerprint(name), *inputs.siblings.get(name, ()), *helpers)


def read(root: Path, config: ReadConfig) -> Iterator[Reading | Skip]:
    """Everything under ``root``, with its manifest and the hints of its file names: the stage in one call."""
    inputs = find_inputs(root, manifest_of(root), config)
    for _, result in read_inputs(inputs, config, {}):
        if result:
            yield from result.results


def _named(root: Path, config: ReadConfig) -> Iterator[tuple[str, Path | Skip]]:
    if root == STANDARD_INPUT:
        yield str(root), root
        return
    for item in find(root, config):
        yield (item.path, item) if isinstance(item, Skip) else (name_of(item, root), item)


def _is_own(item: Path | Skip, own: Collection[Path], names: Container[str]) -> bool:
    """Whether an item is one of the files ``own``, whose ``names`` are known."""
    if isinstance(item, Skip) or item.name not in names:
        return False
    return any(item.name == path.name and item.parent.resolve() == path.parent.resolve() for path in own)


def _content(name: str, item: Path | Skip, config: ReadConfig) -> bytes | Skip:
    """The bytes of an input, or why they cannot be had."""
    if isinstance(item, Skip):
        return item
    try:
        return sys.stdin.buffer.read(config.max_bytes + 1) if item == STANDARD_INPUT else load(item, config)
    except InputError as error:
        return Skip(name, error.code, error.reason)
