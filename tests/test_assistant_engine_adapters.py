"""The registry of adapters: whole folders, hashes, promotion, rollback, the shipped starter."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from store_samples import add_matter

from assistant.engine import adapters
from assistant.engine.adapters import (
    find_rankers,
    forget_rankers,
    install_starter,
    promote,
    register,
    rollback,
    serving_adapter,
)
from assistant.engine.manifest import find_staleness, forget_ranker, read_manifest, verify_folder, write_manifest
from assistant.errors import Conflict, DamagedState, EngineFailure, NotFound, WrongUsage
from assistant.evidence.expected_words import LEVELS, SHARES, ExpectedWords
from assistant.evidence.features import name_features
from assistant.evidence.house_rankers import HouseRankers
from assistant.evidence.learned_ranker import LearnedRanker
from assistant.settings import load_settings
from assistant.store import matters
from assistant.store.database import Database, open_database

BASE = "b" * 64


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A store whose base model is a folder that names itself BASE."""
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    (model / "casebrief.json").write_text(json.dumps({"model_hash": BASE, "sizes": {}}))
    yield open_database(load_settings(home=tmp_path / "home", model=str(model)))


def make_rankers(pairs: int) -> HouseRankers:
    """Rankers of orders that say of how many summaries they are."""
    words, names = ExpectedWords((4.0, 0.0), (), (1.0,) * (LEVELS * SHARES)), name_features()
    zeros, ones = (0.0,) * len(names), (1.0,) * len(names)
    return HouseRankers({"order": LearnedRanker(names, zeros, ones, (), zeros, words, 1.0, pairs, 3)})


def write_adapter(
    folder: Path, weights: bytes = b"one", base: str = BASE, rankers: HouseRankers | None = None, **facts: object
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if rankers:
        (folder / "ranker.json").write_text(rankers.write())
    (folder / "adapter_model.safetensors").write_bytes(weights)
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "/home/someone/site-packages"}))
    (folder / "README.md").write_text("card")
    write_manifest(folder, base_model="smollm2-135m", base_model_hash=base, **facts)
    return folder


def test_the_manifest_hides_the_path_of_the_machine_that_trained(tmp_path: Path) -> None:
    folder = write_adapter(tmp_path / "a", matters=["m-1"])
    assert json.loads((folder / "adapter_config.json").read_text())["base_model_name_or_path"] == "smollm2-135m"
    manifest = verify_folder(folder)
    assert manifest.base_model_hash == BASE and manifest.facts["matters"] == ["m-1"]


def test_the_hash_is_of_weights_and_configuration_not_of_the_card(tmp_path: Path) -> None:
    one, two = write_adapter(tmp_path / "a"), write_adapter(tmp_path / "b")
    (two / "README.md").write_text("another card")
    write_manifest(two, base_model="smollm2-135m", base_model_hash=BASE)
    assert read_manifest(one).hash == read_manifest(two).hash
    assert read_manifest(write_adapter(tmp_path / "c", b"two")).hash != read_manifest(one).hash


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda f: (f / "manifest.json").unlink(), "no manifest.json"),
        (lambda f: (f / "manifest.json").write_text("{"), "cannot be read"),
        (lambda f: (f / "adapter_model.safetensors").write_bytes(b"x"), "does not match"),
        (lambda f: (f / "adapter_config.json").unlink(), "does not match"),
        (lambda f: (f / "adapter_model.bin").write_bytes(b"pickle"), "not allowed"),
        (lambda f: (f / "extra.safetensors").write_bytes(b"x"), "not allowed"),
        (lambda f: _edit(f, files={}), "names no weights"),
        (lambda f: _edit(f, hash="0" * 64), "was changed"),
        (lambda f: _edit(f, forgotten=[]), "was changed"),
        (lambda f: _edit(f, forgotten={"README.md": "0"}), "was changed"),  # though it counts in no hash
    ],
)
def test_a_damaged_folder_is_never_taken(db: Database, tmp_path: Path, damage: object, words: str) -> None:
    folder = write_adapter(tmp_path / "a")
    damage(folder)  # type: ignore[operator]
    with pytest.raises(DamagedState, match=words):
        register(db, folder)
    assert adapters.list_adapters(db) == ()


