"""Who may what, declared: every route of the app and of Gradio, every event of its screens; the rest is a fault.

Identities are named by their keys in `authorization_office`. Everybody who is not named for a case must be refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from authorization_office import IDENTITIES, PASSWORD

if TYPE_CHECKING:
    from authorization_office import Identity, Office

Keys = frozenset[str]
NOBODY: Keys = frozenset()
EVERYBODY: Keys = frozenset(i.key for i in IDENTITIES)
ATTORNEY: Keys = frozenset({"attorney"})
MEMBERS: Keys = frozenset({"paralegal", "attorney"})
ADMINS: Keys = frozenset({"admin", "strange admin"})
LOGGED_IN: Keys = frozenset(i.key for i in IDENTITIES if i.standing != "out")
WORKERS: Keys = LOGGED_IN - ADMINS
ATTORNEYS: Keys = WORKERS - {"paralegal", "strange paralegal"}
OTHERS: Keys = frozenset({"strange paralegal", "strange attorney"})  # who work on the other matter

Body = dict[str, Any] | Callable[["Office", "Identity"], dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """A request that succeeds for whom it is meant, and what the others must not get by it.

    Attributes:
        method: HTTP method.
        path: The route as declared, parameters in braces; they are filled with the ids of the matter that is guarded.
        who: Keys of those who may; the request must succeed for each of them.
        tells: Keys of those whose answer must hold a secret of the matter, which proves that the search finds them.
        reveals: Keys of those to whom the answer must show hidden text; to nobody else it may.
        knows: Keys of those whom a refusal may tell that the thing exists, because they read it anyway.
        body: JSON, or what makes it.
        content: A raw body instead.
        query: Behind the path.
        fresh: Method of the office that gives ids to be spent, so that the request can succeed more than once.
        own: True where the matter in the path is the strangers' own, and only the other ids are of the guarded one.
        also: Statuses that are a refusal too, beside 401, 403, 404 and 405.
        ends_session: The request ends the session, which must be opened anew.
    """

    method: str
    path: str
    who: Keys
    tells: Keys = NOBODY
    reveals: Keys = NOBODY
    knows: Keys = NOBODY
    body: Body | None = None
    content: bytes | Callable[[Office], bytes] = b""
    query: str = ""
    fresh: str = ""
    own: bool = False
    also: tuple[int, ...] = ()
    ends_session: bool = False


def ask(**more: str | int | list[str]) -> Callable[[Office, Identity], dict[str, Any]]:
    """Make the body of a stream: its id is new each time; "document_id" and the like stand for those ids."""

    def made(office: Office, _identity: Identity) -> dict[str, Any]:
        known = office.ids | {f"own_{key}": value for key, value in office.other.items()}
        ids = {
            key: [known[one] for one in value] if isinstance(value, list) else known.get(str(value), value)
            for key, value in more.items()
        }
        return {"question": "What damages are demanded?", "stream_id": f"stream-{secrets.token_hex(6)}", **ids}

    return made


def ask_filings(*filings: str) -> Callable[[Office, Identity], dict[str, Any]]:
    """Make the body of a grid over these filings of the office's ids; "own_document_id" is the strangers' own."""

    def made(office: Office, _identity: Identity) -> dict[str, Any]:
        known = office.ids | {f"own_{key}": value for key, value in office.other.items()}
        return {"questions": ["What is demanded?", "Who sues?"], "document_ids": [known[name] for name in filings]}

    return made


def name_new(**more: Any) -> Callable[[Office, Identity], dict[str, Any]]:
    """Make a body with a name that nothing has yet."""
    return lambda _office, _identity: {"name": f"n{secrets.token_hex(5)}", **more}


def name_folder(office: Office, identity: Identity) -> dict[str, Any]:
    """Give a watched folder that no matter has yet, and a person of the guarded one."""
    return {"folder": f"f{secrets.token_hex(5)}", "responsible": "pia"}


def place_name(office: Office, identity: Identity) -> dict[str, Any]:
    """Give the place of something that is replaced in the spare filing."""
    return office.find_place()


def place_word(office: Office, identity: Identity) -> dict[str, Any]:
    """Give the place of a word that is not replaced, another one for each who may."""
    return office.find_word("Savannah" if identity.key == "attorney" else "Palmetto") | {"type": "ORG"}


NEW_TEXT = {"text": "Orla Zephrinax sues.", "version": 1}
SEEN = {"version": 1}
REASON = {"reason": "Zephrinax wrote to us"}
FLAG = {"reason": "wrong_figure", "note": "Zephrinax asks for more", "version": 1}
WORDS = {"words": "brindlewort"}
FIRST = b"name=eve&display_name=Eve&password=correct+horse+battery&again=correct+horse+battery"
FILINGS, SUMMARIES, MATTERS = "/api/filings/{document_id}", "/api/summaries/{summary_id}", "/api/matters/{matter_id}"
CONVERSATIONS, GRIDS = "/api/conversations/{conversation_id}", "/api/grids/{grid_id}"
COMPARISONS, LEFT = "/api/comparisons/{comparison_id}", {"pick": "left"}
BOTH = {"second": "bea", "password": PASSWORD}

CASES = (
    # without a login
    Case("GET", "/login", EVERYBODY),
    Case("POST", "/login", NOBODY, content=b"name=pia&password=correct+horse+battery"),  # without the form's own token
    Case("GET", "/sign-on", NOBODY),  # no issuer is set here
    Case("GET", "/sign-on/back", NOBODY, query="?state=x&code=y"),
    Case("GET", "/health", EVERYBODY),
    Case("GET", "/favicon.ico", EVERYBODY),
    Case("GET", "/static/{path}", EVERYBODY),
    Case("POST", "/local/commands/{name}", NOBODY, body={"user": "ada", "arguments": {}}),
    Case("GET", "/first/{secret}", NOBODY),  # with the secret that the server holds; there are accounts
    Case("POST", "/first/{secret}", NOBODY, content=FIRST),
    # about oneself
    Case("GET", "/", LOGGED_IN),
    Case("GET", "/api/me", LOGGED_IN),
    Case("GET", "/api/jobs", LOGGED_IN, tells=MEMBERS),  # a grid of the matter is running
    Case("GET", "/api/review", LOGGED_IN),  # a count
    Case("POST", "/api/streams/{stream_id}/stop", LOGGED_IN),
    Case("GET", "/review", WORKERS, tells=MEMBERS),
    Case("GET", "/review/{summary_id}", WORKERS, tells=MEMBERS),
    # a matter
    Case("POST", "/api/matters", ATTORNEYS | ADMINS, body=name_new(number="")),
    Case("GET", "/m/{matter_id}", MEMBERS, tells=MEMBERS),
    Case("GET", "/m/{matter_id}/search", MEMBERS, tells=MEMBERS, query="?q=crates+lost"),
    Case("GET", "/m/{matter_id}/settings", MEMBERS, tells=MEMBERS),
    Case("GET", "/m/{matter_id}/ask", MEMBERS, tells=MEMBERS),
    Case("GET", "/m/{matter_id}/ask/{conversation_id}", MEMBERS, tells=MEMBERS),
    Case("GET", MATTERS + "/filings", MEMBERS, tells=MEMBERS),
    Case("POST", MATTERS + "/filings", MEMBERS, content=b"%PDF-1.7 new"),
    Case("GET", MATTERS + "/conversations", MEMBERS, tells=ATTORNEY),
    Case("POST", MATTERS + "/ask", MEMBERS, tells=MEMBERS, body=ask()),
    Case("POST", MATTERS + "/order", ATTORNEY, tells=ATTORNEY, body={"holds": True, **REASON}),
    Case("POST", MATTERS + "/consent", ATTORNEY, tells=ATTORNEY, body={"given": True, "note": "letter"}),
    Case("POST", MATTERS + "/hold", ATTORNEY, tells=ATTORNEY, body={"holds": False}),
    Case("GET", MATTERS + "/members", MEMBERS),
    Case("POST", MATTERS + "/members", ATTORNEY, body={"name": "sol"}, fresh="make_matter"),
    Case("POST", MATTERS + "/members", ADMINS, body={"name": "bea", "reason": "none is left"}, fresh="make_orphan"),
    Case("DELETE", MATTERS + "/members/{name}", ATTORNEY, fresh="make_matter"),
    Case("POST", MATTERS + "/walls", ATTORNEY | ADMINS, body={"name": "sol", "reason": "r"}, fresh="make_matter"),
    Case("DELETE", MATTERS + "/walls/{name}", ATTORNEY | ADMINS, fresh="make_walled"),
    Case("GET", MATTERS + "/notices", MEMBERS),
    Case("POST", MATTERS + "/closing", ATTORNEY | ADMINS, body={"closed_on": "2026-11-30"}, fresh="make_matter"),
    Case("POST", MATTERS + "/folder", ADMINS, body=name_folder, fresh="make_matter"),
    Case("DELETE", MATTERS + "/folder", ADMINS, fresh="make_watched"),
    Case("POST", MATTERS + "/folder/export", ATTORNEY, body={"allowed": True}, fresh="make_watched"),
    Case("GET", MATTERS + "/sequestered", ATTORNEY),
    Case("POST", MATTERS + "/erase", ATTORNEY | ADMINS, body=BOTH, fresh="make_matter"),
    Case("POST", MATTERS + "/erase/code", ATTORNEY),
    # a conversation is its asker's own
    Case("GET", CONVERSATIONS, ATTORNEY, tells=ATTORNEY),
    Case("POST", MATTERS + "/conversations/search", MEMBERS, tells=ATTORNEY, body=WORDS),
    Case("POST", CONVERSATIONS + "/title", ATTORNEY, tells=ATTORNEY, body={"title": "Zephrinax, damages"}),
    Case("GET", CONVERSATIONS + "/export", ATTORNEY, tells=ATTORNEY, query="?form=docx"),
    Case("GET", CONVERSATIONS + "/export", ATTORNEY, tells=ATTORNEY, query="?form=md"),
    Case("POST", "/api/turns/{turn_id}/rating", ATTORNEY, body={"rating": 1, "reason": ""}),
    # a grid is the matter's
    Case("GET", "/m/{matter_id}/grid", MEMBERS, tells=MEMBERS),
    Case("GET", "/m/{matter_id}/grid/{grid_id}", MEMBERS, tells=MEMBERS),
    Case("GET", MATTERS + "/grids", MEMBERS, tells=MEMBERS),
    Case("POST", MATTERS + "/grids", MEMBERS, tells=MEMBERS, body=ask_filings("document_id", "spare_id")),
    Case("GET", GRIDS, MEMBERS, tells=MEMBERS),
    Case("GET", GRIDS + "/export", MEMBERS, tells=MEMBERS),
    Case("POST", GRIDS + "/stop", MEMBERS, tells=MEMBERS, fresh="make_grid"),
    Case("POST", GRIDS + "/continue", MEMBERS, tells=MEMBERS, fresh="make_stopped_grid"),
    Case("DELETE", GRIDS, ATTORNEY, fresh="make_grid"),
    # a comparison is the matter's; administrators see what is written of a filing that is lent, without its names
    Case("GET", "/compare", ADMINS),
    Case("GET", "/lineage", ADMINS),
    Case("GET", "/m/{matter_id}/compare", MEMBERS, tells=MEMBERS),
    Case("GET", MATTERS + "/comparisons", MEMBERS, tells=MEMBERS),
    Case("GET", "/api/comparisons", ADMINS),
    Case("POST", FILINGS + "/compare", MEMBERS, body={"candidate": ""}),
    Case("POST", COMPARISONS + "/ballot", MEMBERS, tells=MEMBERS),
    Case("POST", COMPARISONS + "/vote", MEMBERS, body=LEFT),
    Case("POST", COMPARISONS + "/stop", MEMBERS, fresh="make_running_comparison"),
    Case("GET", COMPARISONS, MEMBERS, tells=MEMBERS),
    Case("POST", FILINGS + "/lend", ATTORNEY, body={"lent": True}, fresh="make_spare"),
    Case("GET", "/api/comparisons", ADMINS),
    Case("POST", FILINGS + "/compare", MEMBERS | ADMINS, body={"candidate": ""}, fresh="make_lent"),
    Case("POST", COMPARISONS + "/ballot", MEMBERS | ADMINS, tells=MEMBERS, fresh="make_lent"),
    Case("POST", COMPARISONS + "/vote", MEMBERS | ADMINS, body=LEFT, fresh="make_lent"),
    Case("GET", COMPARISONS, MEMBERS | ADMINS, tells=MEMBERS, fresh="make_lent"),
    Case("POST", FILINGS + "/lend", ATTORNEY, body={"lent": False}, fresh="make_spare"),
    # a filing
    Case("GET", "/f/{document_id}", MEMBERS, tells=MEMBERS),
    Case("GET", FILINGS + "/lineage", MEMBERS),
    Case("GET", "/f/{document_id}/names", MEMBERS, tells=MEMBERS),
    Case("GET", FILINGS, MEMBERS, tells=MEMBERS),
    Case("GET", FILINGS + "/pages/{page}.png", MEMBERS),
    Case("GET", FILINGS + "/pages/{page}/text", MEMBERS, tells=MEMBERS),
    Case("GET", FILINGS + "/original", MEMBERS, tells=MEMBERS),
    Case("GET", FILINGS + "/stated", MEMBERS, tells=MEMBERS),
    Case("GET", FILINGS + "/stated.csv", MEMBERS, tells=MEMBERS),
    Case("GET", FILINGS + "/summaries", MEMBERS),
    Case("GET", FILINGS + "/summary", MEMBERS, tells=MEMBERS),
    Case("POST", FILINGS + "/summary", MEMBERS, tells=MEMBERS, body=ask(detail="brief")),
    Case("POST", FILINGS + "/caption", MEMBERS, tells=MEMBERS, body={"facts": {}, "document_type": "complaint"}),
    Case("GET", FILINGS + "/names", MEMBERS, tells=MEMBERS),
    Case("GET", FILINGS + "/pages/{page}/names", MEMBERS, tells=MEMBERS),
    Case("POST", FILINGS + "/names/accept", MEMBERS, body=place_name, fresh="make_spare"),
    Case("POST", FILINGS + "/names/reject", MEMBERS, body=place_name, fresh="make_spare"),
    Case("POST", FILINGS + "/names/add", MEMBERS, body=place_word, fresh="make_spare"),
    Case("POST", FILINGS + "/reveal-hidden", ATTORNEY, reveals=ATTORNEY),
    Case("POST", FILINGS + "/sequester", ATTORNEY, body=REASON, fresh="make_spare"),
    Case("POST", FILINGS + "/lift-sequester", ATTORNEY, body=REASON, fresh="make_sequestered"),
    Case("DELETE", FILINGS, ATTORNEY, fresh="make_spare"),
    # a summary
    Case("GET", SUMMARIES, MEMBERS, tells=MEMBERS),
    Case("POST", SUMMARIES + "/text", MEMBERS, tells=MEMBERS, body=NEW_TEXT, fresh="make_summary"),
    Case("POST", SUMMARIES + "/sentences/{index}", MEMBERS, tells=MEMBERS, body=NEW_TEXT, fresh="make_summary"),
    Case("POST", SUMMARIES + "/sentences/{index}/source", MEMBERS, tells=MEMBERS, body=SEEN, fresh="make_summary"),
    Case(
        "POST", SUMMARIES + "/again", MEMBERS, tells=MEMBERS, fresh="make_summary",
        body=ask(first=0, last=1, how="source", version=1),
    ),
    Case("POST", SUMMARIES + "/sentences/{index}/flag", MEMBERS, tells=MEMBERS, body=FLAG, fresh="make_summary"),
    Case(
        "DELETE", SUMMARIES + "/sentences/{index}/flag", MEMBERS, tells=MEMBERS, query="?version=1",
        fresh="make_flagged",
    ),
    Case("POST", SUMMARIES + "/discard", MEMBERS, tells=MEMBERS, body={}, fresh="make_summary"),
    Case("POST", SUMMARIES + "/restore", MEMBERS, tells=MEMBERS, body={}, fresh="make_discarded"),
    # what another wrote only an attorney puts aside or takes up again
    Case(
        "POST", SUMMARIES + "/discard", ATTORNEY, tells=ATTORNEY, knows=MEMBERS, body={}, fresh="make_attorneys",
    ),
    Case(
        "POST", SUMMARIES + "/restore", ATTORNEY, tells=ATTORNEY, knows=MEMBERS, body={},
        fresh="make_attorneys_discarded",
    ),
    Case("GET", SUMMARIES + "/difference", MEMBERS, tells=MEMBERS),
    Case("GET", SUMMARIES + "/versions", MEMBERS),
    Case("POST", SUMMARIES + "/versions/{version}/restore", MEMBERS, tells=MEMBERS, body=SEEN, fresh="make_summary"),
    Case(
        "POST", SUMMARIES + "/submit", MEMBERS, tells=MEMBERS, fresh="make_summary",
        body={"rating": 0, "reasons": [], "note": "", "version": 1},
    ),
    Case("POST", SUMMARIES + "/sign-off", ATTORNEY, tells=ATTORNEY, body=SEEN, fresh="make_submitted"),
    Case("POST", SUMMARIES + "/return", ATTORNEY, tells=ATTORNEY, body=REASON, fresh="make_submitted"),
    Case("GET", SUMMARIES + "/export", MEMBERS, tells=MEMBERS, query="?form=docx"),
    Case("GET", SUMMARIES + "/export", MEMBERS, tells=MEMBERS, query="?form=md&citations=false"),
    Case("POST", SUMMARIES + "/active", MEMBERS, body={"seconds": 0}),
    Case("POST", SUMMARIES + "/show", MEMBERS, tells=MEMBERS, fresh="make_summary"),
    # the firm
    Case("GET", "/people", ADMINS),
    Case("POST", "/api/users", ADMINS, body=name_new(role="paralegal", password=PASSWORD, display_name="N")),
    Case("POST", "/api/users/{name}/role", ADMINS, body={"role": "attorney"}, fresh="make_user"),
    Case("POST", "/api/users/{name}/password", ADMINS, body={"password": "another horse"}, fresh="make_user"),
    Case("POST", "/api/users/{name}/disable", ADMINS, fresh="make_user"),
    Case("POST", "/api/keys/rotate", ADMINS),
    Case("GET", "/insights", ADMINS),
    Case("GET", "/api/insights/export", ADMINS, query="?table=edits"),
    Case("GET", "/oversight", ADMINS),
    Case("GET", "/api/oversight/health", ADMINS),
    Case("GET", "/api/audit", ADMINS, query="?limit=500"),
    Case("GET", "/api/audit/verify", ADMINS),
    Case("GET", "/api/audit/export", ADMINS),
    # another's ids beside one's own matter: what is one's own comes, what is another's does not
    Case("GET", "/m/{matter_id}/ask/{conversation_id}", OTHERS, own=True),
    Case("GET", "/m/{matter_id}/search", OTHERS, own=True, query="?q=crates+lost"),
    Case("POST", MATTERS + "/ask", NOBODY, own=True, body=ask(conversation_id="conversation_id")),
    Case("POST", MATTERS + "/ask", NOBODY, own=True, body=ask(document_ids=["document_id"]), also=(422,)),
    Case("POST", MATTERS + "/ask", OTHERS, own=True, body=ask(document_ids=["document_id", "own_document_id"])),
    Case("POST", MATTERS + "/conversations/search", OTHERS, own=True, body=WORDS),
    Case("GET", "/m/{matter_id}/grid/{grid_id}", OTHERS, own=True),
    Case("POST", MATTERS + "/grids", NOBODY, own=True, body=ask_filings("document_id"), also=(422,)),
    Case("POST", MATTERS + "/grids", NOBODY, own=True, body=ask_filings("document_id", "own_document_id"), also=(422,)),
    Case("POST", MATTERS + "/grids", OTHERS, own=True, body=ask_filings("own_document_id")),
    Case("GET", MATTERS + "/comparisons", OTHERS, own=True),
    Case("POST", MATTERS + "/filings", OTHERS, own=True, content=lambda office: office.read_original()),
    # what ends the session comes last
    Case("POST", "/api/password", LOGGED_IN, body={"old": PASSWORD, "new": "another horse"}, ends_session=True),
    Case("POST", "/logout", LOGGED_IN, ends_session=True),
)  # fmt: skip

# What the screens of the admins use of Gradio's own routes; the rest of them is closed to everybody.
GRADIO_OPEN = """
GET / HEAD / GET /config GET /config/ GET /theme.css GET /manifest.json GET /assets/{path:path} GET /static/{path:path}
GET /gradio_api/info GET /gradio_api/info/ GET /gradio_api/app_id GET /gradio_api/app_id/
GET /gradio_api/startup-events GET /gradio_api/theme.css GET /gradio_api/queue/data POST /gradio_api/queue/join
GET /gradio_api/heartbeat/{session_hash}
"""
GRADIO_CLOSED = """
GET /openapi.json HEAD /openapi.json POST /login POST /login/ GET /logout GET /favicon.ico GET /robots.txt
GET /pwa_icon GET /pwa_icon/{size} GET /svelte/{path:path} GET /monitoring GET /monitoring/summary GET /monitoring/{key}
GET /gradio_api/deep_link GET /gradio_api/user GET /gradio_api/user/ GET /gradio_api/login_check GET /gradio_api/login_check/
GET /gradio_api/token GET /gradio_api/token/ GET /gradio_api/dev/reload GET /gradio_api/runs GET /gradio_api/runs/
GET /gradio_api/openapi.json GET /gradio_api/custom_component/{id}/{environment}/{type}/{file_name}
GET /gradio_api/proxy={url_path:path} HEAD /gradio_api/proxy={url_path:path} GET /gradio_api/file={path_or_url:path}
HEAD /gradio_api/file={path_or_url:path} GET /gradio_api/file/{path:path} POST /gradio_api/stream/{event_id}
POST /gradio_api/stream/{event_id}/close GET /gradio_api/stream/{session_hash}/{run}/{component_id}/playlist.m3u8
GET /gradio_api/stream/{session_hash}/{run}/{component_id}/{segment_id}.{ext}
GET /gradio_api/stream/{session_hash}/{run}/{component_id}/playlist-file POST /gradio_api/reset POST /gradio_api/reset/
POST /gradio_api/cancel POST /gradio_api/api/{api_name} POST /gradio_api/api/{api_name}/
POST /gradio_api/run/{api_name} POST /gradio_api/run/{api_name}/ POST /gradio_api/call/v2/{api_name}
POST /gradio_api/call/v2/{api_name}/ POST /gradio_api/call/{api_name} POST /gradio_api/call/{api_name}/
GET /gradio_api/call/{api_name}/{event_id} GET /gradio_api/call/v2/{api_name}/{event_id}
POST /gradio_api/component_server POST /gradio_api/component_server/ GET /gradio_api/queue/status
GET /gradio_api/upload_progress POST /gradio_api/upload POST /gradio_api/process_recording POST /gradio_api/vibe-edit
POST /gradio_api/vibe-edit/ POST /gradio_api/undo-vibe-edit POST /gradio_api/undo-vibe-edit/ GET /gradio_api/vibe-code
GET /gradio_api/vibe-code/ POST /gradio_api/vibe-code POST /gradio_api/vibe-code/
POST /gradio_api/vibe-starter-queries POST /gradio_api/vibe-starter-queries/
"""
GRADIO_SCREENS = ("/rounds",)

# Handlers of the events of the Gradio screens; each is the admins', by the queue only.
EVENTS = frozenset(
    {
        ("/rounds", "RoundsScreen.refresh"),
        ("/rounds", "RoundsScreen.tick"),
        ("/rounds", "RoundsScreen.release"),
        ("/rounds", "RoundsScreen.start"),
        ("/rounds", "RoundsScreen.stop"),
        ("/rounds", "RoundsScreen.promote"),
        ("/rounds", "RoundsScreen.discard"),
        ("/rounds", "RoundsScreen.roll_back"),
        ("/rounds", "_wire.<locals>.say_command"),
    }
)


def read_routes(listed: str) -> set[tuple[str, str]]:
    """Give a list of routes as pairs of method and path."""
    words = listed.split()
    return set(zip(words[::2], words[1::2], strict=True))
