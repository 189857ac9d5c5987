"""How long a run is going to take."""

import dataclasses

import pytest
from helpers_web import png

from jnst.transfer.settings import Settings
from jnst.video.settings import VideoSettings
from jnst.web import estimate, store
from jnst.web.records import Painted, Painting

SETTINGS = Settings(size=100, margin=0, first_size=50, size_ratio=2.0, steps=(10, 4))
COST = 10 * 50**2 + 4 * 100**2


@pytest.fixture
def kept(tmp_path):
    with store.opened(tmp_path / "web") as found:
        yield found


def painted(kept, preset, ready, pace, **made_with):
    picture = kept.add_picture(png(), "a.png").id
    run = kept.add_run(
        content=picture,
        paintings=[Painting(picture)],
        preset=preset,
        quality="normal",
        changes={},
        made_with={"method": "pixels", "backbone": "vgg19", "engine": "jax"} | made_with,
    )
    told = Painted(9, 9, (3, 2), 0.0, 9.0, [], ready=ready, pace=pace)
    kept._write(kept.run_file(run, "progress.json"), store.msgspec.json.encode(told))


def expected(kept, settings=SETTINGS, **options):
    return estimate.expected(kept, settings, (80, 200), preset="default", **options)


def test_without_any_run_the_speed_of_the_machine_is_tried(kept, monkeypatch):
    monkeypatch.setattr(estimate, "speed", lambda: 2e9)
    found = expected(kept)
    assert found.seconds == pytest.approx(estimate.READY + COST * estimate.WORK / 2e9)
    assert not found.measured


def test_the_last_run_tells_how_long_it_takes(kept):
    painted(kept, "default", 5.0, 1e-3)
    painted(kept, "default", 8.0, 2e-3)
    painted(kept, "default", None, None)  # stopped before its first step
    painted(kept, "default", 1.0, 9e-3, backbone="vgg16")
    painted(kept, "default", 1.0, 0.0, method="ghiasi")
    assert expected(kept) == estimate.Estimate(8.0 + 2e-3 * COST, True)
    painted(kept, "gatys2016", 7.0, 1.0)  # newer, but another preset
    assert expected(kept).seconds == 8.0 + 2e-3 * COST


def test_one_of_another_preset_will_do(kept):
    painted(kept, "gatys2016", 7.0, 1e-3)
    assert expected(kept) == estimate.Estimate(7.0 + 1e-3 * COST, True)


def test_each_further_frame_of_a_film_has_its_own_steps(kept):
    painted(kept, "default", 5.0, 1e-3)
    found = expected(kept, film=(3, VideoSettings(frame_steps=6)))
    assert found.seconds == pytest.approx(5.0 + 1e-3 * (COST + 2 * 6 * 100**2))


def test_one_pass_takes_what_the_last_one_took(kept):
    settings = Settings(method="ghiasi", size=64)
    assert expected(kept, settings) == estimate.Estimate(estimate.ONE_PASS, False)
    painted(kept, "default", 2.5, 0.0, method="ghiasi")
    assert expected(kept, settings) == estimate.Estimate(2.5, True)


def test_a_larger_picture_takes_longer():
    sizes = [estimate._cost(dataclasses.replace(SETTINGS, size=size), size) for size in (60, 100)]
    assert sizes == [10 * 60**2, COST]


def test_the_speed_is_that_of_some_machine():
    assert 1e8 < estimate.speed() < 1e14


def test_it_is_asked_for_before_a_run_and_nothing_is_kept(site):
    wanted = site.wanted(*site.pair()) | {"changes": {"size": 64}}
    status, found = site.post("/api/estimate", wanted)
    assert status == 200
    assert found["seconds"] > estimate.READY
    assert not found["measured"]
    assert site.get("/api/runs")[1] == []
    for changes, field in (({"size": 20}, "size"), ({"tv_weight": -1}, "tv_weight")):
        status, said = site.post("/api/estimate", wanted | {"changes": changes})
        assert (status, said["field"]) == (400, field)


def test_a_run_says_how_long_it_is_going_to_take(site):
    first, second = site.begin(seed=18), site.begin()  # the first tells nothing of itself
    site.until(first, "running")
    runs = [site.get(f"/api/runs/{key}")[1] for key in (first, second)]
    assert runs[0]["expected"] > runs[0]["left"] > 0
    assert runs[1]["wait"] == pytest.approx(runs[0]["left"], abs=5)
    site.post(f"/api/runs/{first}/stop")
    site.until(first, "stopped")
    assert site.get(f"/api/runs/{first}")[1]["left"] is None