def _edit(folder: Path, **fields: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_a_candidate_is_copied_in_and_numbered(db: Database, tmp_path: Path) -> None:
    first = register(db, write_adapter(tmp_path / "a", matters=["m-2"]), scores={"rougeL": 0.4})
    second = register(db, write_adapter(tmp_path / "b", b"two"))
    assert (first.adapter_id, second.adapter_id) == ("house-1", "house-2")
    assert first.status == "candidate" and first.matters == ("m-2",) and first.scores == {"rougeL": 0.4}
    assert first.folder == db.settings.home / "adapters" / "house-1" and verify_folder(first.folder).hash == first.hash


def test_registering_again_after_a_kill_gives_the_same_adapter(db: Database, tmp_path: Path) -> None:
    folder = write_adapter(tmp_path / "a")
    # killed between the copy and the row: a folder that no row names, here with other files
    write_adapter(db.settings.folder("adapters") / "house-1", b"older")
    first = register(db, folder)
    assert register(db, folder) == first and len(adapters.list_adapters(db)) == 1
    assert verify_folder(first.folder).hash == first.hash
    assert [p.name for p in (db.settings.home / "adapters").iterdir()] == ["house-1"]


def test_ids_are_names_not_paths_and_are_not_given_twice(db: Database, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="no adapter id"):
        register(db, write_adapter(tmp_path / "a", adapter_id="../../etc"))
    register(db, write_adapter(tmp_path / "b"), adapter_id="house-7")
    with pytest.raises(Conflict, match="other files"):
        register(db, write_adapter(tmp_path / "c", b"two"), adapter_id="house-7")


def test_promotion_and_two_rollbacks_go_back_not_forth(db: Database, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        register(db, write_adapter(tmp_path / name, name.encode()))
    for number in (1, 2, 3):
        assert promote(db, f"house-{number}", "ada").status == "active"
    assert [a.adapter_id for a in adapters.list_adapters(db) if a.status == "active"] == ["house-3"]
    assert rollback(db, "ada").adapter_id == "house-2"
    assert rollback(db, "ada").adapter_id == "house-1"
    with pytest.raises(Conflict, match="no adapter to roll back to"):
        rollback(db, "ada")
    active = adapters.active_adapter(db)
    assert active is not None and active.adapter_id == "house-1" and active.promoted_by == "ada"
    assert promote(db, "house-3", "ada").status == "active"  # rolled back, and may still be promoted again


def test_a_damaged_or_foreign_adapter_is_not_promoted_and_the_old_one_stays(db: Database, tmp_path: Path) -> None:
    promote(db, register(db, write_adapter(tmp_path / "a")).adapter_id, "ada")
    damaged = register(db, write_adapter(tmp_path / "b", b"two"))
    (damaged.folder / "adapter_model.safetensors").write_bytes(b"xxx")
    foreign = register(db, write_adapter(tmp_path / "c", b"three", base="c" * 64))
    with pytest.raises(DamagedState):
        promote(db, damaged.adapter_id, "ada")
    with pytest.raises(EngineFailure, match="another base model"):
        promote(db, foreign.adapter_id, "ada")
    with pytest.raises(NotFound):
        promote(db, "house-99", "ada")
    active = adapters.active_adapter(db)
    assert active is not None and active.adapter_id == "house-1"


def test_an_adapter_swapped_behind_the_registry_is_not_promoted(db: Database, tmp_path: Path) -> None:
    adapter = register(db, write_adapter(tmp_path / "a"))
    write_adapter(adapter.folder, b"swapped")  # whole and verified in itself, but not what was registered
    with pytest.raises(Conflict, match="another adapter"):
        promote(db, adapter.adapter_id, "ada")


def test_after_a_change_of_model_the_active_adapter_does_not_serve(db: Database, tmp_path: Path) -> None:
    assert serving_adapter(db, BASE) is None
    promote(db, register(db, write_adapter(tmp_path / "a")).adapter_id, "ada")
    serving = serving_adapter(db, BASE)
    assert serving is not None and serving.adapter_id == "house-1"
    assert serving_adapter(db, "d" * 64) is None


def count_learned(db: Database, choice: str, walls: tuple[str, ...] = ()) -> int:
    """Give how many summaries the ranker is of that chooses for orders, 0 where none does."""
    found = find_rankers(db, choice, walls).find("order")
    return found.pairs if found else 0


def test_rankers_are_promoted_and_rolled_back_with_their_adapter(db: Database, tmp_path: Path) -> None:
    assert count_learned(db, "none") == 0  # no adapter at all
    plain = register(db, write_adapter(tmp_path / "a"))
    first = register(db, write_adapter(tmp_path / "b", rankers=make_rankers(14), matters=["m-1"]))
    second = register(db, write_adapter(tmp_path / "c", rankers=make_rankers(15)))
    assert len({plain.hash, first.hash, second.hash}) == 3  # the same weights: the rankers are hashed with them
    promote(db, plain.adapter_id, "ada")
    assert count_learned(db, "none") == 0 and count_learned(db, first.adapter_id) == 14
    promote(db, first.adapter_id, "ada")
    promote(db, second.adapter_id, "ada")
    assert count_learned(db, "none") == 15 and count_learned(db, "base") == 0
    rollback(db, "ada")
    assert count_learned(db, "none") == 14 == count_learned(db, "none", ("m-2",))
    assert count_learned(db, "none", ("m-1",)) == 0  # who is walled off from what it learned from
    assert find_rankers(db, "none").adapter == first.adapter_id


@pytest.mark.parametrize("rankers", [make_rankers(14), None])  # changed, and put where there was none
def test_a_changed_ranker_is_neither_promoted_nor_served(db: Database, tmp_path: Path, rankers: HouseRankers) -> None:
    adapter = register(db, write_adapter(tmp_path / "a", rankers=rankers))
    (adapter.folder / "ranker.json").write_text(make_rankers(99).write())
    with pytest.raises(DamagedState):
        promote(db, adapter.adapter_id, "ada")
    with pytest.raises(DamagedState):
        find_rankers(db, adapter.adapter_id)


def test_a_ranker_that_no_round_made_is_not_promoted_however_well_hashed(db: Database, tmp_path: Path) -> None:
    folder = write_adapter(tmp_path / "a")
    (folder / "ranker.json").write_text(make_rankers(14).write().replace('"cover": 1.0', '"cover": NaN'))
    write_manifest(folder, base_model="smollm2-135m", base_model_hash=BASE)
    adapter = register(db, folder)
    with pytest.raises(DamagedState, match="not what a round writes"):
        promote(db, adapter.adapter_id, "ada")
    assert adapters.active_adapter(db) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: shutil.rmtree(folder),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "adapter_model.safetensors").write_bytes(b"x"),
        lambda folder: write_adapter(folder, b"swapped"),
    ],
)
def test_without_a_model_a_damaged_active_adapter_stops_nothing_and_it_is_said(
    db: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], object]
) -> None:
    adapter = register(db, write_adapter(tmp_path / "a", rankers=make_rankers(14)))
    promote(db, adapter.adapter_id, "ada")
    damage(adapter.folder)
    with caplog.at_level(logging.WARNING):
        found = find_rankers(db, "none")
    assert not found.by_type and found.missing == "the files of house-1 are damaged or gone"
    assert "The ranker of adapter house-1 cannot be read" in caplog.text
    with pytest.raises((DamagedState, NotFound, Conflict)):
        find_rankers(db, "house-1")  # its weights are asked for too


