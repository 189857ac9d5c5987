// The dialog in which the place of a painting is drawn on the photograph: by pointer or by keyboard.

import * as api from "./api.js";
import { sheet } from "./brush.js";
import { $, setText } from "./dom.js";

const LONG = 768; // pixels of a mask's long side: finer than any map of the network
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const dialog = $("#mask");
const canvas = $("#mask-canvas");
let page = null; // the sheet that is drawn on
let at = [0, 0]; // where the brush is
let down = false;

// Let a place be drawn, from one that was drawn before, if any. Resolves to the new mask's ID, or to
// undefined where it is left as it was.
export async function drawn(photograph, painting, before) {
  const scale = LONG / Math.max(photograph.width, photograph.height);
  canvas.width = Math.max(1, Math.round(photograph.width * scale));
  canvas.height = Math.max(1, Math.round(photograph.height * scale));
  $(".easel", dialog).style.setProperty("--proportion", canvas.width / canvas.height);
  $("#mask-photo").src = api.view(photograph);
  setText($("#mask-title"), `Where ${painting.name} goes`);
  complain("");
  page = sheet(canvas, before ? await loaded(api.mask(before)) : null);
  at = [canvas.width / 2, canvas.height / 2];
  refresh();
  dialog.showModal();
  canvas.focus();
  showRing();
  return new Promise((resolve) => {
    let found;
    $("#mask-cancel").onclick = () => dialog.close();
    $("#mask-done").onclick = async () => {
      if (page.isEmpty()) return complain("Nothing is painted yet: paint over the photograph, or cancel.");
      try {
        found = (await api.giveMask(await page.mask())).id;
        dialog.close();
      } catch (error) {
        complain(error.message);
      }
    };
    dialog.addEventListener("close", () => resolve(found), { once: true });
  });
}

function complain(text) {
  setText($("#error-mask"), text);
}

async function loaded(address) {
  const image = new Image();
  image.src = address;
  await image.decode().catch(() => {});
  return image.naturalWidth ? image : null;
}

const erases = () => $("#brush-erase").checked;
const width = () => ($("#brush-size").valueAsNumber / 100) * LONG;

function refresh() {
  $("#mask-undo").disabled = !page.canUndo();
  complain("");
}

function place(event) {
  const box = canvas.getBoundingClientRect();
  const scale = canvas.width / box.width;
  return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
}

// The ring shows where the brush is, and how wide.
function showRing() {
  const share = 100 / canvas.width;
  const ring = $(".ring", dialog).style;
  ring.setProperty("--x", `${at[0] * share}%`);
  ring.setProperty("--y", `${(at[1] * 100) / canvas.height}%`);
  ring.setProperty("--wide", `${width() * share}%`);
}

canvas.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || !event.isPrimary) return; // one finger paints
  canvas.setPointerCapture(event.pointerId);
  down = true;
  at = place(event);
  page.begin(at, width(), erases());
  showRing();
  refresh();
});
canvas.addEventListener("pointermove", (event) => {
  if (!event.isPrimary) return;
  const passed = event.getCoalescedEvents?.() ?? [];
  if (down) for (const one of passed.length ? passed : [event]) page.go(place(one));
  at = place(event);
  showRing();
});
for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (down = false));
canvas.addEventListener("keydown", (event) => {
  const arrow = ARROWS[event.key];
  if (event.key === " ") page.begin(at, width(), erases());
  else if (arrow) {
    if (event.shiftKey) page.begin(at, width(), erases());
    const step = Math.max(4, width() / 3);
    const inside = (value, most) => Math.min(Math.max(value, 0), most);
    at = [inside(at[0] + arrow[0] * step, canvas.width), inside(at[1] + arrow[1] * step, canvas.height)];
    if (event.shiftKey) page.go(at);
    showRing();
  } else return;
  event.preventDefault();
  refresh();
});
dialog.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  page.undo();
  refresh();
});
$("#brush-size").addEventListener("input", showRing);
$("#mask-undo").addEventListener("click", () => {
  page.undo();
  refresh();
});
$("#mask-clear").addEventListener("click", () => {
  page.clear();
  refresh();
});
