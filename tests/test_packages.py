import hashlib
import http.server
import json
import stat
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pipeline.config import Config, TranslateConfig
from pipeline.errors import ConfigError, EngineError, NotFoundError, PackageError
from pipeline.translation import archive, packages
from pipeline.translation.apertium import Apertium, route
from pipeline.translation.argos import Argos
from pipeline.translation.choose import choose, described
from pipeline.translation.download import Patience, download, obtain
from tests import argos_package


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return argos_package.build(tmp_path)


def left_over(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "argos").iterdir() if path.name != ".lock")


def test_install_list_find_verify_remove(file: Path, data: Path) -> None:
    package = packages.install(file, data)
    assert (package.name, package.source, package.target, package.version) == ("translate-fr_en-1_0", "fr", "en", "1.0")
    assert package.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert packages.installed(data) == [package]
    assert packages.find(data, "fr", "en") == package
    assert packages.find(data, "en", "fr") is None
    assert packages.verify(package) == []
    assert packages.remove(package.name, data) == package
    assert packages.installed(data) == []
    assert left_over(data) == []


def test_nothing_is_installed_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert packages.installed(tmp_path / "none") == []


def test_installing_twice_changes_nothing(file: Path, data: Path) -> None:
    first = packages.install(file, data)
    before = (first.path / "model" / "model.bin").stat().st_mtime_ns
    assert packages.install(file, data) == first
    assert (first.path / "model" / "model.bin").stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", ["change", "delete"])
def test_damage_is_found_and_installing_again_mends_it(file: Path, data: Path, damage: str) -> None:
    package = packages.install(file, data)
    spoilt = package.path / "sentencepiece.model"
    spoilt.unlink() if damage == "delete" else spoilt.write_bytes(b"x")
    [problem] = packages.verify(package)
    assert "sentencepiece.model" in problem
    assert packages.verify(packages.install(file, data)) == []
    assert left_over(data) == [package.key]


def test_the_highest_version_is_best(tmp_path: Path, data: Path) -> None:
    for name, version in (("a-fr_en", "1.9"), ("b-fr_en", "1.10"), ("c-fr_en", "odd")):
        packages.install(argos_package.build(tmp_path, name, package_version=version), data)
    best = packages.find(data, "fr", "en")
    assert best is not None
    assert best.version == "1.10"


def test_removing_what_is_not_there_names_what_is(file: Path, data: Path) -> None:
    key = packages.install(file, data).key
    with pytest.raises(NotFoundError, match=key):
        packages.remove("other", data)


def test_what_a_broken_off_installation_left_goes_with_the_next(file: Path, data: Path) -> None:
    (data / "argos" / ".new-abc").mkdir(parents=True)
    key = packages.install(file, data).key
    assert left_over(data) == [key]


def test_half_a_package_is_not_a_package(file: Path, data: Path) -> None:
    package = packages.install(file, data)
    (package.path / "model" / "model.bin").unlink()
    assert packages.installed(data) == []


def test_a_package_that_argos_installed_is_used_where_it_is(file: Path, data: Path, tmp_path: Path) -> None:
    shared = tmp_path / "home" / ".local" / "share" / "argos-translate" / "packages"
    shared.mkdir(parents=True)
    zipfile.ZipFile(file).extractall(shared)
    package = packages.find(data, "fr", "en", {"HOME": str(tmp_path / "home")})
    assert package is not None
    assert package.sha256 == ""
    assert len(packages.identity(package)) == 64
    assert "no record" in packages.verify(package)[0]
    assert packages.find(data, "fr", "en", {}) is None


def test_sentence_splitters_are_not_unpacked(tmp_path: Path, data: Path) -> None:
    members = {f"p/{name}": content for name, content in argos_package.contents().items()}
    argos_package.archive(tmp_path / "p.argosmodel", members | {"p/stanza/fr/tokenize.pt": b"pickle"})
    package = packages.install(tmp_path / "p.argosmodel", data)
    assert not (package.path / "stanza").exists()


def _entry(name: str, kind: int = 0) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = kind << 16
    return entry