def test_no_ranker_serves_that_learned_from_what_was_erased(db: Database, tmp_path: Path) -> None:
    matter_id = add_matter(db)
    learned = register(db, write_adapter(tmp_path / "a", rankers=make_rankers(14), matters=[matter_id]))
    other = register(db, write_adapter(tmp_path / "b", rankers=make_rankers(15), matters=["m-2"]))
    plain = register(db, write_adapter(tmp_path / "c", matters=[matter_id]))
    promote(db, learned.adapter_id, "ada")
    assert count_learned(db, "none") == 14  # read, and so remembered by the process
    matters.erase_matter(db, matter_id, "alex", "nina")
    assert adapters.get_adapter(db, learned.adapter_id).stale == ("erased",)
    assert count_learned(db, "none") == 0 == count_learned(db, learned.adapter_id)
    assert find_rankers(db, "none").missing == "house-1 learned from what was erased"
    assert count_learned(db, other.adapter_id) == 15
    assert find_rankers(db, plain.adapter_id) == HouseRankers()  # it had none


def test_a_ranker_that_learned_from_what_was_erased_goes_and_its_adapter_serves_on(
    db: Database, tmp_path: Path
) -> None:
    matter_id = add_matter(db)
    learned = register(db, write_adapter(tmp_path / "a", rankers=make_rankers(14), matters=[matter_id]))
    other = register(db, write_adapter(tmp_path / "b", rankers=make_rankers(15), matters=["m-2"]))
    assert forget_rankers(db) == ()
    matters.erase_matter(db, matter_id, "alex", "nina")
    (learned.folder / "ranker.json").unlink()  # as after a crash in between
    assert forget_rankers(db) == (learned.adapter_id,) and forget_rankers(db) == ()
    assert verify_folder(learned.folder).hash == learned.hash and promote(db, learned.adapter_id, "ada")
    assert find_rankers(db, "none").missing == "house-1 learned from what was erased"
    assert count_learned(db, other.adapter_id) == 15
    (learned.folder / "ranker.json").write_text(make_rankers(14).write())  # nothing may take its place
    with pytest.raises(DamagedState):
        verify_folder(learned.folder)


