// The paintings of a new picture: how much each counts, and where on the photograph it goes.

import * as api from "./api.js";
import { $, announce, complain, el, setText } from "./dom.js";
import * as mask from "./mask.js";

const MIDDLE = 10; // of a weight's slider, from 1 to 20
let rows = []; // {picture, weight, mask}: the first is in its place above
let photograph = null;
let most = 1;
let changed = () => {};

export const list = () => rows;
export const has = (picture) => rows.some((row) => row.picture.id === picture.id);
export const named = () => rows.some(({ picture }) => picture.named);
export const asked = () =>
  rows.map((row) => ({ picture: row.picture.id, weight: row.weight / MIDDLE, mask: row.mask }));

// `show` puts the first painting into its place; `send` gives the server a file.
export function setUp(choices, { show, send, onChange }) {
  most = choices.most_paintings;
  changed = () => {
    show(rows[0]?.picture ?? null);
    draw();
    onChange();
  };
  const input = $("#add");
  input.accept = ["image/*", ...choices.suffixes].join(",");
  input.addEventListener("change", async () => {
    const [file] = input.files;
    complain("add", "");
    $("#add-label").classList.add("busy");
    try {
      add(await send(file));
      announce(`${file.name} is painting ${rows.length}`);
    } catch (error) {
      complain("add", error.message);
    } finally {
      $("#add-label").classList.remove("busy");
      input.value = ""; // so that the same file can be chosen again
    }
  });
}

// Styles of a network and pictures do not go together: one of another kind takes the place of all.
export function add(picture) {
  if (rows.length && Boolean(rows[0].picture.named) !== Boolean(picture.named)) rows = [];
  if (rows.length === most) throw new api.Refused(`there may be ${most} paintings at most; remove one`);
  rows.push({ picture, weight: MIDDLE, mask: null });
  changed();
}

export function remove(picture) {
  rows = rows.filter((row) => row.picture.id !== picture.id);
  changed();
}

// What is in the first one's place is another now, or nothing.
export function setFirst(picture) {
  if (rows[0]?.picture === picture || (!rows.length && !picture)) return;
  if (!picture) rows.shift();
  else if (rows.length && Boolean(rows[0].picture.named) === Boolean(picture.named)) rows[0].picture = picture;
  else rows = [{ picture, weight: MIDDLE, mask: null }];
  changed();
}

// Where paintings go was drawn on one photograph, and says nothing of another.
export function setPhotograph(picture) {
  if (photograph?.id !== picture?.id) for (const row of rows) row.mask = null;
  photograph = picture;
  draw();
}

export function use(paintings) {
  rows = paintings.map(({ picture, weight, mask }) => ({ picture, weight: weight * MIDDLE, mask }));
  changed();
}

function draw() {
  $("#paintings").hidden = rows.length === 0;
  $("#add-label").hidden = rows.length >= most || named();
  $("#paintings ol").replaceChildren(...rows.map(item));
  share();
}

function item(row, i) {
  const { picture, mask: drawn } = row;
  const weight = el("input", { type: "range", min: 1, max: 20, step: 0.5, "aria-label": `How much ${picture.name} counts`, value: row.weight });
  weight.addEventListener("input", () => {
    row.weight = weight.valueAsNumber;
    share();
  });
  const place = el("button", { type: "button", class: "small", "data-place": i, disabled: !photograph }, drawn ? "Change" : "Draw where");
  place.addEventListener("click", () => drawPlace(row, i));
  const everywhere = el("button", { type: "button", class: "small", hidden: !drawn, "aria-label": `${picture.name}: everywhere` }, "Everywhere");
  everywhere.addEventListener("click", () => setMask(row, i, null));
  const away = el("button", { type: "button", class: "small away", hidden: rows.length < 2, "aria-label": `Remove ${picture.name}` }, "×");
  away.addEventListener("click", () => {
    rows.splice(i, 1);
    changed();
    ($("#paintings .small:not([hidden])") ?? $("#add")).focus();
  });
  place.setAttribute("aria-label", `${picture.name}: ${drawn ? "change the place" : "draw where it goes"}`);
  return el(
    "li",
    {},
    el("img", { class: "swatch", src: api.view(picture), alt: "" }),
    el("div", { class: "counts" }, el("strong", {}, picture.name), el("div", { hidden: rows.length < 2 }, weight, el("output", {}))),
    away,
    el("div", { class: "place" }, ...(drawn ? [el("img", { class: "swatch", src: api.mask(drawn), alt: "" })] : []), el("span", {}, where(row)), place, everywhere),
  );
}

function where({ mask: drawn }) {
  if (drawn) return "where it was drawn";
  return rows.some((row) => row.mask) ? "takes what is left" : "everywhere";
}

// Of masks that are apart a painting has all its place; what it counts is then against the photograph.
function share() {
  const sum = rows.reduce((all, { weight }) => all + weight, 0);
  document.querySelectorAll("#paintings li output").forEach((output, i) => {
    setText(output, `${Math.round((100 * rows[i].weight) / sum)} %`);
  });
}

async function drawPlace(row, i) {
  const found = await mask.drawn(photograph, row.picture, row.mask);
  if (found !== undefined) setMask(row, i, found);
  else $(`#paintings [data-place="${i}"]`).focus();
}

function setMask(row, i, found) {
  row.mask = found;
  changed();
  announce(`${row.picture.name} ${where(row)}`);
  $(`#paintings [data-place="${i}"]`).focus();
}
