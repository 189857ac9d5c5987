// What a run was made with: first what the form offers, then all else that meant something.

import { $, el, setText } from "./dom.js";
import { SETTINGS, about, isFilm, isInstant, isSilent, label, look, meaning, value, when } from "./words.js";

const SHOWN_ELSEWHERE = ["content", "styles", "masks", "blend", "style_number"];
const PLANNED = ["steps", "first_size", "size_ratio"]; // what is painted in truth says it better

export function draw(run) {
  const stages = run.painted?.stages ?? [];
  const made = Object.entries({ ...run.made_with, ...run.video }).filter(
    ([name, one]) => one !== null && String(one) !== "" && !isSilent(name, run.made_with.method),
  );
  const rows = [
    [isFilm(run) ? "Film" : "Photograph", about(run.content)],
    ...paintings(run).map((text, i, all) => [all.length > 1 ? `Painting ${i + 1}` : "Painting", text]),
    ["Begun", when(run)],
    ...(isInstant(run) ? [] : [["Look", look(run.preset), `preset ${run.preset}`]]),
    ["Quality", run.quality],
    ...(stages.length ? [["Painted at", stages.map(([size, steps]) => `${size} pixels, ${steps} steps`).join("; ")]] : []),
    ...SETTINGS.filter((name) => name in run.made_with && !isSilent(name, run.made_with.method)).map((name) => [
      label(name),
      inWords(name, run.made_with[name]),
      meaning(name),
    ]),
  ];
  const left = [...SETTINGS, ...SHOWN_ELSEWHERE, ...(stages.length ? PLANNED : [])];
  const others = made
    .filter(([name, one]) => one && !left.includes(name)) // nor what is not done at all
    .map(([name, one]) => [label(name), inWords(name, one), meaning(name)]);
  fill($("#run-settings dl"), rows);
  setText($("#run-command"), isFilm(run) ? "jnst video" : "jnst stylize");
  fill($("#run-others dl"), others);
}

function paintings(run) {
  const sum = run.paintings.reduce((all, { weight }) => all + weight, 0);
  return run.paintings.map(({ picture, weight, mask }) => {
    const share = run.paintings.length > 1 ? `, ${Math.round((100 * weight) / sum)} %` : "";
    return `${about(picture)}${share}${mask ? ", where it was drawn" : ""}`;
  });
}

function fill(list, rows) {
  const key = JSON.stringify(rows);
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(
    ...rows.map(([name, text, title = null]) => el("div", { title }, el("dt", {}, name), el("dd", {}, text))),
  );
}

function inWords(name, one) {
  if (name === "style_size" && one === null) return "as the picture";
  if (name.endsWith("size") || name === "margin") return `${one} pixels`;
  return said(value(name, one));
}

function said(one) {
  if (typeof one === "number") return String(Number(one.toPrecision(5)));
  if (typeof one === "boolean") return one ? "yes" : "no";
  return Array.isArray(one) ? one.map(said).join(", ") : String(one);
}