def test_a_ranker_beside_a_damaged_manifest_is_removed_all_the_same(tmp_path: Path) -> None:
    folder = write_adapter(tmp_path / "a", rankers=make_rankers(14))
    (folder / "manifest.json").write_text("{")
    assert forget_ranker(folder) and not forget_ranker(folder) and not (folder / "ranker.json").exists()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for the installed package `assistant`, with its folder starter/."""
    monkeypatch.setattr(adapters.importlib.resources, "files", lambda _: tmp_path / "package")
    return tmp_path / "package" / "starter"


def test_the_starter_is_installed_once_and_serves_a_fresh_machine(db: Database, package: Path) -> None:
    assert install_starter(db) is None  # none shipped
    write_adapter(package)
    first = install_starter(db)
    assert first is not None and (first.adapter_id, first.status) == ("starter-1", "active")
    assert install_starter(db) == first and len(adapters.list_adapters(db)) == 1


def test_a_newer_starter_replaces_the_older_but_never_a_house_adapter(
    db: Database, package: Path, tmp_path: Path
) -> None:
    write_adapter(package)
    install_starter(db)
    write_adapter(package, b"newer")
    newer = install_starter(db)
    assert newer is not None and (newer.adapter_id, newer.status) == ("starter-2", "active")
    promote(db, register(db, write_adapter(tmp_path / "a", b"house")).adapter_id, "ada")
    write_adapter(package, b"newest")
    newest = install_starter(db)
    assert newest is not None and (newest.adapter_id, newest.status) == ("starter-3", "candidate")


def test_a_rollback_from_a_newer_starter_is_not_undone_at_the_next_start(db: Database, package: Path) -> None:
    write_adapter(package)
    install_starter(db)
    write_adapter(package, b"newer")
    install_starter(db)
    assert rollback(db, "ada").adapter_id == "starter-1"
    install_starter(db)
    active = adapters.active_adapter(db)
    assert active is not None and active.adapter_id == "starter-1"


def test_a_starter_for_another_model_is_left_aside(db: Database, package: Path) -> None:
    write_adapter(package, base="e" * 64)
    assert install_starter(db) is None and adapters.list_adapters(db) == ()


def test_an_adapter_of_older_prompts_or_pseudonyms_says_so(db: Database, tmp_path: Path) -> None:
    assert register(db, write_adapter(tmp_path / "a")).stale == ()
    old = register(db, write_adapter(tmp_path / "b", b"two", prompt_hash="older", pseudonym_scheme="plain-1"))
    assert old.stale == ("prompts", "pseudonyms")
    assert register(db, write_adapter(tmp_path / "c", b"three", ranker_scheme="ranker-0")).stale == ("ranker",)
    (old.folder / "manifest.json").unlink()
    assert [a.stale for a in adapters.list_adapters(db) if a.adapter_id == old.adapter_id] == [("files",)]


def test_the_starter_in_the_package_is_whole_and_was_trained_on_these_prompts_and_pseudonyms() -> None:
    import assistant

    folder = Path(assistant.__file__).parent / "starter"
    assert find_staleness(verify_folder(folder)) == (), "train the starter again"
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 12 * 2**20
