"""Every fault of ``benchmarks/faults.toml`` has its place in the code and tests that exist."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.mutate import Fault, fits, load_faults, put_in

FAULTS = load_faults()
TESTS = Path(__file__).parent


def test_as_many_of_each_kind_as_in_the_study() -> None:
    assert Counter(fault.kind for fault in FAULTS) == {"threshold": 18, "behaviour": 13, "architecture": 3}
    assert [fault.number for fault in FAULTS] == list(range(1, 35))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.number))
def test_there_is_one_place_for_it_and_its_tests_exist(fault: Fault) -> None:
    assert fits(fault), f"{fault.file} has changed: mend fault {fault.number} in benchmarks/faults.toml"
    for test in fault.tests.split():
        module, _, name = test.partition("::")
        assert f"def {name.partition('[')[0]}" in (TESTS / f"{module}.py").read_text("utf-8")


def test_a_fault_changes_its_line_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "pipeline" / "align" / "x.py"
    path.parent.mkdir(parents=True)
    path.write_text("NEAR = 4\nNEARER = 4\n", "utf-8")
    put_in(Fault(1, "threshold", "near", "align/x.py", "NEAR = 40", "test_x", r"^NEAR = 4\b"), tmp_path)
    assert path.read_text("utf-8") == "NEAR = 40\nNEARER = 4\n"
    put_in(Fault(2, "architecture", "import", "align/x.py", "import os\n", "test_x"), tmp_path)
    assert path.read_text("utf-8") == "NEAR = 40\nNEARER = 4\nimport os\n"
