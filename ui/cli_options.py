"""Options that several commands share, and how a command is run; imports nothing heavy."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer


class Detail(StrEnum):
    """How much a summary tells."""

    brief = "brief"
    detailed = "detailed"
    comprehensive = "comprehensive"


class Profile(StrEnum):
    """Which identifiers are replaced."""

    working = "working"
    strict = "strict"


class Method(StrEnum):
    """How the model is trained."""

    alora = "alora"
    lora = "lora"
    dora = "dora"
    rslora = "rslora"
    full = "full"


class Role(StrEnum):
    """What a user may do."""

    paralegal = "paralegal"
    attorney = "attorney"
    admin = "admin"


Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
As = Annotated[str | None, typer.Option("--as", metavar="USER", help="Who acts; default: the shell's login.")]
MatterName = Annotated[str, typer.Option("--matter", metavar="M", help="Name or id of the matter.")]
PasswordFile = Annotated[Path | None, typer.Option(help="File whose first line is the password.")]
DocumentType = Annotated[
    str | None, typer.Option(help="Settles the type: complaint, motion, order, brief, contract, patent, plain, …")
]
Adapter = Annotated[str | None, typer.Option(help='An adapter id, "base", or "none" (no model); default: the active.')]
Words = Annotated[int | None, typer.Option(min=10, max=5000, help="Length wished for, in words.")]


def run(command: str, as_user: str | None, as_json: bool, file: str = "", /, **arguments: Any) -> None:
    """Run a command that needs the house, here or in the running server, and end with its exit code."""
    from ui.terminal import run_house_command

    raise typer.Exit(run_house_command(command, arguments, as_user=as_user, as_json=as_json, file=file))


def run_beside(command: str, as_json: bool, file: str = "", /, **arguments: Any) -> None:
    """Run a command that changes nothing in the store, in this process."""
    from ui import terminal

    raise typer.Exit(terminal.run_beside(command, arguments, as_json=as_json, file=file))


def read_secret(path: Path | None) -> str | None:
    """Read the first line of a password file."""
    from ui import terminal

    return terminal.read_secret(path)
