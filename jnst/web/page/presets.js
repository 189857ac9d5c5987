// The presets, as what they make of one pair: a thumbnail each, and a name by its look.

import { $, el } from "./dom.js";

export function setUp(presets) {
  for (const { name, title, about, usable, picture, summary } of presets) {
    const input = el("input", { type: "radio", name: "preset", id: `preset-${name}`, value: name, disabled: !usable });
    input.checked = name === "default";
    const image = picture ? el("img", { src: picture, alt: "", width: 96, height: 64, loading: "lazy" }) : el("span", { class: "none" });
    const missing = usable ? "" : " (its network is not here)";
    const hint = `${about}${missing} Preset ${name}: ${summary}`;
    $("#preset .tiles").append(input, el("label", { for: input.id, class: "tile", title: hint }, image, el("span", {}, title)));
  }
}

export const chosen = () => $("#preset input:checked").value;

export function choose(name) {
  const input = $(`#preset-${name}`) ?? $("#preset-default"); // one of an older version
  input.checked = true;
  const strip = $("#preset .tiles");
  strip.scrollLeft = $(`label[for=${input.id}]`).offsetLeft - strip.offsetLeft - 60;
}
