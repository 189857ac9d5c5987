// The two places for pictures: drop, paste, choose by pointer or by keyboard.

import * as api from "./api.js";
import { $, announce, setPicture, setText } from "./dom.js";

const WHAT = { content: "photograph", style: "painting" };
const zones = Object.fromEntries(
  Object.keys(WHAT).map((what) => [what, $(`.zone[data-what=${what}]`)]),
);
const given = { content: null, style: null };
let most = Infinity;

export const pair = () => ({ ...given });

export function setUp(choices) {
  most = choices.most_bytes;
  for (const [what, zone] of Object.entries(zones)) {
    const input = $("input", zone);
    input.accept = ["image/*", ...choices.suffixes].join(",");
    input.addEventListener("change", () => {
      if (input.files.length) give(what, input.files[0]);
      input.value = ""; // so that the same file can be chosen again
    });
    for (const kind of ["dragenter", "dragover"]) {
      zone.addEventListener(kind, () => zone.classList.add("over"));
    }
    for (const kind of ["dragleave", "drop"]) {
      zone.addEventListener(kind, () => zone.classList.remove("over"));
    }
  }
  // Whatever is dropped beside a zone goes where nothing is yet; the browser must not open it.
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    giveAll(event.dataTransfer.files, event.target.closest?.(".zone")?.dataset.what);
  });
  document.addEventListener("paste", (event) => giveAll(event.clipboardData.files));
}

export function show(what, picture) {
  const zone = zones[what];
  given[what] = picture;
  zone.classList.toggle("filled", picture !== null);
  const image = $("img", zone);
  image.hidden = picture === null;
  if (picture) setPicture(image, api.view(picture));
  const name = $(".zone-name", zone);
  name.hidden = picture === null;
  setText(name, picture ? `${picture.name}, ${picture.width} × ${picture.height}` : "");
  $("input", zone).setAttribute("aria-label", WHAT[what] + (picture ? `: ${picture.name}` : ""));
  complain(what, "");
}

export function complain(what, message) {
  setText($(`#error-${what}`), message);
  zones[what].classList.toggle("wrong", message !== "");
}

function giveAll(files, first) {
  let what = first ?? (given.content ? "style" : "content");
  for (const file of [...files].slice(0, 2)) {
    give(what, file);
    what = what === "content" ? "style" : "content";
  }
}

async function give(what, file) {
  complain(what, "");
  if (file.size > most) {
    complain(what, `${file.name} is too large: at most ${most / 2 ** 20} MB`);
    return;
  }
  zones[what].classList.add("busy");
  try {
    show(what, await api.give(file));
    announce(`The ${WHAT[what]} is ${file.name}`);
  } catch (error) {
    complain(what, error.message);
  } finally {
    zones[what].classList.remove("busy");
  }
}
