"""How far a round is, told to its job and to the store; where a person cancelled it, the step ends here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from assistant import jobs
from assistant.errors import CasebriefError
from assistant.store import rounds

if TYPE_CHECKING:
    from assistant.store.database import Database
    from finetune.trainer import TrainProgress


class RoundCancelled(CasebriefError):
    """A person cancelled the round."""


class RoundProgress:
    """Tells how far one round is."""

    def __init__(self, db: Database, round_id: str) -> None:
        self.db, self.round_id = db, round_id
        self._told = 0.0

    def stop_if_cancelled(self) -> bool:
        """End the step where a person cancelled the round."""
        if jobs.cancelled():
            raise RoundCancelled("The round was cancelled.", do="Start another round.")
        return False

    def tell(self, done: int, total: int, label: str, **more: Any) -> None:
        """Report progress, to the job each time and to the store once a second."""
        self.stop_if_cancelled()
        self.report(done, total, label, **more)

    def report(self, done: int, total: int, label: str, **more: Any) -> None:
        """Report progress; unlike `tell`, do not end the step of a round that was cancelled."""
        jobs.report_progress(done, total, label)
        now = time.monotonic()
        if now - self._told >= 1.0 or done >= total:
            self._told = now
            progress = {"done": done, "total": total, "label": label, **more}
            rounds.update_round(self.db, self.round_id, progress=progress)

    def tell_training(self, at: TrainProgress) -> None:
        """Report a training step with its loss, or how far the layers that stay as they are have been run."""
        rates = {"tokens_per_s": round(at.tokens_per_s), "seconds_left": round(at.seconds_left)}
        loss = {"loss": round(at.loss, 4)} if at.label == "training" else {}
        self.report(at.step, at.steps, at.label, **loss, **rates)
