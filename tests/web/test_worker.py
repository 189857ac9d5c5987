"""The queue, with a painter that pretends: whatever happens, it goes on."""

import contextlib
import threading
import time

from helpers_web import serving

from jnst.web import store, worker


@contextlib.contextmanager
def meanwhile(*actions):
    """Run all of them in threads; yield them, and wait for them in the end."""
    threads = [threading.Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
    try:
        yield threads
    finally:
        for thread in threads:
            thread.join()


def test_a_fault_of_ours_fails_the_run_and_the_next_one_is_painted(site, monkeypatch):
    find, (odd, *_) = site.store.picture_file, site.pair()

    def wrong(given, name):
        if given.id == odd and name == "original":
            raise RuntimeError("the stars are wrong")
        return find(given, name)

    monkeypatch.setattr(site.store, "picture_file", wrong)
    failing, good = site.begin(odd, odd), site.begin()
    reason = site.until(failing, "failed", seconds=5)["reason"]
    assert reason.startswith("unexpected RuntimeError: the stars are wrong")
    site.until(good, "done")
    assert site.ask("DELETE", f"/api/runs/{failing}")[0] == 200


def test_a_step_may_take_long_and_only_a_second_stop_ends_it_at_once(site, monkeypatch, tmp_path):
    monkeypatch.setattr(worker, "PATIENCE", 0.3)
    monkeypatch.setenv("SECONDS", "60")
    site.until(site.begin(seed=13), "failed")  # the process that was begun before this
    key = site.begin(seed=15)
    while not site.get(f"/api/runs/{key}")[1]["painted"]:
        pass
    unfinished = tmp_path / "web" / "runs" / key / ".jnst-12.tmp"
    unfinished.write_text("")
    for _ in range(2):  # a double click
        assert site.post(f"/api/runs/{key}/stop")[1]["status"] == "stopping"
    time.sleep(0.6)
    assert site.get(f"/api/runs/{key}")[1]["status"] == "stopping"
    site.post(f"/api/runs/{key}/stop")
    assert site.until(key, "stopped", seconds=5)["reason"] == ""
    assert not unfinished.exists()


def test_the_end_waits_for_a_run_that_is_stopping(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "PATIENCE", 0.0)
    with serving(tmp_path / "web") as site:
        key = site.begin(seed=15)  # half a second, and it hears nothing
        site.until(key, "running")
        site.post(f"/api/runs/{key}/stop")
        time.sleep(0.1)
    assert '"done"' in (tmp_path / "web" / "runs" / key / "run.json").read_text()


def test_at_the_end_no_process_is_begun_for_nothing(tmp_path, monkeypatch):
    started, start = [], worker.subprocess.Popen

    def counted(*arguments, **options):
        started.append(1)
        return start(*arguments, **options)

    monkeypatch.setattr(worker.subprocess, "Popen", counted)
    with serving(tmp_path / "web") as site:
        site.until(site.begin(seed=16), "running")
    assert len(started) == 1


def test_several_can_remove_a_run_at_once(site):
    key = site.begin(seed=16)
    site.until(key, "running")
    statuses = []

    def remove():
        statuses.append(type(site)(site.port).ask("DELETE", f"/api/runs/{key}")[0])

    with meanwhile(*[remove] * 3):
        pass
    assert set(statuses) <= {200, 404}
    assert len(statuses) == 3


def test_nothing_is_told_of_what_is_half_removed(site):
    pair = site.pair()
    key = site.begin(*pair)
    site.until(key, "done")
    for path in ("/api/runs", f"/api/runs/{key}", f"/api/runs/{key}/picture.png"):
        answers = []

        def ask(path=path, answers=answers):
            answers.append(type(site)(site.port).get(path)[0])

        with site.store.lock:
            given = site.store.pictures.pop(pair[0])
            thread = threading.Thread(target=ask)
            thread.start()
            time.sleep(0.2)
            site.store.pictures[given.id] = given
        thread.join()
        assert answers == [200], path


def test_a_stop_waits_for_no_picture_that_is_being_read(site, monkeypatch):
    key = site.begin(seed=16)
    site.until(key, "running")
    begun, go_on, made = threading.Event(), threading.Event(), store.files.thumbnail

    def slow(*arguments, **options):
        begun.set()
        assert go_on.wait(20)
        return made(*arguments, **options)

    monkeypatch.setattr(store.files, "thumbnail", slow)
    answers = []

    def stop():
        assert begun.wait(10)
        answers.append(type(site)(site.port).post(f"/api/runs/{key}/stop")[0])

    def samples():
        type(site)(site.port).post("/api/samples")

    with meanwhile(site.pair, samples, stop) as (_, _, stopping):
        stopping.join(5)
        in_time = list(answers)
        go_on.set()
    assert in_time == [200]
