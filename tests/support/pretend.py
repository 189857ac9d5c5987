"""Stands in for `jnst.web.painter`: the same manners, no network, and as slow as it is told.

A seed of 13 fails, 14 dies, 15 hears nothing of a stop, 16 takes half a minute, 17 some seconds,
18 shows a preview, and begins with the steps when it goes on; a film's result is the film itself;
else half a second, or SECONDS, and a step every twentieth of a second. What goes on is some twenty
times as fast, and tells every tenth step.
"""

import json
import os
import shutil
import sys
import threading
import time
from pathlib import Path

import PIL.Image


def main():
    line = sys.stdin.buffer.readline()
    if not line:
        return
    order = json.loads(line)
    stopped = threading.Event()

    def listen():
        while os.read(0, 100):
            pass
        stopped.set()

    threading.Thread(target=listen, daemon=True).start()
    folder, made_with = Path(order["folder"]), order["made_with"]
    seed, size = made_with["seed"], made_with["size"]
    if seed == 13:
        print(json.dumps({"status": "failed", "reason": "the moon is wrong"}))
        return
    if seed == 14:
        os._exit(1)
    usual = round(20 * float(os.environ.get("SECONDS", "0.5")))
    steps = {16: 600, 17: 50}.get(seed, usual)
    kept = folder / "kept"
    first = int(kept.read_text()) if kept.exists() else 0
    curve = [[step, 1 / step] for step in range(1, first + 1)]

    def show(step):
        PIL.Image.new("RGB", (size, size), (step % 256, 90, 60)).save(folder / "new.jpg")
        (folder / "new.jpg").replace(folder / "preview.jpg")
        told = {"step": step, "steps": steps if step else 0, "size": [size, size]}
        told |= {"left": (steps - step) / 20, "seconds": step / 20, "curve": curve}
        (folder / "new.json").write_text(json.dumps(told))
        (folder / "new.json").replace(folder / "progress.json")

    if seed == 18 and not kept.exists():
        show(0)
        stopped.wait()
        kept.write_text("0")
        print(json.dumps({"status": "stopped"}), flush=True)
        return
    for step in range(first + 1, steps + 1):
        curve.append([step, 1 / step])
        if first and step % 10 and step < steps:
            continue
        time.sleep(0.02 if first else 0.05)
        show(step)
        if stopped.is_set() and seed != 15 and step < steps:
            kept.write_text(str(step))
            break
    if order["video"] is not None:
        shutil.copyfile(order["content"], folder / "film.mp4")
    else:
        PIL.Image.new("RGB", (size, size), (200, 90, 60)).save(folder / "picture.png")
    print(json.dumps({"status": "done" if step == steps else "stopped"}), flush=True)


if __name__ == "__main__":
    main()