def _package_with(path: Path, *extra: tuple[zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in argos_package.contents().items():
            bundle.writestr(f"p/{name}", content)
        for entry, content in extra:
            bundle.writestr(entry, content)
    return path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../evil", 0),
        ("p/../../evil", 0),
        ("/evil", 0),
        ("p//evil", 0),
        ("p/./evil", 0),
        ("p\\..\\evil", 0),
        ("C:/evil", 0),
        ("p/line\nbreak", 0),
        ("p/link", stat.S_IFLNK | 0o777),
        ("p/fifo", stat.S_IFIFO),
        ("second/file", 0),
        ("loose", 0),
        ("p/METADATA.json", 0),
    ],
)
def test_unsafe_members_stop_everything(tmp_path: Path, data: Path, name: str, kind: int) -> None:
    file = _package_with(tmp_path / "p.argosmodel", (_entry(name, kind), b"/etc/passwd"))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(PackageError):
        packages.install(file, data)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_bomb_is_not_unpacked(tmp_path: Path, data: Path) -> None:
    bomb = zipfile.ZipInfo("p/bomb")
    bomb.compress_type = zipfile.ZIP_DEFLATED
    file = _package_with(tmp_path / "p.argosmodel", (bomb, bytes(50_000_000)))
    with pytest.raises(PackageError, match="would unpack to"):
        packages.install(file, data)


@pytest.mark.parametrize(
    "limits", [archive.Limits(total=1_000), archive.Limits(free=0, ratio=0), archive.Limits(members=3)]
)
def test_limits_hold(file: Path, limits: archive.Limits) -> None:
    with pytest.raises(PackageError, match="unsafe"):
        archive.inspect(file, limits)


@pytest.mark.parametrize("missing", ["metadata.json", "model/model.bin", "sentencepiece.model"])
def test_a_package_without_its_parts_is_refused(tmp_path: Path, data: Path, missing: str) -> None:
    members = {f"p/{name}": content for name, content in argos_package.contents().items() if name != missing}
    argos_package.archive(tmp_path / "p.argosmodel", members)
    with pytest.raises(PackageError, match=r"missing|no tokenizer"):
        packages.install(tmp_path / "p.argosmodel", data)


@pytest.mark.parametrize(
    "metadata", ["[]", "{", '{"from_code": "fr"}', '{"from_code": "fr", "to_code": "../x"}', "\xff"]
)
def test_metadata_must_name_two_languages(tmp_path: Path, data: Path, metadata: str) -> None:
    members = {f"p/{name}": content for name, content in argos_package.contents().items()}
    argos_package.archive(tmp_path / "p.argosmodel", members | {"p/metadata.json": metadata.encode("latin-1")})
    with pytest.raises(PackageError, match=r"metadata\.json"):
        packages.install(tmp_path / "p.argosmodel", data)


