"""The error tree: every error says what was got, what was expected, and what to do next."""


class CasebriefError(Exception):
    """Base of all errors that are reported to people.

    Args:
        what: What was got, in one sentence, without client content.
        expected: What was expected instead, or None where `what` says it.
        do: The next action for the person who reads it.
    """

    exit_code = 1

    def __init__(self, what: str, *, expected: str | None = None, do: str | None = None) -> None:
        self.what = what
        self.expected = expected
        self.do = do
        parts = [what]
        if expected:
            parts.append(f"Expected: {expected}.")
        if do:
            parts.append(do)
        super().__init__(" ".join(parts))


class WrongUsage(CasebriefError):
    """The command or the request itself is malformed."""

    exit_code = 2


class RefusedInput(CasebriefError):
    """A file or a value cannot be taken; nothing was changed."""

    exit_code = 3


class NotFound(RefusedInput):
    """What was named does not exist, or the person may not know that it does."""


class NotAllowed(CasebriefError):
    """The person's role, membership or a wall forbids the action."""

    exit_code = 4


class Conflict(RefusedInput):
    """Someone else changed the same thing first; reload and try again."""


class LimitExceeded(RefusedInput):
    """A document went past its limit on time, memory, pages or size."""


class Busy(RefusedInput):
    """More is asked for at once than is done at once; nothing was changed, and later it will be taken."""


class EngineFailure(CasebriefError):
    """The language model could not be loaded or could not answer."""


class DamagedState(CasebriefError):
    """Stored data does not match its hash or its seal; nothing was overwritten."""
