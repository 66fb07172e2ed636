"""The commands that come in groups: rounds, adapters, the audit log, users, matters, watched folders, keys."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from ui.cli_options import As, Json, PasswordFile, Role, read_secret, run

rounds = typer.Typer(help="Training rounds: dataset, train, evaluate, gate.", no_args_is_help=True)
adapters = typer.Typer(help="Adapters: list, show, promote, roll back.", no_args_is_help=True)
audit = typer.Typer(help="The audit log: verify its chain, export it.", no_args_is_help=True)
users = typer.Typer(help="People who may log in.", no_args_is_help=True)
keys = typer.Typer(help="The master key: rotate it.", no_args_is_help=True)
matters = typer.Typer(help="Matters: list, consent to training, members, close.", no_args_is_help=True)
folders = typer.Typer(help="Watched folders: list, set, remove, write summaries out.", no_args_is_help=True)


@rounds.command("start")
def round_start(
    wait: Annotated[bool, typer.Option(help="Follow it to its end.")] = False,
    option: Annotated[list[str] | None, typer.Option(help="key=value, such as epochs=2 or synthetic=40.")] = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Start a round, or follow the one that is running."""
    from ui.terminal import read_options

    run("round-start", as_user, as_json, options=read_options(option or []), wait=wait)


@rounds.command("status")
def round_status(round_id: str | None = typer.Argument(None), as_user: As = None, as_json: Json = False) -> None:
    """Show a round, or the newest."""
    run("round-status", as_user, as_json, round_id=round_id)


@rounds.command("cancel")
def round_cancel(round_id: str | None = typer.Argument(None), as_user: As = None, as_json: Json = False) -> None:
    """Cancel the running round."""
    run("round-cancel", as_user, as_json, round_id=round_id)


@rounds.command("preview")
def round_preview(as_user: As = None, as_json: Json = False) -> None:
    """Count what a round would learn from now, what is left out and why, and whose corrections wait."""
    run("round-preview", as_user, as_json)


@rounds.command("release")
def round_release(user: str, as_user: As = None, as_json: Json = False) -> None:
    """Let a user's corrections train that came in a burst."""
    run("round-release", as_user, as_json, name=user)


@adapters.command("list")
def adapters_list(as_user: As = None, as_json: Json = False) -> None:
    """List the adapters."""
    run("adapters-list", as_user, as_json)


@adapters.command("show")
def adapters_show(adapter_id: str, as_user: As = None, as_json: Json = False) -> None:
    """Show an adapter, its files checked against their hashes."""
    run("adapters-show", as_user, as_json, adapter_id=adapter_id)