def test_no_truncation_and_no_changed_byte_is_installed(file: Path, data: Path) -> None:
    sound = file.read_bytes()
    for size in (0, 10, len(sound) // 2, len(sound) - 30):
        file.write_bytes(sound[:size])
        with pytest.raises(PackageError):
            packages.install(file, data)
    middle = len(sound) // 2
    file.write_bytes(sound[:middle] + bytes([sound[middle] ^ 255]) + sound[middle + 1 :])
    with pytest.raises(PackageError, match="not a sound zip file"):
        packages.install(file, data)
    assert packages.installed(data) == []
    assert left_over(data) == []


def test_a_missing_file_is_named(tmp_path: Path, data: Path) -> None:
    with pytest.raises(PackageError, match=r"none\.argosmodel: there is no such file"):
        packages.install(tmp_path / "none.argosmodel", data)


def test_a_data_folder_that_cannot_be_written_is_named(file: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(PackageError, match="cannot be written"):
        packages.install(file, tmp_path / "data")


# Which engine


def _config(data: Path, **changes: str) -> Config:
    return Config(data=data, translate=TranslateConfig(**changes))


def _shipped(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir(exist_ok=True)
    return folder


def test_a_named_file_comes_before_an_installed_package(tmp_path: Path, data: Path) -> None:
    packages.install(argos_package.build(tmp_path, "there", package_version="2.0"), data)
    other = argos_package.build(tmp_path, "other")
    engine = choose(_config(data), {"ARGOS_PACKAGE": str(other)}, _shipped(tmp_path))
    assert isinstance(engine, Argos)
    assert engine.package.name == "other"


def test_a_named_file_of_other_languages_leaves_the_best_in_its_place(tmp_path: Path, data: Path) -> None:
    there = packages.install(argos_package.build(tmp_path, "there"), data)
    german = argos_package.build(tmp_path, "german", from_code="de")
    shipped = _shipped(tmp_path)
    argos_package.build(shipped, "shipped")
    engine = choose(_config(data), {"ARGOS_PACKAGE": str(german)}, shipped)
    assert isinstance(engine, Argos)
    assert engine.package == there


def test_a_named_file_comes_before_a_shipped_one(tmp_path: Path, data: Path) -> None:
    shipped = _shipped(tmp_path)
    argos_package.build(shipped, "shipped")
    named = argos_package.build(tmp_path, "named")
    engine = choose(_config(data), {"ARGOS_PACKAGE": str(named)}, shipped)
    assert isinstance(engine, Argos)
    assert engine.package.name == "named"


def test_a_shipped_package_of_the_right_languages_is_installed(tmp_path: Path, data: Path) -> None:
    shipped = _shipped(tmp_path)
    argos_package.build(shipped, "a-other", from_code="de")
    argos_package.build(shipped, "b-right")
    engine = choose(_config(data), {}, shipped)
    assert isinstance(engine, Argos)
    assert engine.package.name == "b-right"
    assert engine.translate(["Le chat"])[0].text == "The cat"


def test_a_named_file_that_is_not_there_is_an_error(tmp_path: Path, data: Path) -> None:
    with pytest.raises(PackageError, match="ARGOS_PACKAGE"):
        choose(_config(data), {"ARGOS_PACKAGE": str(tmp_path / "none")}, _shipped(tmp_path))


def test_nothing_at_hand_gives_no_engine(tmp_path: Path, data: Path) -> None:
    assert choose(_config(data), {"PATH": str(tmp_path)}, _shipped(tmp_path)) is None
    assert choose(_config(data, engine="none"), {}) is None


@pytest.mark.parametrize(("engine", "hint"), [("argos", "make model"), ("apertium", "apt-get install apertium")])
def test_an_engine_asked_for_by_name_must_be_there(tmp_path: Path, data: Path, engine: str, hint: str) -> None:
    with pytest.raises(EngineError, match=hint):
        choose(_config(data, engine=engine), {"PATH": str(tmp_path)}, _shipped(tmp_path))


def test_an_unknown_engine_is_a_wrong_setting(data: Path) -> None:
    with pytest.raises(ConfigError, match="Known: auto, argos, apertium, none"):
        choose(_config(data, engine="babelfish"), {})


@pytest.mark.engine
def test_apertium_is_what_remains(tmp_path: Path, data: Path, missing: Callable[[str], None]) -> None:
    if route("fr", "en") is None:
        missing("Apertium")
    assert isinstance(choose(_config(data), {}, _shipped(tmp_path)), Apertium)
    packages.install(argos_package.build(tmp_path), data)
    assert isinstance(choose(_config(data), {}, _shipped(tmp_path)), Argos)
    assert isinstance(choose(_config(data, engine="apertium"), {}, _shipped(tmp_path)), Apertium)


def _pinned(files: list[tuple[Path, float]], folder: Path) -> Path:
    """A table of packages with these files in it, each with its BLEU."""
    tables = (
        f'[[package]]\nname="{file.stem}"\nsource="fr"\ntarget="en"\nlicence=""\nsize={file.stat().st_size}\n'
        f'sha256="{archive.sha256(file)}"\nfigures={{bleu={bleu},test="t",year=2026,origin="measured"}}\n'
        for file, bleu in files
    )
    table = folder / "pins.toml"
    table.write_text("".join(tables))
    return table


def test_the_package_with_the_best_figures_translates(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = _shipped(tmp_path)
    worse = argos_package.build(tmp_path, "worse", package_version="3.0")
    best = argos_package.build(shipped, "best", package_version="2.0")
    monkeypatch.setattr(packages, "PINS", _pinned([(worse, 14.0), (best, 26.3)], tmp_path))
    packages.install(worse, data)
    engine = choose(_config(data), {}, shipped)
    assert isinstance(engine, Argos) and engine.package.name == "best"
    assert described(engine, _config(data)).endswith("+best: 26.3 BLEU on t (measured 2026)")
    found = packages.find(data, "fr", "en")
    assert found is not None and found.name == "best"  # both are installed now
    packages.install(argos_package.build(tmp_path, "own"), data)
    engine = choose(_config(data), {}, shipped)
    assert isinstance(engine, Argos) and engine.package.name == "own"  # nobody measured it: somebody chose it
    assert described(engine, _config(data)).endswith(": not measured")


# The official download, against a server on this machine


def test_the_pinned_package() -> None:
    pin = packages.pin("fr", "en")
    assert pin.size == 66_585_033
    assert pin.sha256 == "3b3052fee6bb1e8e8e632a26a723eb2a2c7710dfe73ba61ffd9b83e85d4f14c1"
    assert all(url.startswith("https://") and url.endswith(f"/{pin.name}.argosmodel") for url in pin.urls)
    with pytest.raises(NotFoundError):
        packages.pin("fr", "tlh")


@dataclass
class Shelf:
    """What the server gives, how it misbehaves, and what it was asked for."""

    content: bytes
    etag: str = '"1"'
    cut: list[int] = field(default_factory=list)  # bytes after which each of the next answers breaks off
    status: int = 200
    hang: float = 0.0
    ranges: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


class Handler(http.server.BaseHTTPRequestHandler):
    shelf: Shelf

    def do_GET(self) -> None:
        shelf = self.shelf
        shelf.asked.append({name.lower(): value for name, value in self.headers.items()})
        time.sleep(shelf.hang)
        if shelf.status != 200:
            self.send_error(shelf.status)
            return
        start = self._start()
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(shelf.content) - 1}/{len(shelf.content)}")
        self.send_header("Content-Length", str(len(shelf.content) - start))
        self.send_header("ETag", shelf.etag)
        self.end_headers()
        self.wfile.write(shelf.content[start : start + shelf.cut.pop(0)] if shelf.cut else shelf.content[start:])

    def _start(self) -> int:
        asked = self.shelf.asked[-1]
        if not self.shelf.ranges or "range" not in asked or asked.get("if-range", self.shelf.etag) != self.shelf.etag:
            return 0
        return int(asked["range"].removeprefix("bytes=").removesuffix("-"))

    def log_message(self, format: str, *args: object) -> None:
        """Keeps quiet."""


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    shelf = Shelf(bytes(range(256)) * 2_000)
    handler = type("OneHandler", (Handler,), {"shelf": shelf})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        shelf.url = f"http://127.0.0.1:{server.server_port}/p.argosmodel"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield shelf
        server.shutdown()
        thread.join()


def _pin(shelf: Shelf, *urls: str) -> packages.Pin:
    digest = hashlib.sha256(shelf.content).hexdigest()
    figures = packages.TranslationQuality(30.0, None, "t", 2026, "measured")
    return packages.Pin("p", "fr", "en", len(shelf.content), digest, "none", figures, urls or (shelf.url,))


QUICK = Patience(connect=0.5, read=0.3, attempts=2)
network = pytest.mark.network


@network
def test_a_download_is_whole_and_tells_its_progress(shelf: Shelf, data: Path) -> None:
    seen: list[tuple[int, int]] = []
    file = download(_pin(shelf), data, lambda done, total: seen.append((done, total)), QUICK)
    assert file.read_bytes() == shelf.content
    assert (seen[0], seen[-1]) == ((0, len(shelf.content)), (len(shelf.content), len(shelf.content)))
    assert [path.name for path in file.parent.iterdir()] == ["p.argosmodel"]
    assert shelf.asked[0]["user-agent"].startswith("enregard")


@network
def test_what_is_there_is_not_fetched_again(shelf: Shelf, data: Path) -> None:
    assert download(_pin(shelf), data, None, QUICK) == download(_pin(shelf), data, None, QUICK)
    assert len(shelf.asked) == 1


@network
def test_a_broken_download_is_taken_up_where_it_broke(shelf: Shelf, data: Path) -> None:
    shelf.cut = [200_000, 100_000]
    assert download(_pin(shelf), data, None, QUICK).read_bytes() == shelf.content
    starts = [asked.get("range") for asked in shelf.asked]
    assert starts[0] is None
    assert len(starts) == 3
    assert all(start and int(start[6:-1]) > 0 for start in starts[1:])
    assert shelf.asked[1]["if-range"] == '"1"'


@network
def test_a_line_that_keeps_breaking_gets_there(shelf: Shelf, data: Path) -> None:
    shelf.cut = [70_000] * 6
    assert download(_pin(shelf), data, None, QUICK).read_bytes() == shelf.content


@network
def test_a_later_call_goes_on_where_an_earlier_one_stopped(shelf: Shelf, data: Path) -> None:
    shelf.cut = [200_000, 0, 0]
    with pytest.raises(PackageError):
        download(_pin(shelf), data, None, QUICK)
    part = data / "downloads" / "p.argosmodel.part"
    size = part.stat().st_size
    assert 0 < size <= 200_000
    download(_pin(shelf), data, None, QUICK)
    assert shelf.asked[-1]["range"] == f"bytes={size}-"


@network
def test_a_file_that_changed_meanwhile_is_fetched_anew(shelf: Shelf, data: Path) -> None:
    part = data / "downloads" / "p.argosmodel.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"old" * 100)
    part.with_name(part.name + ".tag").write_text('"0"')
    assert download(_pin(shelf), data, None, QUICK).read_bytes() == shelf.content


@network
def test_a_server_without_ranges_starts_again(shelf: Shelf, data: Path) -> None:
    shelf.ranges, shelf.cut = False, [200_000]
    assert download(_pin(shelf), data, None, QUICK).read_bytes() == shelf.content


@network
@pytest.mark.parametrize("changed", ["hash", "shorter", "longer"])
def test_a_wrong_file_is_never_kept(shelf: Shelf, data: Path, changed: str) -> None:
    pin = _pin(shelf)
    if changed == "hash":
        shelf.content = shelf.content[:-1] + b"x"
    else:
        shelf.content = shelf.content[:-1] if changed == "shorter" else shelf.content + b"x"
    with pytest.raises(PackageError, match=r"SHA-256|bytes"):
        download(pin, data, None, QUICK)
    assert not (data / "downloads" / "p.argosmodel").exists()


@network
def test_the_next_address_is_tried(shelf: Shelf, data: Path) -> None:
    gone = "http://127.0.0.1:9/p.argosmodel"
    assert download(_pin(shelf, gone, shelf.url), data, None, QUICK).read_bytes() == shelf.content


@network
@pytest.mark.parametrize("status", [404, 403, 500])
def test_a_refusal_is_told_with_what_to_do(shelf: Shelf, data: Path, status: int) -> None:
    shelf.status = status
    with pytest.raises(PackageError, match=f"status {status}(?s:.*)ARGOS_PACKAGE=FILE"):
        download(_pin(shelf), data, None, QUICK)
    assert len(shelf.asked) == 1


@network
def test_a_server_that_hangs_is_left(shelf: Shelf, data: Path) -> None:
    shelf.hang = 1.0
    start = time.perf_counter()
    with pytest.raises(PackageError, match="Timeout"):
        download(_pin(shelf), data, None, replace(QUICK, read=0.1))
    assert time.perf_counter() - start < 2


@network
def test_no_server_at_all_says_what_to_do_offline(data: Path, shelf: Shelf) -> None:
    with pytest.raises(PackageError, match=r"Offline\?"):
        download(_pin(shelf, "http://127.0.0.1:9/x", "http://no.such.host.invalid/x"), data, None, QUICK)


@network
def test_a_download_can_be_installed(shelf: Shelf, data: Path, file: Path) -> None:
    shelf.content = file.read_bytes()
    assert packages.install(download(_pin(shelf), data, None, QUICK), data).name == "translate-fr_en-1_0"


def test_make_model_takes_the_named_file_then_what_is_there(tmp_path: Path, data: Path) -> None:
    shipped = _shipped(tmp_path)
    argos_package.build(shipped, "shipped")
    assert obtain(_config(data), {}, None, shipped).name == "shipped"
    named = argos_package.build(tmp_path, "named")
    assert obtain(_config(data), {"ARGOS_PACKAGE": str(named)}, None, shipped).name == "named"
    with pytest.raises(PackageError, match="ARGOS_PACKAGE"):
        obtain(_config(data), {"ARGOS_PACKAGE": str(tmp_path / "none")}, None, shipped)


@network
def test_make_model_downloads_when_nothing_is_at_hand(
    tmp_path: Path, data: Path, shelf: Shelf, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.content = file.read_bytes()
    pin = _pin(shelf)
    urls = json.dumps(list(pin.urls))
    (tmp_path / "pins.toml").write_text(
        f'[[package]]\nname="p"\nsource="fr"\ntarget="en"\nlicence=""\nsize={pin.size}\n'
        f'sha256="{pin.sha256}"\nurls={urls}\nfigures={{bleu=30.0,test="t",year=2026,origin="measured"}}\n'
    )
    monkeypatch.setattr(packages, "PINS", tmp_path / "pins.toml")
    assert obtain(_config(data), {}, None, _shipped(tmp_path)).sha256 == pin.sha256


def test_the_record_is_plain(file: Path, data: Path) -> None:
    record = json.loads((packages.install(file, data).path / packages.RECORD).read_text("utf-8"))
    assert sorted(record) == ["file", "files", "sha256"]
    assert record["file"] == file.name
