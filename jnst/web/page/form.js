// What is chosen for a new picture.

import * as api from "./api.js";
import { $, complain, el, setText } from "./dom.js";
import * as estimate from "./estimate.js";
import * as paintings from "./paintings.js";
import * as looks from "./presets.js";
import * as tries from "./tries.js";
import { PICTURES, SETTINGS, inWords, label, meaning, value } from "./words.js";
import * as zones from "./zones.js";

const IN_ONE_PASS = "Not used: instant pictures are painted in one pass, by a network of their own.";
const ONLY_INSTANT = "A network has learnt these styles, and paints in one pass.";

let presets = {};
let meant = []; // what means something in one pass
const short = (value) => Number(value.toPrecision(3)).toString();
const quality = () => $("#quality input:checked").value;
const instant = () => quality() === "instant";
const preset = () => (instant() ? "default" : looks.chosen());
const chosen = () => presets[preset()];
const number = (name) => $(`#${name}`).valueAsNumber;
const WEIGHTS = ["content_weight", "style_weight", "tv_weight"];
const FIELDS = ["content", "style", "size", ...WEIGHTS, "style_size", "colour", "init", "seed"];

export function setUp(choices, onBegun) {
  presets = Object.fromEntries(choices.presets.map((one) => [one.name, one]));
  meant = choices.instant;
  looks.setUp(choices.presets);
  tries.setUp(choices.tries);
  paintings.setUp(choices, {
    show: (picture) => zones.show("style", picture),
    send: (file) => zones.send(file),
    onChange: () => {
      tries.draw();
      describe();
    },
  });
  for (const name of Object.keys(choices.qualities)) {
    const input = el("input", { type: "radio", name: "quality", value: name, id: `quality-${name}` });
    input.checked = name === "normal";
    $("#quality .segments").append(input, el("label", { for: `quality-${name}` }, name));
  }
  for (const name of ["", ...choices.colours]) $("#colour").append(el("option", { value: name }, value("colour", name)));
  for (const name of choices.inits) $("#init").append(el("option", { value: name }, value("init", name)));
  for (const name of SETTINGS) $(`label[for=${name}]`).title = `${label(name)}: ${meaning(name)}`;

  $("#preset").addEventListener("change", () => {
    const { value, defaultValue } = $("#size");
    toPreset();
    if (value !== defaultValue) $("#size").value = value; // it was typed
  });
  $("#reset").addEventListener("click", toPreset);
  $("#form").addEventListener("input", ({ target }) => {
    if (FIELDS.includes(target.id)) complain(target.id, ""); // until it is asked for again
    describe();
  });
  $("#samples").addEventListener("click", async () => {
    try {
      const { content, style } = await api.samples();
      zones.show("content", content);
      paintings.use([{ picture: style, weight: 1, mask: null }]);
      $("#paint").focus({ preventScroll: true });
    } catch (error) {
      complain("other", error.message);
    }
  });
  $("#form").addEventListener("submit", (event) => {
    event.preventDefault();
    begin(onBegun);
  });
  toPreset();
}

// Show what a run was made with, ready to be changed and painted again.
export function use(run) {
  zones.show("content", run.content);
  paintings.use(run.paintings);
  looks.choose(run.preset);
  $(`#quality-${run.quality}`).checked = true;
  toPreset();
  const { size, style_size, colour, init, seed } = run.changes;
  if (size) $("#size").value = size;
  for (const name of WEIGHTS) {
    if (run.changes[name]) $(`#${name}`).value = Math.log2(run.changes[name] / chosen()[name]);
  }
  if (style_size) $("#style_size").value = Math.log2(style_size / (size ?? chosen().size));
  if (colour !== undefined) $("#colour").value = colour ?? "";
  if (init) $("#init").value = init;
  if (seed !== undefined) $("#seed").value = seed;
  $("#more").open = Object.keys(run.changes).some((name) => name !== "size");
  describe();
}

function toPreset() {
  const usual = chosen();
  for (const field of FIELDS.slice(2)) complain(field, "");
  $("#size").value = $("#size").defaultValue = usual.size;
  $("#seed").value = usual.seed;
  for (const name of [...WEIGHTS, "style_size"]) $(`#${name}`).value = 0;
  $("#colour").value = usual.colour ?? "";
  $("#init").value = usual.init;
  describe();
}

function describe() {
  if (paintings.named()) $("#quality-instant").checked = true;
  for (const input of document.querySelectorAll("#quality input")) {
    input.disabled = paintings.named() && input.value !== "instant";
  }
  const usual = chosen();
  $("#preset").disabled = instant();
  setText($("#preset-about"), paintings.named() ? ONLY_INSTANT : instant() ? IN_ONE_PASS : usual.about);
  for (const name of SETTINGS) {
    $(`#${name}`).disabled = usual[name] === 0 && WEIGHTS.includes(name) || !means(name);
  }
  for (const name of [...WEIGHTS, "style_size"]) {
    const value = 2 ** number(name) * (WEIGHTS.includes(name) ? usual[name] : 1);
    const says = WEIGHTS.includes(name) ? short(value) : `× ${short(value)}`;
    setText($(`output[for=${name}]`), $(`#${name}`).disabled ? "not used" : says);
  }
  renewEstimate();
}

export function renewEstimate() {
  estimate.renew(() => (paintings.list().length && zones.photograph() ? wanted() : null));
}

// The form and what it describes follow what is in the two places.
export function shown(what, picture) {
  if (what === "content") paintings.setPhotograph(picture);
  else paintings.setFirst(picture);
  describe();
}

const means = (name) => !instant() || meant.includes(name);

// Only what differs from the preset, and means something, is sent.
function changes() {
  const usual = chosen();
  const size = number("size");
  const found = { size, seed: number("seed") };
  for (const name of WEIGHTS) {
    if (number(name)) found[name] = usual[name] * 2 ** number(name);
  }
  if (number("style_size")) found.style_size = Math.max(1, Math.round(size * 2 ** number("style_size")));
  found.colour = $("#colour").value || null;
  found.init = $("#init").value;
  return Object.fromEntries(Object.entries(found).filter(([name, value]) => value !== usual[name] && means(name)));
}

async function begin(onBegun) {
  const button = $("#paint");
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true"; // not disabled: it keeps the focus
  for (const field of [...FIELDS, "other"]) complain(field, "");
  try {
    const run = await asked();
    if (run) onBegun(run);
  } catch (error) {
    complain(FIELDS.includes(error.field) ? error.field : "other", inWords(error.message));
  } finally {
    button.ariaDisabled = null;
    $("[aria-invalid=true]")?.focus();
  }
}

// Ask for the run; null where a field has something wrong.
async function asked() {
  const pictures = await zones.pair();
  for (const [what, name] of Object.entries(PICTURES)) {
    if (!pictures[what] && $(`#${what}`).ariaInvalid !== "true") complain(what, `Choose a ${name} first.`);
  }
  for (const name of ["size", "seed"]) {
    if (!Number.isSafeInteger(number(name))) complain(name, `${name} must be a whole number`);
  }
  if ($("[aria-invalid=true]")) return null;
  return api.begin(wanted());
}

const wanted = () => ({
  content: zones.photograph().id,
  paintings: paintings.asked(),
  preset: preset(),
  quality: quality(),
  changes: changes(),
});
