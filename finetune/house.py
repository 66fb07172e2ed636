"""What a round needs of an open installation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.engine.base import Engine
    from assistant.store.database import Database


class House(Protocol):
    """An open installation, as `ui.services` hands it over."""

    @property
    def settings(self) -> Settings:
        """The settings."""
        ...

    @property
    def db(self) -> Database:
        """The store."""
        ...

    @property
    def engine(self) -> Engine:
        """The language model."""
        ...
