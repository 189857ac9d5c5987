// A painted film beside its original, in step: the painted one has the controls, the other follows.

import * as api from "./api.js";
import { $, setText } from "./dom.js";

const APART = 0.12; // seconds; browsers are no more exact than that while they play
const painted = $("#film-painted");
const original = $("#film-original");

// Whatever has happened, the original is to be where the painted one is, and to do what that does.
function follow() {
  if (!original.hasAttribute("src")) return;
  const still = painted.paused || painted.readyState < painted.HAVE_FUTURE_DATA;
  const apart = Math.abs(original.currentTime - painted.currentTime);
  if (apart > (painted.paused ? 0 : APART)) original.currentTime = painted.currentTime;
  if (still) original.pause();
  else original.play().catch(() => {}); // it was paused again at once, or does not play
}

for (const event of ["playing", "waiting", "pause", "seeking", "timeupdate"]) {
  painted.addEventListener(event, follow);
}
painted.addEventListener("ratechange", () => (original.playbackRate = painted.playbackRate));
original.addEventListener("click", () => (painted.paused ? painted.play().catch(() => {}) : painted.pause()));
original.addEventListener("error", () => {
  if (!original.error) return; // it is another film by now
  original.removeAttribute("src"); // its first frame is shown then
  original.load();
  setText($("#film-original-name"), "original (its first frame: this browser does not play it)");
});

export function draw(run) {
  $("#films").hidden = false;
  if (painted.dataset.of === api.film(run)) return; // what plays is left alone
  hide();
  $("#films").hidden = false;
  painted.dataset.of = painted.src = api.film(run);
  original.poster = api.view(run.content);
  setText($("#film-original-name"), "original");
  original.src = api.original(run.content);
}

export function hide() {
  $("#films").hidden = true;
  delete painted.dataset.of;
  for (const one of [painted, original]) {
    if (!one.hasAttribute("src")) continue;
    one.pause();
    one.removeAttribute("src");
    one.load(); // lets go of the file
  }
}
