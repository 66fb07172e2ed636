"""What the Rounds screen shows, as HTML: counts, progress, the comparison, the gate's sentences, the adapters.

Numbers and ids only; everything that comes from the store is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import escape

from assistant.counting import say_count
from assistant.store.rounds import read_outcome
from finetune.plot import HOW_TO_READ, draw_systems, name_system
from ui.web.charts import draw_line

STEPS = (
    ("dataset", "Dataset"),
    ("train", "Train"),
    ("evaluate", "Evaluate"),
    ("memory", "Memory"),
    ("gate", "Gate"),
    ("register", "Register"),
)
METRICS = (("rouge1", "ROUGE-1"), ("rouge2", "ROUGE-2"), ("rougeL", "ROUGE-L"), ("rougeLsum", "ROUGE-Lsum"))
STATUS_WORDS = {
    "running": "Running",
    "passed": "Finished: the candidate passed the gate",
    "unproven": "Finished: too little to say whether the candidate is as good",
    "refused": "Finished: the gate refused the candidate",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "promoted": "The candidate was promoted",
    "discarded": "The candidate was discarded",
}
STATUS_KINDS = {"failed": "bad", "refused": "half", "unproven": "half", "cancelled": "half", "running": "run"}

DUE_WORDS = {
    "erased": "learned from what was erased since: start a round without it, or roll back",
    "prompts": "was trained with other prompts than are used now: start a round",
    "pseudonyms": "was trained with other pseudonyms than are used now: start a round",
    "ranker": "chooses passages by another version's rules, which are left aside: start a round",
    "files": "has damaged files: restore them from a backup, or roll back",
}
"""Why an adapter should be trained again, and what to do."""


def show_preview(preview: Mapping[str, Any]) -> str:
    """Show what a round would learn from now, and what is left out and why."""
    by_matter = preview.get("by_matter") or {}
    total = int(preview.get("corrections") or 0)
    summaries = "summary" if total == 1 else "summaries"
    lead = (
        f"<strong>{total}</strong> signed-off {summaries} from {say_count(len(by_matter), 'matter')} would train now."
    )
    if not total:
        lead = "No signed-off summary may train yet. A round would learn from synthetic filings only."
    notes = ["Each is checked once more when a round starts; what is left out then, and why, is shown with the round."]
    if total and preview.get("authors") == 1:
        notes.append("All were submitted by one person, so a round would learn that person's wording alone.")
    tables = _table(("Matter", "Summaries"), sorted(by_matter.items())) if by_matter else ""
    rest = _left_out(preview.get("left_out") or {}, preview.get("why") or {})
    held = "".join(
        f'<p class="cb-state cb-half">{escape(row["corrections"])} corrections of {escape(row["author"])} came in a '
        "burst, more in a day than is usual, and wait for you. Ask an attorney of their matters what they are.</p>"
        for row in preview.get("waiting") or ()
    )
    quiet = f'<p class="cb-quiet">{" ".join(notes)}</p>'
    return _block(f"<p>{lead}</p>{quiet}{held}<div class='cb-two'>{tables}{rest}</div>")


def word_release(preview: Mapping[str, Any]) -> str:
    """Give the words of the button that releases the first burst, or "" where none waits."""
    waiting = preview.get("waiting") or ()
    return f"Release the {waiting[0]['corrections']} corrections of {waiting[0]['author']}" if waiting else ""


def show_progress(found: Mapping[str, Any] | None) -> str:
    """Show where the newest round stands: its steps, the loss curve, tokens a second, time left."""
    if not found:
        return _block(
            '<p class="cb-quiet">No round has been started yet. Start one above; it goes on when you leave.</p>'
        )
    progress = found.get("progress") or {}
    status = STATUS_WORDS.get(found["status"], str(found["status"]))
    kind = {"failed": "bad", "refused": "half", "unproven": "half", "cancelled": "half", "running": "run"}.get(
        found["status"], "good"
    )
    head = f'<p class="cb-state cb-{kind}">{escape(status)}</p><p class="cb-quiet">{escape(_about(found))}</p>'
    if found.get("error"):
        head += f'<p class="cb-notice cb-bad">{escape(found["error"])}</p>'
    return _block(
        head
        + _steps(found)
        + (_numbers(progress) + _curve(progress) if found["status"] == "running" else "")
        + _left_out((found.get("dataset") or {}).get("left_out") or {}, found.get("why") or {})
    )


def show_results(found: Mapping[str, Any] | None) -> str:
    """Show the comparison, each figure with its 95% interval, what the gate says, and the blind picks."""
    results = (found or {}).get("results") or {}
    if not found or not results:
        return ""
    rows = [
        (
            f"{name_system(name, score)} {str(score.get('hash') or '')[:12]}".strip(),
            *[_figure(score.get(key)) for key, _ in METRICS],
            _share(score),
            *_cover(score),
        )
        for name, score in results.items()
    ]
    titles = ("System", *[title for _, title in METRICS], "Supported", "Parts covered", "Words")
    table = _table(titles, rows)
    chart = draw_systems(results)
    gate = found.get("gate") or {}
    says = "".join(f"<li>{escape(reason)}</li>" for reason in _reasons(gate))
    verdict = _verdict(gate) if gate else ""
    count = next((s.get("n") for s in results.values() if s.get("n")), None)
    on = f"On {say_count(count, 'filing')} that no training has seen. " if count else ""
    note = f'<p class="cb-quiet">{on}F1 with the 95% interval. {HOW_TO_READ}</p>'
    bill = next((score["bill"] for score in results.values() if score.get("bill")), None)
    told = _bill(bill) if bill else ""
    return _block(f"{verdict}<ul>{says}</ul>{table}{note}{chart}{_picks(found)}{told}")


def _picks(found: Mapping[str, Any]) -> str:
    """Say how the blind picks stand, and where to read the systems side by side."""
    told = "".join(f"<p><strong>Blind picks:</strong> {escape(one['says'])}</p>" for one in found.get("picks") or ())
    say = "Nobody has picked blindly yet." if not told else "The picks are evidence beside the gate, not part of it."
    links = '<a href="/compare">Compare side by side</a> · <a href="/lineage">Lineage of the adapters</a>'
    return f'{told}<p class="cb-quiet">{say} {links}</p>'


def show_adapters(adapters: Sequence[Mapping[str, Any]]) -> str:
    """Show the line of adapters, newest first."""
    words = {"active": "Active", "candidate": "Candidate", "retired": "Retired"}
    rows = [
        (
            a["adapter_id"],
            words.get(a["status"], a["status"]) + (", due" if a.get("due") else ""),
            a.get("parent") or "-",
            str(a.get("hash") or "")[:12],
            len(a.get("matters") or ()),
            _figure((a.get("scores") or {}).get("rouge1")),
            str(a.get("created_at") or "")[:10],
            _promotion(a),
        )
        for a in sorted(adapters, key=lambda a: str(a.get("created_at") or ""), reverse=True)
    ]
    return _block(
        _table(("Adapter", "State", "Learned on", "Hash", "Matters", "ROUGE-1", "Made", "Promoted"), rows)
        + _due(adapters)
        if rows
        else '<p class="cb-quiet">No adapter is installed: summaries are written by the base model.</p>'
    )


def show_history(rounds: Sequence[Mapping[str, Any]]) -> str:
    """Show the rounds so far, newest first."""
    rows = [
        (
            r["round_id"],
            STATUS_WORDS.get(r["status"], r["status"]),
            r.get("candidate") or "-",
            r.get("started_by") or "-",
            str(r.get("created_at") or "")[:16].replace("T", " "),
        )
        for r in rounds[:20]
    ]
    if not rows:
        return ""
    return _block(_table(("Round", "State", "Candidate", "Started by", "Started"), rows))


def show_wait() -> str:
    """Hold a panel's place until its figures come."""
    return _block('<p class="cb-quiet">Counting…</p>')


