"""The Rounds screen (admin, Gradio): what would train, start, watch, compare, promote or discard, roll back."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any

from fastapi import FastAPI

from assistant.errors import CasebriefError, NotFound
from ui.actions.learning import DECIDABLE, LONGEST_REASON
from ui.web import rounds_view as view
from ui.web.gradio_frame import find_admin, gr, mount_screen, tell_errors

PRESETS = ("quick", "normal", "thorough")
CHOICE_WORDS = [
    ("Quick: a look, about two minutes; too few documents for the gate", "quick"),
    ("Normal: what most rounds want", "normal"),
    ("Thorough: more filings and passes, overnight", "thorough"),
]
POLL_S = 2.0
AHEAD_S = 10.0
MAX_CURVES = 8


class LossCurves:
    """Losses of the rounds as they were seen while watching, for rounds that only tell the latest one."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, list[tuple[float, float]]] = OrderedDict()

    def add(self, found: dict[str, Any]) -> dict[str, Any]:
        """Give the round with its curve so far in `progress["losses"]`."""
        progress = dict(found.get("progress") or {})
        loss, step = progress.get("loss"), progress.get("done")
        if progress.get("losses") or not isinstance(loss, int | float) or not isinstance(step, int | float):
            return found
        curve = self._seen.setdefault(str(found["round_id"]), [])
        if not curve or curve[-1][0] != step:
            curve.append((float(step), float(loss)))
        while len(self._seen) > MAX_CURVES:
            self._seen.popitem(last=False)
        return {**found, "progress": {**progress, "losses": list(curve)}}


class RoundsScreen:
    """The handlers of the screen; each asks first who calls."""

    def __init__(self, house: Any, actions: Any) -> None:
        self.house = house
        self.learning = actions.learning
        self.curves = LossCurves()
        self.ahead: tuple[float, Any] = (float("-inf"), None)  # when it was looked ahead, and what was seen

    def newest(self, user: Any) -> dict[str, Any] | None:
        """Give the newest round, or None."""
        found = self.learning.round_status(self.house, user)
        return None if found["status"] == "none" else self.curves.add(found)

    def tick(self, request: gr.Request) -> tuple[Any, ...]:
        """Give every panel anew, as an open screen asks again and again; what a round would learn changes slowly."""
        return self._show(request, anew=False)

    def refresh(self, request: gr.Request) -> tuple[Any, ...]:
        """Give every panel anew."""
        return self._show(request, anew=True)

    def _show(self, request: gr.Request, *, anew: bool) -> tuple[Any, ...]:
        user = find_admin(self.house, request)
        found = self.newest(user)
        running = bool(found) and found["status"] == "running"  # type: ignore[index]
        decidable = bool(found) and found["status"] in DECIDABLE and bool(found.get("candidate"))  # type: ignore[index, union-attr]
        unproven = decidable and found["status"] == "unproven"  # type: ignore[index]
        adapters = self.learning.list_adapters(self.house, user)
        preview, waiting = self.look_ahead(user, anew=anew)
        return (
            preview,
            view.show_progress(found),
            view.show_results(found),
            view.show_adapters(adapters),
            view.show_history(self.learning.list_rounds(self.house, user)),
            gr.update(interactive=not running, value="A round is running" if running else "Start a round"),
            gr.update(visible=running),
            gr.update(visible=decidable, value="Promote it all the same" if unproven else "Promote the candidate"),
            gr.update(visible=decidable),
            gr.update(visible=unproven),
            gr.update(interactive=any(a["status"] == "retired" for a in adapters)),
            gr.update(visible=bool(waiting), value=view.word_release({"waiting": waiting}) or "Release"),
            waiting[0] if waiting else {},
        )

    def look_ahead(self, user: Any, *, anew: bool) -> tuple[str, list[dict[str, Any]]]:
        """Show the preview, or its error in its place (the other panels stay usable), and give whose bursts wait.

        All corrections are looked through for it: where it need not be `anew`, what was seen within `AHEAD_S` will do.
        """
        at, seen = self.ahead
        if not anew and time.monotonic() - at < AHEAD_S:
            return seen  # type: ignore[no-any-return]
        try:
            preview = self.learning.preview_round(self.house, user)
        except CasebriefError as error:
            return view.show_error(str(error)), []
        shown = view.show_preview(preview), list(preview.get("waiting") or ())
        self.ahead = time.monotonic(), shown
        return shown

    def release(self, request: gr.Request, seen: dict[str, Any]) -> tuple[Any, ...]:
        """Let the burst train that the button named; what came since goes on waiting."""
        user = find_admin(self.house, request)
        self.learning.release_burst(self.house, user, str(seen.get("author", "")), str(seen.get("until", "")))
        return self.refresh(request)

    def start(self, request: gr.Request, choice: str, *values: Any) -> tuple[Any, ...]:
        """Start a round with one of the three choices, changed by what stands under Advanced."""
        user = find_admin(self.house, request)
        self.learning.start_round(self.house, user, read_options(choice, *values))
        return self.refresh(request)

    def stop(self, request: gr.Request) -> tuple[Any, ...]:
        """Cancel the running round."""
        self.learning.cancel_round(self.house, find_admin(self.house, request))
        return self.refresh(request)

    def promote(self, request: gr.Request, reason: str | None = "") -> tuple[Any, ...]:
        """Make the newest round's candidate the active adapter; one that the gate left unproven needs a reason."""
        user = find_admin(self.house, request)
        self.learning.promote(self.house, user, self._candidate(user), reason or "")  # None while the field is hidden
        return self.refresh(request)

    def discard(self, request: gr.Request) -> tuple[Any, ...]:
        """Put the newest round's candidate aside."""
        user = find_admin(self.house, request)
        self.learning.discard(self.house, user, self._candidate(user))
        return self.refresh(request)

    def roll_back(self, request: gr.Request) -> tuple[Any, ...]:
        """Go back to the adapter that was active before."""
        self.learning.rollback(self.house, find_admin(self.house, request))
        return self.refresh(request)

    def _candidate(self, user: Any) -> str:
        found = self.newest(user)
        if not found or found["status"] not in DECIDABLE or not found.get("candidate"):
            raise NotFound("There is no candidate to decide on.", do="Start a round first.")
        return str(found["candidate"])


