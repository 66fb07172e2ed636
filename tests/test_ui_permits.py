"""Who may what: the whole matrix, membership, demotion, refusals in the audit log."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from assistant.errors import NotAllowed
from assistant.settings import Settings
from assistant.store import audit, matters, people
from assistant.store.database import Database, open_database
from ui.permits import IN_MATTER, OWNER, RIGHTS, check, may

PASSWORD = "correct horse battery"
CONTENT = (
    "matter.read",
    "filing.upload",
    "filing.correct",
    "summary.make",
    "summary.edit",
    "summary.submit",
    "question.ask",
    "grid.run",
    "grid.stop",
    "grid.read",
    "grid.export",
)


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(people, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # fast
    return open_database(Settings(home=tmp_path))


@pytest.fixture
def matter_id(db: Database) -> str:
    made = matters.create_matter(db, "Doe v. Roe", "alex")
    for name, role in (("paula", "paralegal"), ("alex", "attorney"), ("ada", "admin"), ("nina", "attorney")):
        people.add_user(db, name, role, PASSWORD)
    for name in ("paula", "alex"):
        people.add_member(db, name, made.matter_id)
    return made.matter_id


# action, who may: members paula (paralegal) and alex (attorney), ada (admin), nina (attorney, no member)
MATRIX = [
    *[(action, {"paula", "alex"}) for action in CONTENT],
    ("summary.sign_off", {"alex"}),
    ("consent.record", {"alex"}),
    ("filing.delete", {"alex"}),
    ("grid.delete", {"alex"}),
    ("hidden.reveal", {"alex"}),
    ("matter.create", {"alex", "nina", "ada"}),
    ("matter.erase", {"alex", "ada"}),
    ("matter.agree", {"alex"}),
    ("member.add", {"alex"}),
    ("member.break_glass", {"ada"}),
    ("filing.sequester", {"alex"}),
    ("hold.set", {"alex"}),
    ("order.set", {"alex"}),
    ("names.review", {"paula", "alex"}),
    ("names.keep", {"alex"}),
    ("keys.rotate", {"ada"}),
    ("matter.list", {"paula", "alex", "nina", "ada"}),
    *[
        (action, {"ada"})
        for action in (
            "round.start",
            "round.cancel",
            "round.release",
            "adapter.promote",
            "adapter.rollback",
            "user.add",
            "audit.export",
        )
    ],
    ("no.such.action", set()),
]


@pytest.mark.parametrize(("action", "allowed"), MATRIX)
def test_matrix(db: Database, matter_id: str, action: str, allowed: set[str]) -> None:
    passed = set()
    for name in ("paula", "alex", "ada", "nina"):
        try:
            check(db, people.get_user(db, name), action, matter_id)
            passed.add(name)
        except NotAllowed:
            pass
    assert passed == allowed


def test_a_demotion_holds_for_an_old_user_object(db: Database, matter_id: str) -> None:
    alex = people.get_user(db, "alex")
    people.set_role(db, "alex", "paralegal")
    with pytest.raises(NotAllowed):
        check(db, alex, "summary.sign_off", matter_id)


def test_a_disabled_or_unknown_user_may_nothing(db: Database, matter_id: str) -> None:
    paula = people.get_user(db, "paula")
    people.disable_user(db, "paula")
    for user in (paula, replace(paula, name="nobody")):
        with pytest.raises(NotAllowed):
            check(db, user, "matter.read", matter_id)


def test_a_matter_action_without_a_matter_is_refused(db: Database, matter_id: str) -> None:
    for action in sorted(IN_MATTER):
        with pytest.raises(NotAllowed):
            check(db, people.get_user(db, "paula"), action)


def test_a_missing_matter_reads_like_a_foreign_one(db: Database, matter_id: str) -> None:
    nina = people.get_user(db, "nina")
    said = []
    for matter in (matter_id, "m-000000000000"):
        with pytest.raises(NotAllowed) as refused:
            check(db, nina, "matter.read", matter)
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_a_refusal_is_recorded_without_what_was_sent(db: Database, matter_id: str) -> None:
    paula = people.get_user(db, "paula")
    for matter in (matter_id, "Doe v. Roe\nsecret"):
        with pytest.raises(NotAllowed):
            check(db, paula, "summary.sign_off", matter)
    entries = [e for e in audit.export(db) if e["action"] == "refused"]
    assert [e["subject"] for e in entries] == [matter_id, ""]
    assert all(e["actor"] == "paula" and e["detail"] == {"action": "summary.sign_off"} for e in entries)


def test_a_wall_keeps_a_member_out(db: Database, matter_id: str) -> None:
    people.add_wall(db, "alex", matter_id, "ada", "former client")
    with pytest.raises(NotAllowed):
        check(db, people.get_user(db, "alex"), "matter.read", matter_id)


def test_the_owner_is_no_stored_role_and_reads_no_foreign_matter(db: Database, matter_id: str) -> None:
    assert OWNER not in people.ROLES
    owner = replace(people.get_user(db, "nina"), role=OWNER)  # type: ignore[arg-type]
    check(db, owner, "round.start")
    with pytest.raises(NotAllowed):
        check(db, owner, "matter.read", matter_id)


def test_admins_have_no_content_rights() -> None:
    assert not any(may("admin", action) for action in (*CONTENT, "summary.sign_off"))
    assert set(RIGHTS) == {"paralegal", "attorney", "admin", OWNER}
