"""How the Gradio screens are put in place: admins only, nothing from elsewhere, the look of the other screens."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from fastapi import FastAPI, Request

from assistant.errors import CasebriefError, NotAllowed
from ui.messages import OUR_FAULT, log_fault
from ui.web.render import WEB, static_address

# Read by Gradio when it is imported: no telemetry, no look at a hub, no record of runs.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ["GRADIO_ALLOWED_PATHS"] = ""

import gradio as gr  # noqa: E402

Given = ParamSpec("Given")
Result = TypeVar("Result")

POLL_S = 0.05
FONT = ["Source Sans 3", "system-ui", "sans-serif"]


def make_theme() -> gr.themes.Base:
    """Make the theme: our colours by variables of our stylesheet, our fonts by name, nothing downloaded."""
    return gr.themes.Base(font=FONT, font_mono=["ui-monospace", "monospace"]).set(
        body_background_fill="var(--paper)",
        body_background_fill_dark="var(--paper)",
        body_text_color="var(--ink)",
        body_text_color_dark="var(--ink)",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
        block_label_text_color="var(--quiet)",
        block_label_text_color_dark="var(--quiet)",
        block_info_text_color="var(--quiet)",
        block_info_text_color_dark="var(--quiet)",
        input_background_fill="var(--sheet)",
        input_background_fill_dark="var(--sheet)",
        input_border_color="var(--line-strong)",
        input_border_color_dark="var(--line-strong)",
        input_border_width="1px",
        checkbox_label_background_fill="var(--sheet)",
        checkbox_label_background_fill_dark="var(--sheet)",
        checkbox_label_background_fill_selected="var(--accent-soft)",
        checkbox_label_background_fill_selected_dark="var(--accent-soft)",
        checkbox_label_border_color="var(--line-strong)",
        checkbox_label_border_color_dark="var(--line-strong)",
        checkbox_label_text_color="var(--ink)",
        checkbox_label_text_color_dark="var(--ink)",
        checkbox_background_color="var(--sheet)",
        checkbox_background_color_dark="var(--sheet)",
        checkbox_background_color_hover="var(--sheet)",
        checkbox_background_color_hover_dark="var(--sheet)",
        checkbox_border_color="var(--line-strong)",
        checkbox_border_color_dark="var(--line-strong)",
        checkbox_background_color_selected="var(--accent)",
        checkbox_background_color_selected_dark="var(--accent)",
        button_primary_background_fill="var(--accent)",
        button_primary_background_fill_dark="var(--accent)",
        button_primary_background_fill_hover="var(--accent)",
        button_primary_background_fill_hover_dark="var(--accent)",
        button_primary_text_color="var(--accent-ink)",
        button_primary_text_color_dark="var(--accent-ink)",
        button_secondary_background_fill="var(--sheet)",
        button_secondary_background_fill_dark="var(--sheet)",
        button_secondary_border_color="var(--line-strong)",
        button_secondary_border_color_dark="var(--line-strong)",
        button_secondary_text_color="var(--ink)",
        button_secondary_text_color_dark="var(--ink)",
        color_accent="var(--accent)",
        color_accent_soft="var(--accent-soft)",
        color_accent_soft_dark="var(--accent-soft)",
        border_color_primary="var(--line)",
        border_color_primary_dark="var(--line)",
    )


def mount_screen(app: FastAPI, blocks: gr.Blocks, path: str) -> None:
    """Mount a Gradio screen; the gate has refused everybody but admins before, and Gradio asks once more."""
    head = (
        f'<link rel="stylesheet" href="{static_address("css/gradio.css")}">'
        f'<link rel="icon" href="{static_address("icon.svg")}" type="image/svg+xml">'
        f'<script type="module" src="{static_address("js/gradio_shell.js")}"></script>'
    )
    gr.mount_gradio_app(
        app,
        blocks,
        path,
        auth_dependency=admit_admin,
        allowed_paths=[],
        blocked_paths=[str(WEB)],
        show_error=False,
        max_file_size=1,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        run_history=False,
        footer_links=[],
        theme=make_theme(),
        head=head,
    )
    slow_polling(blocks)


def slow_polling(blocks: gr.Blocks) -> None:
    """Let the screen look for work 20 times a second, not 1,000: each look takes Python's lock from the engine."""
    blocks._queue.sleep_when_free = POLL_S
    blocks._queue.progress_update_sleep_when_free = POLL_S


def admit_admin(request: Request) -> str | None:
    """Give the name of the admin whose request it is; None refuses, whatever the gate has let through."""
    login = getattr(request.state, "login", None)
    return login.user.name if login is not None and login.user.role == "admin" else None


def find_admin(house: Any, request: gr.Request | None) -> Any:
    """Give the admin who calls a handler, asked anew of the store; NotAllowed where it is nobody or no admin."""
    from assistant.store import people

    name = getattr(request, "username", None)
    user = people.get_user(house.db, name) if name else None
    if user is None or user.disabled or user.role != "admin":
        raise NotAllowed("Only administrators may do this.")
    return user


def tell_errors(handler: Callable[Given, Result]) -> Callable[Given, Result]:
    """Turn our errors into the notice that Gradio shows; the sentence says what to do next."""

    @functools.wraps(handler)
    def told(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return handler(*args, **kwargs)
        except CasebriefError as error:
            raise gr.Error(str(error), duration=12, print_exception=False) from None
        except Exception as error:
            log_fault(error, handler.__qualname__)
            raise gr.Error(OUR_FAULT, duration=12, print_exception=False) from None

    return told