def read_options(
    choice: str, epochs: float, synthetic: float, method: str, rank: float, rate: float, prefer: bool = False
) -> dict[str, Any]:
    """Give the options of a round: the choice's own, and what was changed by hand (0 or "" leaves it)."""
    options: dict[str, Any] = {"preset": choice if choice in PRESETS else "normal"}
    given = {"epochs": int(epochs or 0), "synthetic": int(synthetic or 0), "method": method, "rank": int(rank or 0)}
    options.update({key: value for key, value in given.items() if value})
    if rate:
        options["learning_rate"] = float(rate)
    if prefer:
        options["preference"] = "dpo"
    return options


def word_command(choice: str, *given: Any) -> str:
    """Give the command line that does the same."""
    options = read_options(choice, *given)
    return "casebrief round start" + "".join(f" --option {key}={value}" for key, value in options.items())


def build_blocks(house: Any, actions: Any) -> gr.Blocks:
    """Build the screen."""
    screen = RoundsScreen(house, actions)
    panel: dict[str, Any] = {"sanitize_html": False, "latex_delimiters": [], "container": False}
    with gr.Blocks(title="Rounds · Casebrief", analytics_enabled=False, fill_width=True) as blocks:
        gr.Markdown('<h1 class="cb-title">Rounds</h1>', **panel)
        gr.Markdown('<h2 class="cb-head">What a round would learn from now</h2>', **panel)
        preview = gr.Markdown(view.show_wait(), **panel)
        burst = gr.State({})
        with gr.Row(elem_classes="cb-row"):
            release = gr.Button("Release", visible=False, elem_id="release", scale=0)
        choice = gr.Radio(CHOICE_WORDS, value="normal", label="How much", elem_classes="cb-choice")
        with gr.Accordion("Advanced", open=False, elem_classes="cb-advanced"):
            values = _advanced()
            command = gr.Markdown(f"The command that does the same: `{word_command('normal', 0, 0, '', 0, 0)}`")
        with gr.Row(elem_classes="cb-row"):
            start = gr.Button("Start a round", variant="primary", elem_id="start-round", scale=0)
            stop = gr.Button("Stop the round", variant="stop", visible=False, elem_id="stop-round", scale=0)
        gr.Markdown('<h2 class="cb-head">The newest round</h2>', **panel)
        progress, results = gr.Markdown(view.show_wait(), **panel), gr.Markdown(**panel)
        reason = gr.Textbox(
            label="Why it may serve though the gate could not say",
            info="Stays with the adapter, and every administrator reads it: no word of a matter",
            max_length=LONGEST_REASON,
            visible=False,
            elem_id="reason",
        )
        with gr.Row(elem_classes="cb-row"):
            promote = gr.Button("Promote the candidate", variant="primary", visible=False, elem_id="promote", scale=0)
            discard = gr.Button("Discard it", visible=False, elem_id="discard", scale=0)
        gr.Markdown('<h2 class="cb-head">Adapters</h2>', **panel)
        adapters = gr.Markdown(view.show_wait(), **panel)
        with gr.Row(elem_classes="cb-row"):
            back = gr.Button("Roll back to the one before", interactive=False, elem_id="roll-back", scale=0)
        with gr.Accordion("Earlier rounds", open=False, elem_classes="cb-advanced"):
            history = gr.Markdown(**panel)
        outputs = [
            preview,
            progress,
            results,
            adapters,
            history,
            start,
            stop,
            promote,
            discard,
            reason,
            back,
            release,
            burst,
        ]
        _wire(screen, blocks, choice, values, command, outputs)
    return blocks