def show_error(message: str) -> str:
    """Show an error as one sentence with the next action."""
    return _block(f'<p class="cb-notice cb-bad" role="alert">{escape(message)}</p>')


def _about(found: Mapping[str, Any]) -> str:
    data = found.get("dataset") or {}
    counts = ", ".join(f"{value} {str(key).replace('_', ' ')}" for key, value in data.items() if isinstance(value, int))
    return f"Round {found['round_id']}, started by {found.get('started_by') or 'nobody'}" + (
        f": {counts}" if counts else ""
    )


def _left_out(counts: Mapping[str, int], why: Mapping[str, str]) -> str:
    """Lay out how many pairs were left out, by reason in words; nothing where none was."""
    rows = [(why.get(key) or str(key).replace("_", " "), count) for key, count in sorted(counts.items()) if count]
    told = [(str(words)[:1].upper() + str(words)[1:], count) for words, count in rows]
    return _table(("Left out because", "Summaries"), told) if rows else ""


def _steps(found: Mapping[str, Any]) -> str:
    keys = [key for key, _ in STEPS]
    step = str(found.get("step") or "dataset")
    finished = found["status"] in ("passed", "unproven", "refused", "promoted", "discarded")
    at = len(keys) if finished else keys.index(step) if step in keys else 0
    items = []
    for number, (_, title) in enumerate(STEPS):
        state = "done" if number < at else "now" if number == at else "next"
        word = {"done": "done", "now": "now", "next": "to come"}[state]
        items.append(f'<li class="cb-{state}"><span>{title}</span><small>{word}</small></li>')
    return f'<ol class="cb-steps">{"".join(items)}</ol>'


