"""Files for what is too much for memory while a stage works. They have no name, so they go however the process ends."""

import os
import tempfile
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray


def open_scratch(folder: Path | None) -> IO[bytes]:
    """A file in ``folder``, made where it is missing; where temporary files stand, if None."""
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryFile(buffering=0, dir=folder)


def mapped_scratch(count: int, width: int, folder: Path | None) -> NDArray[np.int16]:
    """An array (count, width) of zeros in such a file, mapped into memory.

    Raises OSError where there is no room for all of it: a process that writes into a hole of a full disk is killed.
    """
    with open_scratch(folder) as file:
        _reserve(file, 2 * count * width, folder)
        return np.memmap(file, np.int16, "r+", shape=(count, width))


def _reserve(file: IO[bytes], size: int, folder: Path | None) -> None:
    if not hasattr(os, "posix_fallocate"):  # macOS, Windows
        file.truncate(size)
        return
    try:
        os.posix_fallocate(file.fileno(), 0, size)
    except OSError as error:
        message = f"{error.strerror}; {size / 1e6:,.0f} MB are needed there while passages are mined"
        raise OSError(error.errno, message, str(folder or tempfile.gettempdir())) from error
