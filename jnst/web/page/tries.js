// Paintings to try: a tile each, which puts its painting among the others, or takes it away.

import * as api from "./api.js";
import { $, announce, complain, el } from "./dom.js";
import * as paintings from "./paintings.js";

const given = new Map(); // pictures by the name of what they were tried as

export function setUp(tries) {
  $("#tries").hidden = tries.length === 0;
  for (const { name, label, about, picture } of tries) {
    const tile = el(
      "button",
      { type: "button", class: "tile", "data-name": name, "aria-pressed": "false", title: about },
      el("img", { src: picture, alt: "", width: 96, height: 64, loading: "lazy" }),
      el("span", {}, label),
      el("small", {}, about),
    );
    tile.addEventListener("click", () => choose(name, label));
    $("#tries .tiles").append(el("li", {}, tile));
  }
}

async function choose(name, label) {
  complain("style", "");
  try {
    const picture = given.get(name) ?? (await api.tryOut(name));
    if (paintings.has(picture)) {
      paintings.remove(picture);
      announce(`${label} is taken away`);
    } else {
      paintings.add(picture);
      announce(`${label} is among the paintings`);
    }
    given.set(name, picture);
    draw();
  } catch (error) {
    complain("style", error.message);
  }
}

// Show which of them are among the paintings.
export function draw() {
  for (const tile of document.querySelectorAll("#tries .tile")) {
    const name = tile.dataset.name;
    const isIn = paintings.list().some(({ picture }) => (picture.named || (picture.sample && picture.name)) === name);
    tile.setAttribute("aria-pressed", isIn);
  }
}
