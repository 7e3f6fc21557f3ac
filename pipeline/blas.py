"""Which kernels numpy's BLAS multiplies with; settled before numpy is loaded.

On processors with AVX2 and without AVX-512, OpenBLAS (0.3.31) takes kernels that round a row of a product by its place
among the others: what is made of a text would depend on the texts that are read with it, on the number of processes,
and on what a run found done already. Its kernels for older processors do not, once there are a few rows; their products
take half as long again.
"""

import os
import sys
from collections.abc import MutableMapping, Set
from pathlib import Path

VARIABLE = "OPENBLAS_CORETYPE"
STEADY = "Sandybridge"
PROCESSORS = Path("/proc/cpuinfo")


def settle() -> None:
    """Have OpenBLAS, unless it is loaded already, take kernels that round alike, here and in processes started here."""
    if "numpy" not in sys.modules:
        choose(os.environ, flags(PROCESSORS))


def choose(environ: MutableMapping[str, str], flags_of: Set[str]) -> None:
    """Set ``VARIABLE`` where the processor with these flags needs it, unless somebody has."""
    if "avx2" in flags_of and "avx512f" not in flags_of:
        environ.setdefault(VARIABLE, STEADY)


def flags(processors: Path) -> frozenset[str]:
    """What Linux says that the first processor can do; nothing where it is another system."""
    try:
        with processors.open(encoding="utf-8", errors="replace") as lines:
            return next(
                (frozenset(line.partition(":")[2].split()) for line in lines if line.startswith("flags")), frozenset()
            )
    except OSError:
        return frozenset()
