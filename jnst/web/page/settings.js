// What a run was made with: first what the form offers, then all else.

import { $, el, setText } from "./dom.js";
import { COLOURS, INITS, OWN_COLOURS, SETTINGS, about, isFilm, when } from "./words.js";

export function draw(run) {
  const rows = [
    [isFilm(run) ? "Film" : "Photograph", about(run.content)],
    ["Painting", about(run.style)],
    ["Begun", when(run)],
    ["Preset", run.preset],
    ["Quality", run.quality],
    ...Object.entries(SETTINGS)
      .filter(([name]) => name in run.made_with)
      .map(([name, label]) => [label, inWords(name, run.made_with[name])]),
  ];
  const others = Object.entries({ ...run.made_with, ...run.video })
    .filter(([, value]) => value !== null && String(value) !== "")
    .filter(([name]) => !["content", "styles", ...Object.keys(SETTINGS)].includes(name))
    .map(([name, value]) => [name, said(value)]);
  fill($("#run-settings dl"), rows);
  setText($("#run-command"), isFilm(run) ? "jnst video" : "jnst stylize");
  fill($("#run-others dl"), others);
}

function fill(list, rows) {
  const key = JSON.stringify(rows);
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function inWords(name, value) {
  if (name === "colour") return value === null ? OWN_COLOURS : (COLOURS[value] ?? value);
  if (name === "init") return INITS[value] ?? value;
  if (name.endsWith("size")) return value === null ? "as the picture" : `${value} pixels`;
  return said(value);
}

function said(value) {
  if (typeof value === "number") return String(Number(value.toPrecision(5)));
  if (typeof value === "boolean") return value ? "yes" : "no";
  return Array.isArray(value) ? value.map(said).join(", ") : String(value);
}
