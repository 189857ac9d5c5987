// How long the picture is going to take, before it is painted.

import * as api from "./api.js";
import { $, complain, setText } from "./dom.js";
import { inWords, roughly } from "./words.js";

const PAUSE = 500; // milliseconds after the last change
let timer = null;
let asked = 0; // answers that come late must not undo newer ones

// Ask again soon. `wanted` returns what would be asked for, or null where something is missing.
export function renew(wanted) {
  clearTimeout(timer);
  timer = setTimeout(() => ask(wanted()), PAUSE);
}

async function ask(wanted) {
  const mine = ++asked;
  const line = $("#estimate");
  let text = "";
  try {
    const found = wanted && (await api.estimate(wanted));
    const guess = found && !found.measured ? " (a guess; it gets better after your first picture)" : "";
    if (found) text = `About ${roughly(found.seconds)}${guess}`;
  } catch (error) {
    const isTyped = document.activeElement?.id === error.field;
    if (mine === asked && error.field === "size" && !isTyped) complain(error.field, inWords(error.message));
  }
  if (mine !== asked) return;
  setText(line, text);
  line.hidden = text === "";
}
