"""The command line: one group, its global options, and how errors reach a user.

Commands are in the modules beside this one. Heavy imports are inside the functions, so that help answers at once.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import click

from xinpu import __version__
from xinpu.cli.asking import queries, query, show, stats
from xinpu.cli.editing import diff, fmt, import_, links, new
from xinpu.cli.making import build, check, export, load, mcp, serve
from xinpu.errors import XinpuError

COMMANDS = (build, check, diff, export, fmt, import_, links, load, mcp, new, queries, query, serve, show, stats)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Examples: `xinpu build`, `xinpu query market/shares`, `xinpu show kunlunxin`, `xinpu check`.",
)
@click.version_option(__version__, prog_name="xinpu", message="%(prog)s %(version)s")
@click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder with ontology, graph, queries and site. Default: the current one if it is such a folder, "
    "else the graph that comes with the package.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def xinpu(context: click.Context, project: Path | None, debug: bool) -> None:
    """Xinpu (芯谱): the reference knowledge graph of China's AI-chip ecosystem."""
    context.obj = project
    context.meta["xinpu.debug"] = debug


for _command in COMMANDS:
    xinpu.add_command(_command)


def run(arguments: list[str]) -> int:
    """Run one command line; give its exit status: 0 well, 1 errors, 2 wrong usage. No traceback without --debug."""
    debug = "--debug" in arguments
    try:
        status = xinpu.main(arguments, prog_name="xinpu", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return 130
    except BrokenPipeError:
        # the reader of the pipe has gone: nothing to say, and nothing to flush at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except XinpuError as error:
        if debug:
            traceback.print_exc()
        click.echo(f"xinpu: {error}", err=True)
        return error.exit_code
    except Exception as error:
        if debug:
            traceback.print_exc()
        text = " ".join(str(error).split())[:300]
        click.echo(
            f"xinpu: unexpected {type(error).__name__}: {text}. Run again with --debug and report what it prints.",
            err=True,
        )
        return 1
