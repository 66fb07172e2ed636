"""The passage index: found by meaning and by words, gone when removed, rebuilt when damaged."""

import dataclasses
import os

import pytest
from masking import mask

from assistant.documents import OffsetMap, Passage, RedactedDocument, Segment
from assistant.evidence.retrieval import Index, IndexDamaged
from assistant.settings import Settings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
TEXTS = (
    "The landlord may enter the premises after giving the tenant 24 hours of notice.",
    mask("Person 12 was examined by a physician for injuries to the lower back."),
    "The court denied the motion to dismiss under Rule 12(b)(6).",
    "Payment of $4,500 is due on the first day of each month.",
)


def make_document(document_id="d-1", matter_id="m-abc", texts=TEXTS, revision=1):
    text, passages = "", []
    for index, one in enumerate(texts):
        passages.append(Passage(index, len(text), len(text) + len(one), index + 1, "Terms"))
        text += one + "\n\n"
    segments = (Segment(0, len(text), 1, 0, len(text)),)
    return RedactedDocument(document_id, matter_id, revision, "contract", text, OffsetMap(segments), tuple(passages), 4)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    index = Index(Settings(home=tmp_path_factory.mktemp("home")))
    index.add(make_document())
    index.add(make_document("d-2", texts=(mask("The arbitrator awarded Company 3 the sum of $90,000."),)))
    return index


def files_holding(folder, words):
    return [p for p in folder.rglob("*") if p.is_file() and words.encode() in p.read_bytes()]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("When can the owner of the apartment come in?", TEXTS[0]),  # no word in common: by meaning
        (mask("Person 12"), TEXTS[1]),  # a pseudonym: by words
        ("Rule 12(b)(6)", TEXTS[2]),  # a rule number
        ("How much is the monthly rent?", TEXTS[3]),  # a paraphrase
    ],
)
def test_the_right_passage_comes_first(index, query, expected):
    hits = index.search("m-abc", query, 3)
    assert hits[0].text == expected and hits[0].passage.page == TEXTS.index(expected) + 1
    assert hits == sorted(hits, key=lambda hit: -hit.score) and 0 < hits[0].score <= 1


def test_only_the_named_documents_are_searched(index):
    assert {h.document_id for h in index.search("m-abc", "sum of money", 9, document_ids=["d-2"])} == {"d-2"}
    assert index.search("m-abc", "sum of money", 9, document_ids=[]) == []


def test_matters_do_not_see_each_other(index):
    index.add(make_document("d-9", "m-other", texts=(mask("The secret formula is held by Person 77."),)))
    assert all(mask("Person 77") not in hit.text for hit in index.search("m-abc", mask("secret formula Person 77"), 9))


def test_only_what_changed_is_embedded_again(tmp_path, monkeypatch):
    index = Index(Settings(home=tmp_path))
    index.add_all("m-abc", [make_document(), make_document("d-2", texts=("Mister Unmasked signed.", "A lease."))])
    embed, embedded = index.embedder.embed, []
    monkeypatch.setattr(index.embedder, "embed", lambda texts, report=None: embedded.extend(texts) or embed(texts))
    fresh = (mask("Person 4 signed."), "A lease.")
    index.add_all("m-abc", [make_document("d-2", texts=fresh, revision=2), make_document("d-3", texts=("A will.",))])
    assert embedded == ["Contract Terms PERSON 4 signed", "Contract Terms A will"]
    assert index.indexed("m-abc") == {"d-1": 1, "d-2": 2, "d-3": 1}
    hits = {h.document_id: h for h in index.search("m-abc", mask("Person 4 signed"), 9)}
    assert hits["d-2"].revision == 2 and not files_holding(tmp_path, "Unmasked")
    assert index.search("m-abc", "A lease.", 1)[0].document_id == "d-2"


def test_a_removed_document_leaves_the_disk(tmp_path):
    index = Index(Settings(home=tmp_path))
    index.add(make_document())
    index.add(make_document("d-2", texts=("The zebra crossed at midnight by the quarry.",)))
    assert files_holding(tmp_path, "zebra crossed")
    index.remove("d-2", "m-abc")
    assert not files_holding(tmp_path, "zebra crossed")
    assert all(h.document_id == "d-1" for h in index.search("m-abc", "zebra at midnight", 9))
    assert index.indexed("m-abc") == {"d-1": 1}
    index.remove_matter("m-abc")
    assert not files_holding(tmp_path, "landlord") and index.indexed("m-abc") == {}


def test_a_new_revision_takes_the_place_of_the_old(tmp_path):
    index = Index(Settings(home=tmp_path))
    index.add(make_document(texts=("Mister Unmasked signed the deed.",)))
    index.add(make_document(texts=("Person 4 signed the deed.",), revision=2))
    assert [h.text for h in index.search("m-abc", "who signed", 9)] == ["Person 4 signed the deed."]
    assert index.indexed("m-abc") == {"d-1": 2} and not files_holding(tmp_path, "Unmasked")


