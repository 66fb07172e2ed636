"""The bill of a training: counters that begin anew, what cannot be known, and earlier runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from finetune.bill import Meter, bill_round, price_of

SPAN = 1_000_000_000


def write_counter(folder: Path, zone: str, name: str, microjoules: int) -> None:
    (folder / zone).mkdir(exist_ok=True)
    for file, value in (("name", name), ("energy_uj", microjoules), ("max_energy_range_uj", SPAN)):
        (folder / zone / file).write_text(f"{value}\n")


def test_energy_is_that_of_all_packages_and_a_counter_may_begin_anew(tmp_path):
    write_counter(tmp_path, "intel-rapl:0", "package-0", 10_000_000)
    write_counter(tmp_path, "intel-rapl:1", "package-1", SPAN - 5_000_000)
    write_counter(tmp_path, "intel-rapl:0:0", "core", 0)  # a part of a package
    write_counter(tmp_path, "intel-rapl:2", "psys", 0)  # the platform around them
    meter = Meter(tmp_path)
    write_counter(tmp_path, "intel-rapl:0", "package-0", 13_000_000)
    write_counter(tmp_path, "intel-rapl:1", "package-1", 2_000_000)
    write_counter(tmp_path, "intel-rapl:0:0", "core", 99_000_000)
    write_counter(tmp_path, "intel-rapl:2", "psys", 99_000_000)
    assert meter.read()["energy_j"] == pytest.approx(3 + 7)
    assert meter.read()["energy_j"] == pytest.approx(3 + 7)  # nothing is counted twice
    meter.go_on_from({"seconds": 100.0, "energy_j": 5.0})
    spent = meter.read()
    assert spent["energy_j"] == pytest.approx(15) and 100 <= spent["seconds"] < 110


def test_energy_that_the_machine_does_not_tell_is_unknown_not_nothing(tmp_path):
    assert Meter(tmp_path).read()["energy_j"] is None
    write_counter(tmp_path, "intel-rapl:0", "package-0", 1)
    meter = Meter(tmp_path)
    meter.go_on_from({"seconds": 1.0, "energy_j": None})  # the run before was on a machine that does not tell
    assert meter.read()["energy_j"] is None


def test_a_round_costs_its_training_and_its_tests_at_the_price_that_is_set():
    results = {"base": {"seconds": 600.0}, "candidate": {"seconds": 300.0}}
    training = {"seconds": 900.0, "tokens": 1000, "flops": 1e12, "energy_j": None}
    bill = bill_round(training, results, 2.0)
    assert bill["price"] == 1.0 and (bill["train_seconds"], bill["test_seconds"]) == (900.0, 900.0)
    assert bill["tokens"] == 1000 and bill["energy_j"] is None
    assert price_of(3600, 0.0) is None and bill_round({}, {}, 0.0)["price"] is None
