// The two places for pictures, the first of which also takes a film: drop, paste, choose by pointer or by keyboard.

import * as api from "./api.js";
import { $, announce, complain, setPicture, setText } from "./dom.js";
import { PICTURES, about } from "./words.js";

const zones = Object.fromEntries(
  Object.keys(PICTURES).map((what) => [what, $(`.zone[data-what=${what}]`)]),
);
const given = { content: null, style: null };
const uploads = { content: null, style: null }; // on their way; what comes of earlier ones is dropped
let offered = {};
let shown = () => {};

// The two pictures, once none is on its way.
export async function pair() {
  while (uploads.content || uploads.style) await Promise.allSettled(Object.values(uploads));
  return { ...given };
}

export const photograph = () => given.content;

// `onShown` is told what is in a place now, and by which name.
export function setUp(choices, onShown) {
  offered = choices;
  shown = onShown;
  for (const [what, zone] of Object.entries(zones)) {
    const input = $("input", zone);
    const films = what === "content" ? ["video/*", ...choices.films] : [];
    input.accept = ["image/*", ...choices.suffixes, ...films].join(",");
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
  expect(what, null);
  if (given[what] === picture) return;
  const zone = zones[what];
  given[what] = picture;
  zone.classList.toggle("filled", picture !== null);
  const image = $("img", zone);
  image.hidden = picture === null;
  if (picture) setPicture(image, api.view(picture));
  const name = $(".zone-name", zone);
  name.hidden = picture === null;
  setText(name, picture ? about(picture) : "");
  $("input", zone).setAttribute("aria-label", PICTURES[what] + (picture ? `: ${picture.name}` : ""));
  complain(what, "");
  shown(what, picture);
}

function giveAll(files, first) {
  let what = first ?? (given.content ? "style" : "content");
  for (const file of [...files].slice(0, 2)) {
    give(what, file);
    what = what === "content" ? "style" : "content";
  }
}

function expect(what, upload) {
  uploads[what] = upload;
  zones[what].classList.toggle("busy", upload !== null);
}

async function give(what, file) {
  complain(what, "");
  const upload = send(file, what === "content" && isFilm(file));
  expect(what, upload);
  try {
    const picture = await upload;
    if (uploads[what] !== upload) return;
    show(what, picture);
    announce(`The ${PICTURES[what]} is ${file.name}`);
  } catch (error) {
    if (uploads[what] !== upload) return;
    show(what, null); // else the one before would be painted unnoticed
    complain(what, error.message);
  }
}

// Only where it is sent to depends on this: what it is, the server sees by itself.
const isFilm = ({ name, type }) =>
  type.startsWith("video/") || offered.films.some((suffix) => name.toLowerCase().endsWith(suffix));

export async function send(file, asFilm = false) {
  if (asFilm && offered.no_films) throw new api.Refused(offered.no_films);
  const most = asFilm ? offered.most_film_bytes : offered.most_bytes;
  if (file.size > most) throw new api.Refused(`${file.name} is too large: at most ${most / 2 ** 20} MB`);
  await file.slice(0, 1).arrayBuffer().catch(() => {
    throw new api.Refused(`${file.name} cannot be read; is it a folder?`);
  });
  return asFilm ? api.giveFilm(file) : api.give(file);
}
