"""The command line: each command is one small function in ``commands``, the only place that prints.

Exit status: 0 done, 1 the work failed, 2 the call was wrong, 3 some inputs were skipped (each named with its reason).
Data goes to standard output (or ``--output``), everything else to standard error.
"""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from io import StringIO
from pathlib import Path
from types import MappingProxyType

import click

from pipeline import VERSION
from pipeline import config as configuration
from pipeline.commands.common import PATH, tell
from pipeline.errors import EnregardError, UsageError

# Command to the module and the function that is it, loaded when called: no command waits for the libraries of another.
COMMANDS = MappingProxyType(
    {
        "build": "build:build",
        "query": "query:query",
        "search": "search:search",
        "ngrams": "frequencies:list_ngrams",
        "keywords": "frequencies:list_keywords",
        "lexicon": "word_list:lexicon",
        "suggest": "suggest:suggest_pairs",
        "browse": "browse:browse",
        "show": "show:show",
        "why": "show:why",
        "report": "report:write_report",
        "review": "review:review",
        "doctor": "examine:examine",
        "evaluate": "evaluate:evaluate",
        "export": "export_import:export",
        "import": "export_import:import_",
        "copy": "copy_corpus:copy_corpus",
        "detect": "stages:detect",
        "segment": "stages:segment",
        "translate": "stages:translate",
        "align": "bitext:align",
        "mine": "bitext:mine",
        "model": "model:model",
    }
)


class Lazy(click.Group):
    """A group that loads a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, if there is one."""
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].partition(":")
        with _uncollected():
            command: click.Command = getattr(import_module(f"pipeline.commands.{module}"), function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called. Raises click.UsageError, with names that are like it, where there is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = get_close_matches(args[0], COMMANDS)
            if not close:
                raise
            raise click.UsageError(f"{error.message} Did you mean {' or '.join(close)}?", ctx) from error


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="enregard")
@click.option("--config", "path", type=PATH, help="Settings (default: enregard.toml, if there).")
@click.pass_context
def cli(context: click.Context, path: Path | None) -> None:
    """Turn a folder of French, English and mixed documents into one bilingual corpus, offline."""
    context.obj = configuration.load(path)


def main() -> int:
    """Run the command line; returns the exit status."""
    if sys.stderr is None:  # closed by whoever called
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 -- as long as the process
    if sys.stdout is None:
        tell("enregard: standard output is closed. Open it, or send it to a file.")
        return 1
    try:
        status = _status(cli.main(standalone_mode=False))
        sys.stdout.flush()  # while it can still be said that nobody reads any more
        return status
    except click.ClickException as error:
        message = StringIO()  # it quotes what was called, such as the names of files
        error.show(message)
        tell(message.getvalue().removesuffix("\n"))
        return error.exit_code
    except EnregardError as error:
        tell(f"enregard: {error}")
        return 2 if isinstance(error, UsageError) else 1
    except (KeyboardInterrupt, click.Abort):
        tell("enregard: stopped. What was finished is kept; the same command goes on from there.")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read our output has had enough
    except UnicodeEncodeError as error:
        sign = error.object[error.start]
        tell(
            f"enregard: the output is to be {error.encoding}, which has no {sign!a}. Set PYTHONIOENCODING=utf-8, or "
            "write to a file with --output."
        )
    except OSError as error:
        tell(f"enregard: {error.filename or 'system'}: {error.strerror}. Check the path and its rights.")
    return 1


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing is looked through for garbage while modules are loaded, nor they ever after: they stay anyway."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _status(result: object) -> int:
    return result if isinstance(result, int) else 0
