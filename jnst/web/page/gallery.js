// All runs, the newest first; each card opens its run.

import * as api from "./api.js";
import { $, el, setText } from "./dom.js";
import { STATUS, begun, isFilm, isInstant, look, percent, title, when } from "./words.js";

const cards = new Map();

export function draw(runs, open) {
  $("#gallery-empty").hidden = runs.length > 0;
  const there = new Set(runs.map((run) => run.id));
  for (const [id, card] of cards) {
    if (there.has(id)) continue;
    card.remove();
    cards.delete(id);
  }
  runs.forEach((run, i) => {
    if (!cards.has(run.id)) cards.set(run.id, make(run));
    const card = cards.get(run.id);
    const list = $("#cards");
    if (list.children[i] !== card) list.insertBefore(card, list.children[i] ?? null);
    update(card, run, run.id === open);
  });
}

function make(run) {
  return el(
    "li",
    {},
    el(
      "a",
      { href: `#run=${run.id}`, class: "card" },
      el("span", { class: isFilm(run) ? "thumb film" : "thumb" }, el("img", { alt: "", loading: "lazy" }), el("span", { class: "chip" })),
      el("strong", {}, title(run)),
      el("span", { class: "facts chosen" }),
      el("span", { class: "facts" }, when(run)),
    ),
  );
}

function update(card, run, isOpen) {
  const isOnItsWay = run.status === "running" && begun(run);
  const status = STATUS[run.status] + (isOnItsWay ? ` ${percent(run)} %` : "");
  const chip = $(".chip", card);
  setText(chip, status);
  chip.dataset.status = run.status;
  const length = isFilm(run) ? `, ${run.content.film.frames} frames` : "";
  const [how, quality] = isInstant(run) ? ["One pass", ""] : [look(run.preset), `, ${run.quality}`];
  setText($(".chosen", card), `${how}, ${run.asked.size} px${quality}${length}`);
  const image = $("img", card);
  const address = run.painted ? api.preview(run) : api.view(run.content);
  if (image.getAttribute("src") !== address) image.src = address; // itself: else it would not be lazy
  if (isOpen) $("a", card).setAttribute("aria-current", "true");
  else $("a", card).removeAttribute("aria-current");
}
