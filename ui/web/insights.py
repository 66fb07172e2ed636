"""The Insights screen (admin, Gradio): how much people had to correct, by week and adapter, and on how many reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from markupsafe import escape

from assistant.errors import CasebriefError
from ui.web.charts import draw_bars
from ui.web.gradio_frame import find_admin, gr, mount_screen, tell_errors
from ui.web.rounds_view import show_error, show_wait

KINDS = ("untouched", "edited", "returned")
KIND_WORDS = ("Signed off untouched", "Signed off after edits", "Returned")
POLL_S = 60.0


def show_edits(rows: Sequence[Mapping[str, Any]]) -> str:
    """Show the bars and the table behind them."""
    reviews = sum(int(row.get(kind, 0)) for row in rows for kind in KINDS)
    if not reviews:
        say = "No summary has been reviewed yet. Figures appear with the first sign-off."
        return f'<div class="cb"><p class="cb-quiet">{say}</p></div>'
    bars = [(f"{row.get('week', '')} {row.get('adapter', '')}", [float(row.get(k, 0)) for k in KINDS]) for row in rows]
    head = "".join(f'<th scope="col">{title}</th>' for title in ("Week", "Adapter", *KIND_WORDS))
    body = "".join(
        f"<tr><td>{escape(row.get('week', ''))}</td><td>{escape(row.get('adapter', ''))}</td>"
        + "".join(f'<td class="cb-number">{int(row.get(kind, 0))}</td>' for kind in KINDS)
        + "</tr>"
        for row in rows
    )
    html = (
        f"<p>Rests on <strong>{reviews}</strong> reviews.</p>{draw_bars(bars, KIND_WORDS)}"
        f'<table class="cb-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    )
    return f'<div class="cb">{html}</div>'.replace("\n", " ")


def build_blocks(house: Any, actions: Any) -> gr.Blocks:
    """Build the screen."""

    def refresh(request: gr.Request) -> str:
        user = find_admin(house, request)
        try:
            return show_edits(actions.learning.insights(house, user)["weeks"])
        except CasebriefError as error:
            return show_error(str(error))

    panel: dict[str, Any] = {"sanitize_html": False, "latex_delimiters": [], "container": False}
    hidden: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    with gr.Blocks(title="Insights · Casebrief", analytics_enabled=False, fill_width=True) as blocks:
        gr.Markdown('<h1 class="cb-title">Insights</h1>', **panel)
        gr.Markdown('<h2 class="cb-head">How much people had to correct</h2>', **panel)
        edits = gr.Markdown(show_wait(), **panel)
        blocks.load(tell_errors(refresh), None, edits, **hidden)
        gr.Timer(POLL_S).tick(tell_errors(refresh), None, edits, **hidden)
    return blocks


def mount(app: FastAPI) -> None:
    """Mount the screen at /insights."""
    mount_screen(app, build_blocks(app.state.house, app.state.actions), "/insights")
