"""Matrix products round a row alike wherever it stands, on which all that is kept by content rests."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline import blas
from pipeline.embedding.layers import LEAST
from pipeline.embedding.threads import single

AVX2, AVX512 = {"sse2", "avx", "avx2", "fma"}, {"avx2", "avx512f"}


@pytest.mark.parametrize("inner", [256, 512, 1280])
def test_a_row_of_a_product_is_the_same_wherever_it_stands(inner: int) -> None:
    chance = np.random.default_rng(inner)
    rows = chance.standard_normal((600, inner)).astype(np.float32)
    weights = chance.standard_normal((inner, 512)).astype(np.float32)
    with single():
        whole = rows @ weights
        for begin, count in ((0, LEAST), (1, LEAST), (6, 50), (7, 101), (13, 384), (100, 499)):
            assert np.array_equal(rows[begin : begin + count] @ weights, whole[begin : begin + count])


@pytest.mark.parametrize(
    ("flags", "before", "after"),
    [
        (AVX2, {}, {blas.VARIABLE: blas.STEADY}),
        (AVX2, {blas.VARIABLE: "Zen"}, {blas.VARIABLE: "Zen"}),
        (AVX512, {}, {}),
        (set(), {}, {}),
    ],
)
def test_kernels_are_chosen_where_they_have_to_be(
    flags: set[str], before: dict[str, str], after: dict[str, str]
) -> None:
    environ = dict(before)
    blas.choose(environ, flags)
    assert environ == after


def test_what_a_processor_can_do_is_read_where_the_system_says_it(tmp_path: Path) -> None:
    listing = tmp_path / "cpuinfo"
    listing.write_text("processor\t: 0\nflags\t\t: fpu avx2 \n\nprocessor\t: 1\nflags\t\t: none\n", "utf-8")
    assert blas.flags(listing) == {"fpu", "avx2"}
    listing.write_text("Features : asimd\n", "utf-8")
    assert blas.flags(listing) == set()
    assert blas.flags(tmp_path / "absent") == set()


def test_the_command_line_settles_it_before_numpy_is_loaded() -> None:
    lines = "import sys, pipeline.cli", "assert 'numpy' not in sys.modules", "assert 'pipeline.blas' in sys.modules"
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True)
