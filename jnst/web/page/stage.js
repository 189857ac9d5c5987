// The run that is open: its picture, as it forms or beside the photograph, and what can be done.

import * as api from "./api.js";
import * as curve from "./curve.js";
import { $, announce, setPicture, setText } from "./dom.js";
import * as films from "./films.js";
import * as settings from "./settings.js";
import { BUSY, STATUS, begun, isFilm, isPreview, left, percent, steps, title } from "./words.js";

let shown = null; // the run as it was last drawn

export function setUp({ changed, use }) {
  const cut = $("#cut");
  const move = () => {
    $("#compare").style.setProperty("--cut", `${cut.value}%`);
    $(".tag.left").hidden = cut.valueAsNumber < 15; // nothing of it is to be seen there
    $(".tag.right").hidden = cut.valueAsNumber > 85;
  };
  cut.addEventListener("input", move);
  move();
  const does = (selector, action) =>
    $(selector).addEventListener("click", async () => {
      setText($("#error-run"), "");
      try {
        await action(shown);
      } catch (error) {
        setText($("#error-run"), error.message);
      }
      await changed();
    });
  does("#stop", (run) => api.stop(run.id));
  does("#resume", (run) => api.resume(run.id));
  does("#again", (run) => use(run));
  does("#delete", async (run) => {
    const what = isFilm(run) ? "film" : "picture";
    if (!(await confirmed(`Delete ${title(run)}? The ${what} and its settings will be gone.`))) return;
    await api.remove(run.id);
    announce(`${title(run)}: Deleted`);
    location.hash = "";
  });
}

export function clear() {
  const hadFocus = $("#run").contains(document.activeElement);
  shown = null;
  films.hide();
  $("#run").hidden = true;
  $("#empty").hidden = false;
  if (hadFocus) $("#stage").focus({ preventScroll: true });
}

export function draw(run) {
  const isNew = shown?.id !== run.id;
  if (isNew) {
    setText($("#error-run"), "");
    for (const image of [$("#after"), $("#before")]) {
      image.removeAttribute("src");
      delete image.dataset.wanted;
    }
    $("#cut").value = 50;
    $("#cut").dispatchEvent(new Event("input"));
  }
  if (!isNew && shown.status !== run.status) announce(`${title(run)}: ${STATUS[run.status]}`);
  const hadFocus = document.activeElement;
  shown = run;
  $("#empty").hidden = true;
  $("#run").hidden = false;
  $("#run").dataset.status = run.status;
  setText($("#run-title"), title(run));
  setText($("#run-status"), STATUS[run.status]);
  $("#run-status").dataset.status = run.status;
  setText($("#run-reason"), run.reason);
  drawPicture(run);
  const busy = BUSY.includes(run.status);
  const bar = $("#bar");
  if (run.status === "running" && !begun(run)) bar.removeAttribute("value");
  else bar.value = percent(run) / 100;
  bar.hidden = run.status === "done";
  setText($("#run-steps"), steps(run));
  setText($("#run-left"), left(run));
  setText($("#run-notes"), (run.painted?.notes ?? []).join(" "));
  $("#stop").hidden = !busy;
  $("#stop").setAttribute("aria-disabled", run.status === "stopping"); // it keeps the focus
  $("#resume").hidden = !["stopped", "failed"].includes(run.status);
  $("#download").hidden = !run.finished;
  $("#download").classList.toggle("primary", $("#resume").hidden); // one of them stands out
  $("#download").href = isFilm(run) ? api.film(run) : api.result(run);
  $("#again").hidden = $("#delete").hidden = busy;
  if (hadFocus?.hidden) focusNext();
  curve.draw(run.painted);
  settings.draw(run);
}

// A button that goes away under the keyboard hands on to the one that took its place.
function focusNext() {
  const next = ["#stop", "#resume", "#cut"].map((name) => $(name)).find((one) => !one.hidden);
  (next ?? $("#stage")).focus({ preventScroll: true });
}

function drawPicture(run) {
  const compare = $("#compare");
  const plays = isFilm(run) && run.finished;
  $(".frame", compare).hidden = plays;
  if (plays) films.draw(run);
  else films.hide();
  compare.classList.toggle("both", run.finished);
  compare.classList.toggle("waiting", !run.painted);
  const { width, height } = shape(run);
  compare.style.setProperty("--ratio", `${width} / ${height}`);
  compare.style.setProperty("--proportion", width / height);
  $("#cut").hidden = !run.finished || plays;
  $("#preview").hidden = !isPreview(run);
  if (plays) return;
  const [given, made] = isFilm(run) ? ["The film", "The newest frame"] : ["The photograph", "The painted picture"];
  $("#after").alt = begun(run) ? made : isPreview(run) ? "A preview" : given;
  setPicture($("#before"), api.view(run.content));
  if (run.finished) setPicture($("#after"), api.result(run));
  else if (run.painted) setPicture($("#after"), api.preview(run));
  else setPicture($("#after"), api.view(run.content));
}

// The proportions of the photograph; some presets squeeze it into a square.
function shape({ content, painted }) {
  const [width, height] = painted?.size ?? [content.width, content.height];
  const isOther = Math.abs((width * content.height) / (height * content.width) - 1) > 0.1;
  return isOther ? { width, height } : content;
}

function confirmed(question) {
  const dialog = $("#confirm");
  setText($("#confirm-text"), question);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
