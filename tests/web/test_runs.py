"""Runs, asked for over HTTP: their order, their ends, what stays of them."""

import os
import stat
from pathlib import Path

import pytest
from helpers_web import files_in, serving

from jnst.errors import InputError
from jnst.web import store, worker


def test_stop_and_go_on(site):
    key = site.begin(seed=16)
    while not (run := site.get(f"/api/runs/{key}")[1])["painted"]:
        pass
    assert run["status"] == "running"
    assert site.post(f"/api/runs/{key}/stop")[1]["status"] in ("stopping", "stopped")
    run = site.until(key, "stopped")
    before = run["painted"]["step"]
    assert 0 < before < 600
    assert run["finished"]
    run = site.post(f"/api/runs/{key}/resume")[1]
    assert run["status"] == "queued"
    assert (run["painted"]["step"], run["painted"]["left"]) == (before, None)
    run = site.until(key, "done")
    assert [step for step, _ in run["painted"]["curve"]] == list(range(1, 601))


def test_to_go_on_twice_is_to_go_on_once(site):
    first, waiting = site.begin(seed=16), site.begin()
    site.post(f"/api/runs/{waiting}/stop")
    for _ in range(2):
        site.post(f"/api/runs/{waiting}/resume")
    assert site.worker.place(site.store.runs[waiting]) == 1
    site.post(f"/api/runs/{waiting}/stop")
    assert site.get(f"/api/runs/{waiting}")[1]["status"] == "stopped"
    site.post(f"/api/runs/{first}/stop")
    site.until(first, "stopped")
    with pytest.raises(AssertionError, match="stopped, not"):
        site.until(waiting, "running", "done", seconds=1)


def test_one_at_a_time_in_their_order_and_a_waiting_one_can_be_stopped(site):
    pair = site.pair()
    keys = [site.begin(*pair) for _ in range(3)]
    assert [site.get(f"/api/runs/{key}")[1]["place"] for key in keys[1:]] == [1, 2]
    assert site.post(f"/api/runs/{keys[1]}/stop")[1]["status"] == "stopped"
    assert site.get(f"/api/runs/{keys[2]}")[1]["place"] == 1
    site.until(keys[2], "done")
    assert site.get(f"/api/runs/{keys[0]}")[1]["status"] == "done"
    run = site.get(f"/api/runs/{keys[1]}")[1]
    assert (run["status"], run["painted"], run["finished"]) == ("stopped", None, False)


def test_so_many_runs_can_wait_and_no_more(site, monkeypatch):
    monkeypatch.setattr(worker, "MOST_WAITING", 1)
    pair = site.pair()
    keys = [site.begin(*pair)]
    site.until(keys[0], "running")
    keys.append(site.begin(*pair))
    status, said = site.post("/api/runs", site.wanted(pair[0], pair[1]))
    assert (status, said["error"]) == (400, "1 runs are waiting already; stop one, or wait")
    assert len(site.get("/api/runs")[1]) == 2


def test_a_run_that_fails_says_why_and_the_next_one_is_painted(site):
    pair = site.pair()
    wrong, dead, good = (site.begin(*pair, seed=seed) for seed in (13, 14, 0))
    assert site.until(wrong, "failed")["reason"] == "the moon is wrong"
    assert "perhaps the memory was full" in site.until(dead, "failed")["reason"]
    site.until(good, "done")


def test_a_run_and_its_pictures_can_be_removed_at_any_time(site, tmp_path):
    site.until(site.begin(), "done")
    running = site.begin(seed=16)
    waiting = site.begin()
    site.until(running, "running")
    for key in [waiting, running, *(one["id"] for one in site.get("/api/runs")[1])]:
        status, _ = site.ask("DELETE", f"/api/runs/{key}")
        assert status in (200, 404)
        assert site.get(f"/api/runs/{key}")[0] == 404
    assert site.get("/api/runs")[1] == []
    assert not any(name.startswith("runs") for name in files_in(tmp_path / "web"))
    site.until(site.begin(), "done")


def test_pictures_of_a_removed_run_stay_for_a_while_or_as_long_as_another_has_them(
    site, monkeypatch
):
    content, style = site.pair()
    other = site.pair()[0]
    first, second = site.begin(content, style), site.begin(content, other)
    site.until(second, "done")
    site.ask("DELETE", f"/api/runs/{first}")
    third = site.begin(content, style)  # the form still shows them
    site.until(third, "done")
    monkeypatch.setattr(store, "UNUSED", 0)
    site.ask("DELETE", f"/api/runs/{third}")
    assert site.get(f"/api/pictures/{content}/view.jpg")[0] == 200
    assert site.get(f"/api/pictures/{style}/view.jpg")[0] == 404


def test_after_a_restart_all_is_there_and_what_was_begun_can_go_on(tmp_path):
    with serving(tmp_path / "web") as site:
        pair = site.pair()
        done = site.begin(*pair)
        site.until(done, "done")
        running, waiting = site.begin(*pair, seed=16), site.begin(*pair)
        while not site.get(f"/api/runs/{running}")[1]["painted"]:
            pass
    # As it is after a power cut: nobody has written down that it ended.
    path = tmp_path / "web" / "runs" / running / "run.json"
    path.write_text(path.read_text().replace('"stopped"', '"running"'))
    (tmp_path / "web" / "runs" / ("ab" * 8)).mkdir()
    (tmp_path / "web" / "runs" / "notes").mkdir()
    with serving(tmp_path / "web") as site:
        found = {run["id"]: run for run in site.get("/api/runs")[1]}
        assert {key: run["status"] for key, run in found.items()} == {
            done: "done",
            running: "stopped",
            waiting: "stopped",
        }
        assert found[done]["finished"]
        assert site.get(f"/api/runs/{done}/picture.png")[1][:4] == b"\x89PNG"
        assert found[running]["painted"]["step"] >= 1
        site.post(f"/api/runs/{running}/resume")
        site.until(running, "done")
    assert sorted(os.listdir(tmp_path / "web" / "runs")) == sorted(
        [done, running, waiting, "notes"]
    )


def test_unused_pictures_do_not_pile_up(site, monkeypatch):
    monkeypatch.setattr(store, "UNUSED", 2)
    first, second = site.pair()
    third, _ = site.pair()
    assert site.get(f"/api/pictures/{first}/view.jpg")[0] == 404
    assert site.get(f"/api/pictures/{second}/view.jpg")[0] == 404
    assert site.get(f"/api/pictures/{third}/view.jpg")[0] == 200


def test_the_folder_is_the_users_alone_and_one_server_has_it(tmp_path):
    folder = tmp_path / "deep" / "web"
    with store.opened(folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with pytest.raises(InputError, match="another jnst web uses it"), store.opened(folder):
            pass
    with store.opened(folder):
        pass
    Path(tmp_path / "file").write_text("")
    with pytest.raises(InputError), store.opened(tmp_path / "file"):
        pass
