"""What people can do, one file an aggregate; the command line and the web app call the same functions.

Every function takes the house and the acting user first, begins with a permit check, and records in the audit
log what it changed or which content it showed. Results are plain JSON values, with real names restored for
readers of the matter.
"""

from ui.actions import (
    again,
    blind,
    chronology,
    compare,
    filings,
    folders,
    grid,
    insights,
    learning,
    lineage,
    names,
    oversight,
    people,
    questions,
    retention,
    summaries,
    trials,
)

__all__ = [
    "again",
    "blind",
    "chronology",
    "compare",
    "filings",
    "folders",
    "grid",
    "insights",
    "learning",
    "lineage",
    "names",
    "oversight",
    "people",
    "questions",
    "retention",
    "summaries",
    "trials",
]
