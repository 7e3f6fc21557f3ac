"""Old Word documents (.doc) by Debian's antiword, where it is installed."""

import shutil
import subprocess

from pipeline.config import ReadConfig
from pipeline.errors import InputError
from pipeline.reading.extract import Extract

PROGRAM = "antiword"


def read_doc(data: bytes, config: ReadConfig) -> Extract:
    """The text of an old Word document. Raises InputError E107 without antiword, E110 where it fails."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise InputError(
            "E107", "It is an old Word file. Install antiword (`apt install antiword`), or save it as .docx."
        )
    command = [program, "-m", "UTF-8.txt", "-w", "0", "-"]
    process = subprocess.run(command, input=data, capture_output=True, timeout=config.max_seconds, check=False)
    if process.returncode:
        reason = " ".join(process.stderr.decode("utf-8", "replace").split())[:200]
        raise InputError("E110", f"antiword cannot read it ({reason}). Save it as .docx.")
    return Extract(process.stdout.decode("utf-8", "replace"))