@pytest.mark.parametrize("damage", ["gone", "database", "manifest"])
def test_a_damaged_index_says_so_and_is_rebuilt(tmp_path, damage):
    first = Index(Settings(home=tmp_path))
    first.add(make_document())
    first._close("m-abc")
    folder = tmp_path / "index" / "m-abc"
    if damage == "gone":
        for path in sorted(folder.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        folder.rmdir()
    elif damage == "database":
        next(folder.rglob("chroma.sqlite3")).write_bytes(b"not a database at all" * 400)
    else:
        (folder / "manifest.json").write_text("{")
    with pytest.raises(IndexDamaged, match="m-abc"):
        Index(Settings(home=tmp_path)).search("m-abc", "landlord", 2)
    healed = Index(Settings(home=tmp_path), source=lambda matter_id: [make_document(matter_id=matter_id)])
    assert healed.search("m-abc", "landlord", 1)[0].text == TEXTS[0]


def test_an_id_cannot_leave_the_folder(index):
    with pytest.raises(ValueError, match="matter id"):
        index.remove_matter("../../etc")


def test_many_passages_keep_their_places(tmp_path):
    index = Index(Settings(home=tmp_path))
    document = make_document(texts=tuple(f"Clause {i} speaks of item {i * 13}." for i in range(30)))
    index.add(dataclasses.replace(document, document_type="plain"))
    hit = index.search("m-abc", "item 169", 1)[0]
    assert document.text[hit.passage.start : hit.passage.end] == hit.text == "Clause 13 speaks of item 169."


def test_a_document_deleted_while_it_is_embedded_does_not_come_back(tmp_path):
    """Embedding happens outside the lock: the store is asked under it whether the document is still wanted."""
    there = {("d-1", 1)}
    index = Index(Settings(home=tmp_path), wanted=lambda document_id, revision: (document_id, revision) in there)

    def delete_meanwhile(_done, _total):
        there.clear()
        index.remove("d-1", "m-abc")

    index.add(make_document(texts=TEXTS[:1]), delete_meanwhile)
    assert index.indexed("m-abc") == {} and files_holding(tmp_path / "index", "landlord") == []
    there.add(("d-1", 2))
    index.add(make_document(texts=TEXTS[:1]))  # an older revision than the store's is left out too
    assert index.indexed("m-abc") == {}
    index.add(make_document(texts=TEXTS[:1], revision=2))
    assert index.indexed("m-abc") == {"d-1": 2}


def test_the_matters_that_were_longest_not_asked_are_closed(tmp_path, monkeypatch):
    monkeypatch.setattr("assistant.evidence.retrieval._OPEN_MAX", 2)
    index = Index(Settings(home=tmp_path))
    for matter_id in ("m-1", "m-2", "m-3"):
        index.add(make_document("d-1", matter_id))
    for matter_id in ("m-1", "m-2", "m-1", "m-3"):
        assert index.search(matter_id, "rent", 1)
    assert sorted(index._open) == ["m-1", "m-3"]
    assert index.search("m-2", "How much is the monthly rent?", 1)[0].text == TEXTS[3]  # opened again, as it was


def test_marks_are_left_out_of_what_is_compared_and_words_and_figures_stay():
    from assistant.evidence.embedding import strip_marks

    given = mask("Person 12 owes $4,500 under 42 U.S.C. § 1983 (see F.3d; 12% interest).")
    assert strip_marks(given) == "PERSON 12 owes $4 500 under 42 USC § 1983 see F 3d 12% interest"
    assert strip_marks("The lessor's copy of Exhibit A.") == "lessor copy of Exhibit A"
    assert strip_marks("The!") == "The"  # rather than nothing


def test_texts_read_one_behind_the_other_give_the_rows_of_the_model_itself():
    import torch
    from transformers import AutoModel, AutoTokenizer

    from assistant.evidence.embedding import find_model_folder, share_embedder, strip_marks

    folder = str(find_model_folder())
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModel.from_pretrained(folder, local_files_only=True).eval()
    texts = [strip_marks(text) for text in (*TEXTS, " ".join(TEXTS) * 4, "")]
    for text, rows in zip(texts, share_embedder().read_tokens(texts), strict=True):
        given = tokenizer(text or " ", truncation=True, max_length=256, return_tensors="pt")
        with torch.inference_mode():
            states = model(**given).last_hidden_state[0]
        assert torch.allclose(torch.tensor(rows), states, atol=1e-4)


def test_function_words_are_read_once_and_then_left_out_of_a_passage():
    from assistant.evidence.embedding import share_embedder, take_mean

    texts = ["lease of flat ends in March with notice to tenant", "of and to in", "Rent."]
    short = share_embedder().embed(texts)
    whole = [take_mean(rows) for rows in share_embedder().read_tokens(texts)]
    near = [float(one @ other) for one, other in zip(short, whole, strict=True)]
    assert 0.9 < near[0] < 0.9999  # another vector than the model's own, and near it
    assert near[2] > 0.99999  # nothing to leave out
    assert abs(float(short[1] @ short[1]) - 1) < 1e-5  # nothing but function words is still a passage