@adapters.command("promote")
def adapters_promote(
    adapter_id: str,
    reason: Annotated[str, typer.Option(help="Needed where the gate could not say; stays in the record.")] = "",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Make a candidate the active adapter."""
    run("adapters-promote", as_user, as_json, adapter_id=adapter_id, reason=reason)


@adapters.command("rollback")
def adapters_rollback(as_user: As = None, as_json: Json = False) -> None:
    """Go back to the adapter that was active before."""
    run("adapters-rollback", as_user, as_json)


@audit.command("verify")
def audit_verify(as_user: As = None, as_json: Json = False) -> None:
    """Check the chain from its first entry to its last."""
    run("audit-verify", as_user, as_json)


@audit.command("export")
def audit_export(as_user: As = None, as_json: Json = False) -> None:
    """Print the log, one JSON line an entry."""
    run("audit-export", as_user, True)


@users.command("add")
def users_add(
    name: str,
    role: Annotated[Role, typer.Option(help="What the user may do.")],
    display_name: Annotated[str, typer.Option(help="Name shown.")] = "",
    password_file: PasswordFile = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Add a user; without --password-file a password is made up and shown once."""
    password = read_secret(password_file)
    run("users-add", as_user, as_json, name=name, role=role.value, display_name=display_name, password=password)


@users.command("list")
def users_list(as_user: As = None, as_json: Json = False) -> None:
    """List the users."""
    run("users-list", as_user, as_json)


@users.command("role")
def users_role(name: str, role: Role, as_user: As = None, as_json: Json = False) -> None:
    """Give a user another role."""
    run("users-role", as_user, as_json, name=name, role=role.value)


@users.command("password")
def users_password(name: str, password_file: PasswordFile = None, as_user: As = None, as_json: Json = False) -> None:
    """Give a user a new password, made up without --password-file; each matter's attorney then confirms the user."""
    run("users-password", as_user, as_json, name=name, password=read_secret(password_file))


@users.command("disable")
def users_disable(name: str, as_user: As = None, as_json: Json = False) -> None:
    """Close a user's account; what the user did stays."""
    run("users-disable", as_user, as_json, name=name)


@matters.command("list")
def matters_list(as_user: As = None, as_json: Json = False) -> None:
    """List the matters."""
    run("matters-list", as_user, as_json)


@matters.command("consent")
def matters_consent(
    matter: str,
    given: Annotated[bool, typer.Option("--given/--withdrawn", help="Whether the client agrees.")],
    note: Annotated[str, typer.Option(help="When and how; sealed with the matter.")] = "",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Record a client's informed consent to training, or its withdrawal."""
    run("matters-consent", as_user, as_json, matter=matter, given=given, note=note)


@matters.command("member")
def matters_member(
    matter: str,
    user: str,
    reason: Annotated[str, typer.Option(help="Needed of an admin, for a matter's first attorney.")] = "",
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Make a user a member of a matter, or confirm one whose password somebody else has set."""
    run("matters-member", as_user, as_json, matter=matter, name=user, reason=reason)


@matters.command("close")
def matters_close(
    matter: str,
    day: Annotated[str, typer.Option(help="When it was closed, such as 2026-11-30; today where left out.")] = "",
    months: Annotated[
        int | None, typer.Option(help="Months until it is due for erasure; the firm's otherwise.")
    ] = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Close a matter; nothing is erased by itself when it is due."""
    run("matters-close", as_user, as_json, matter=matter, closed_on=day or str(date.today()), months=months)


@matters.command("reopen")
def matters_reopen(matter: str, as_user: As = None, as_json: Json = False) -> None:
    """Open a closed matter again."""
    run("matters-close", as_user, as_json, matter=matter, closed_on="")


@folders.command("list")
def folders_list(as_user: As = None, as_json: Json = False) -> None:
    """List the watched folders and how they stand."""
    run("folders-list", as_user, as_json)


@folders.command("set")
def folders_set(matter: str, folder: str, user: str, as_user: As = None, as_json: Json = False) -> None:
    """Give a matter its folder under the root; files put there are filings of the user."""
    run("folders-set", as_user, as_json, matter=matter, folder=folder, responsible=user)


@folders.command("remove")
def folders_remove(matter: str, as_user: As = None, as_json: Json = False) -> None:
    """Watch a matter's folder no more; what lies in it stays."""
    run("folders-remove", as_user, as_json, matter=matter)


@folders.command("export")
def folders_export(
    matter: str,
    allowed: Annotated[bool, typer.Option("--on/--off", help="Whether summaries are written out.")],
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Let signed-off summaries of a matter be written to its folder, or end it; an attorney of the matter may."""
    run("folders-export", as_user, as_json, matter=matter, allowed=allowed)


@keys.command("rotate")
def keys_rotate(as_user: As = None, as_json: Json = False) -> None:
    """Make a new master key and wrap every matter's key by it."""
    run("keys-rotate", as_user, as_json)


GROUPS = {
    "round": rounds, "adapters": adapters, "audit": audit, "users": users, "matters": matters, "folders": folders,
    "keys": keys,
}  # fmt: skip
"""Name of a group on the command line and its commands."""
