// What is chosen for a new picture.

import * as api from "./api.js";
import { $, el, setText } from "./dom.js";
import { COLOURS, INITS } from "./words.js";
import * as zones from "./zones.js";

let presets = {};
const number = (value) => Number(value.toPrecision(3)).toString();
const chosen = () => presets[$("#preset").value];
const position = (name) => Number($(`#${name}`).value);
const WEIGHTS = ["content_weight", "style_weight", "tv_weight"];
const ERRORS = ["preset", "size", ...WEIGHTS, "style_size", "colour", "init", "seed", "form"];

export function setUp(choices, onBegun) {
  presets = Object.fromEntries(choices.presets.map((preset) => [preset.name, preset]));
  for (const { name, usable } of choices.presets) {
    const missing = usable ? "" : " (its network is not here)";
    $("#preset").append(el("option", { value: name, disabled: !usable }, name + missing));
  }
  for (const name of Object.keys(choices.qualities)) {
    const input = el("input", { type: "radio", name: "quality", value: name, id: `quality-${name}` });
    input.checked = name === "normal";
    $("#quality .segments").append(input, el("label", { for: `quality-${name}` }, name));
  }
  $("#colour").append(el("option", { value: "" }, "of the painting"));
  for (const name of choices.colours) $("#colour").append(el("option", { value: name }, COLOURS[name] ?? name));
  for (const name of choices.inits) $("#init").append(el("option", { value: name }, INITS[name] ?? name));

  $("#preset").addEventListener("change", toPreset);
  $("#reset").addEventListener("click", toPreset);
  $("#form").addEventListener("input", describe);
  $("#samples").addEventListener("click", async () => {
    try {
      const { content, style } = await api.samples();
      zones.show("content", content);
      zones.show("style", style);
      $("#paint").focus({ preventScroll: true });
    } catch (error) {
      complain("form", error.message);
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
  zones.show("style", run.style);
  $("#preset").value = run.preset;
  toPreset();
  $(`#quality-${run.quality}`).checked = true;
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
  const preset = chosen();
  $("#size").value = preset.size;
  $("#seed").value = preset.seed;
  $("#style_size").value = 0;
  for (const name of WEIGHTS) {
    $(`#${name}`).value = 0;
    $(`#${name}`).disabled = preset[name] === 0;
  }
  $("#colour").value = preset.colour ?? "";
  $("#init").value = preset.init;
  describe();
}

function describe() {
  const preset = chosen();
  setText($("#preset-about"), preset.summary);
  for (const name of WEIGHTS) {
    const value = preset[name] * 2 ** position(name);
    setText($(`output[for=${name}]`), value ? number(value) : "not used");
  }
  setText($("output[for=style_size]"), `× ${number(2 ** position("style_size"))}`);
}

// Only what differs from the preset is sent.
function changes() {
  const preset = chosen();
  const whole = (name) => ($(name).value.trim() === "" ? null : Number($(name).value));
  const size = whole("#size");
  const found = { size, seed: whole("#seed") };
  for (const name of WEIGHTS) {
    if (position(name)) found[name] = preset[name] * 2 ** position(name);
  }
  if (position("style_size")) found.style_size = Math.max(1, Math.round(size * 2 ** position("style_size")));
  found.colour = $("#colour").value || null;
  found.init = $("#init").value;
  return Object.fromEntries(Object.entries(found).filter(([name, value]) => value !== preset[name]));
}

async function begin(onBegun) {
  ERRORS.forEach((field) => complain(field, ""));
  const { content, style } = zones.pair();
  if (!content) zones.complain("content", "Choose a photograph first.");
  if (!style) zones.complain("style", "Choose a painting first.");
  if (!content || !style) {
    $(content ? "#style" : "#content").focus();
    return;
  }
  $("#paint").disabled = true;
  try {
    const run = await api.begin({
      content: content.id,
      style: style.id,
      preset: $("#preset").value,
      quality: $("#quality input:checked").value,
      changes: changes(),
    });
    onBegun(run);
  } catch (error) {
    complain(error.field || "form", error.message);
  } finally {
    $("#paint").disabled = false;
  }
}

function complain(field, message) {
  if (field === "content" || field === "style") {
    zones.complain(field, message);
    return;
  }
  const place = ERRORS.includes(field) ? field : "form";
  setText($(`#error-${place}`), message);
  const input = $(`#${place}`);
  input?.setAttribute("aria-invalid", message !== "");
  if (message && $("#more").contains(input)) $("#more").open = true;
}