def _advanced() -> list[Any]:
    """Lay out the fields for those who know; what is left at 0 or empty follows the choice above."""
    with gr.Row():
        epochs = gr.Number(0, label="Epochs", info="How often each pair is seen; 0 follows the choice", precision=0)
        synthetic = gr.Number(0, label="Synthetic filings", info="Added to the firm’s pairs; 0 follows", precision=0)
        method = gr.Dropdown(
            [("As chosen", ""), ("Activated LoRA", "alora"), ("LoRA", "lora"), ("DoRA", "dora"), ("rsLoRA", "rslora")],
            value="",
            label="Method",
            info="As chosen: that of the active adapter",
        )
    with gr.Row():
        rank = gr.Number(0, label="Rank", info="Size of the adapter, 1 to 256; 0 follows", precision=0)
        rate = gr.Number(0, label="Learning rate", info="0 takes the method’s own: 0.003, or 0.001 from a parent")
        prefer = gr.Checkbox(
            False,
            label="Learn from what was changed",
            info="A second step: approved texts become likelier than what the model wrote (DPO). Not measured yet",
        )
    return [epochs, synthetic, method, rank, rate, prefer]


def _wire(
    screen: RoundsScreen, blocks: gr.Blocks, choice: Any, values: list[Any], command: Any, outputs: list[Any]
) -> None:
    """Tie the events to the handlers; none of them is offered as an API of its own."""
    start, stop, promote, discard, reason, back, release, burst = outputs[5:]
    hidden: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

    blocks.load(tell_errors(screen.refresh), None, outputs, **hidden)
    gr.Timer(POLL_S).tick(tell_errors(screen.tick), None, outputs, **hidden)
    start.click(tell_errors(screen.start), [choice, *values], outputs, **hidden)
    release.click(tell_errors(screen.release), [burst], outputs, **hidden)
    promote.click(tell_errors(screen.promote), [reason], outputs, **hidden)
    for button, handler in ((stop, screen.stop), (discard, screen.discard)):
        button.click(tell_errors(handler), None, outputs, **hidden)
    back.click(tell_errors(screen.roll_back), None, outputs, **hidden)

    def say_command(choice: str, *given: Any) -> str:
        return f"The command that does the same: `{word_command(choice, *given)}`"

    for field in (choice, *values):
        field.change(say_command, [choice, *values], command, **hidden)


def mount(app: FastAPI) -> None:
    """Mount the screen at /rounds."""
    mount_screen(app, build_blocks(app.state.house, app.state.actions), "/rounds")