def _numbers(progress: Mapping[str, Any]) -> str:
    told = []
    if progress.get("label"):
        told.append(str(progress["label"]))
    if progress.get("tokens_per_s"):
        told.append(f"{progress['tokens_per_s']:,.0f} tokens a second")
    if progress.get("seconds_left"):
        told.append(f"{_minutes(float(progress['seconds_left']))} left")
    bar = ""
    if progress.get("total"):
        bar = f'<progress max="{int(progress["total"])}" value="{int(progress.get("done") or 0)}"></progress>'
    return f"<p>{escape(' · '.join(told))}</p>{bar}"


def _curve(progress: Mapping[str, Any]) -> str:
    history = progress.get("losses") or []
    points = [(float(x), float(y)) for x, y in history if isinstance(x, int | float) and isinstance(y, int | float)]
    return str(draw_line(points, x_title="step", y_title="loss")) if points else ""


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _reasons(gate: Mapping[str, Any]) -> list[str]:
    for key in ("reasons", "sentences", "says"):
        value = gate.get(key)
        if isinstance(value, list | tuple):
            return [str(v.get("text", v)) if isinstance(v, Mapping) else str(v) for v in value]
    return []


def _verdict(gate: Mapping[str, Any]) -> str:
    words = {
        "passed": ("good", "The gate lets the candidate pass."),
        "unproven": ("half", "The gate cannot say: whoever promotes the candidate gives a reason, which is kept."),
        "refused": ("half", "The gate refuses the candidate."),
    }
    kind, says = words[read_outcome(gate)]
    kept = "".join(
        f"<p>Promoted all the same by {escape(one['by'])} on {escape(str(one['at'])[:10])}: {escape(one['reason'])}</p>"
        for one in gate.get("overrides") or ()
    )
    return f'<p class="cb-state cb-{kind}">{says}</p>{kept}'


def _figure(score: Any) -> str:
    if not isinstance(score, Mapping) or "f1" not in score:
        return "-"
    interval: Sequence[float] = score.get("ci95") or ()
    return f"{score['f1']:.3f}" + (f" ({interval[0]:.3f}\u00a0to\u00a0{interval[1]:.3f})" if len(interval) == 2 else "")


def _bill(bill: Mapping[str, Any]) -> str:
    """Say what a round cost: time, and what was read and computed in it; energy and price where they are known."""
    told = [
        f"{_minutes(float(bill['train_seconds']))} of training",
        f"{_minutes(float(bill['test_seconds']))} of tests",
    ]
    if bill.get("tokens"):
        told += [f"{bill['tokens']:,} tokens learnt from", f"{float(bill.get('flops') or 0.0):.1e} operations"]
    energy, price = bill.get("energy_j"), bill.get("price")
    told.append("energy unknown: this machine does not tell it" if energy is None else f"{energy / 3600:,.1f} Wh")
    told.append("no price an hour is set" if price is None else f"{price:,.2f} at the price an hour that is set")
    return f'<p class="cb-quiet">{escape("What it cost: " + ", ".join(told) + ".")}</p>'


def _share(score: Mapping[str, Any]) -> str:
    rate = score.get("supported_rate")
    return "-" if not isinstance(rate, int | float) else f"{rate:.0%}"


def _cover(score: Mapping[str, Any]) -> tuple[str, str]:
    """Give how much of the approved summary's parts a system wrote about, and its mean length in words."""
    parts, words = score.get("parts_covered"), score.get("words")
    return (
        f"{parts:.0%}" if isinstance(parts, int | float) else "-",
        f"{words:.0f}" if isinstance(words, int | float) else "-",
    )


def _promotion(adapter: Mapping[str, Any]) -> str:
    """Give who made an adapter the active one, and on which day; "-" where nobody ever did."""
    by, at = adapter.get("promoted_by") or "", str(adapter.get("promoted_at") or "")[:10]
    return ", ".join(filter(None, (by, at))) or "-"


def _due(adapters: Sequence[Mapping[str, Any]]) -> str:
    """Say of each adapter that should be trained again why, and what to do."""
    told = [
        f"<li>{escape(a['adapter_id'])} {escape(DUE_WORDS.get(why, str(why)))}</li>"
        for a in adapters
        for why in a.get("due") or ()
    ]
    return f'<div class="cb-notice cb-half"><ul>{"".join(told)}</ul></div>' if told else ""


def _table(titles: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table class="cb-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _block(html: str) -> str:
    """Wrap HTML so that the Markdown renderer takes it as one block: no blank line, no indent."""
    return f'<div class="cb">{html}</div>'.replace("\n", " ")
