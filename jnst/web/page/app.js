// Begins, and asks the server again and again how things stand: it knows all, a page nothing.

import * as api from "./api.js";
import { $, setText } from "./dom.js";
import * as form from "./form.js";
import * as gallery from "./gallery.js";
import * as stage from "./stage.js";
import * as words from "./words.js";
import { BUSY, percent } from "./words.js";
import * as zones from "./zones.js";

const BUSY_PAUSE = 1000;
const IDLE_PAUSE = 4000;
const OFFLINE = "The server does not answer. Start jnst web again: no run is lost.";
const WHERE = {
  true: "Nothing leaves this machine.",
  false: "Pictures go to the machine that sent you this page, and stay there.",
};
let timer = null;
let known = 0; // finished runs
let asked = 0; // answers that come late must not undo newer ones

const open = () => location.hash.match(/^#run=([0-9a-f]{16})$/)?.[1] ?? null;

async function refresh() {
  clearTimeout(timer);
  const mine = ++asked;
  let pause = IDLE_PAUSE;
  try {
    const runs = await api.runs();
    const id = opened(runs);
    const run = id === null ? null : await api.run(id).catch(unlessGone);
    if (mine !== asked) return;
    gallery.draw(runs, id);
    if (run) stage.draw(run);
    else stage.clear();
    setTitle(runs);
    const finished = runs.filter((run) => run.status === "done").length;
    if (finished !== known) form.renewEstimate(); // each tells how fast this machine is
    known = finished;
    $("#banner").hidden = true;
    if (runs.some((run) => BUSY.includes(run.status))) pause = BUSY_PAUSE;
  } catch (error) {
    if (mine !== asked) return;
    warn(error.status === 0 ? OFFLINE : `This may be out of date: ${error.message}.`);
    pause = BUSY_PAUSE;
    if (!(error instanceof api.Refused)) throw error;
  } finally {
    if (mine === asked) timer = setTimeout(refresh, pause);
  }
}

// Which run is shown: the one in the address, or else what is being painted, or was last. The stage
// is empty only where nothing has been painted at all.
function opened(runs) {
  const named = runs.find((run) => run.id === open());
  const shown = named ?? runs.find((run) => BUSY.includes(run.status) && run.status !== "queued") ?? runs[0];
  if (shown && !named) history.replaceState(null, "", `#run=${shown.id}`);
  return shown?.id ?? null;
}

// It may have been deleted meanwhile, by another tab.
function unlessGone(error) {
  if (error.status === 404) return null;
  throw error;
}

function warn(text) {
  setText($("#banner"), text);
  $("#banner").hidden = false;
}

function setTitle(runs) {
  const running = runs.find((run) => run.status === "running");
  const name = running ? `${percent(running)} % · jnst` : "jnst";
  if (document.title !== name) document.title = name;
}

function goTo(place) {
  $(place).scrollIntoView({ block: "nearest" });
  $(place).focus({ preventScroll: true });
}

async function begin() {
  const choices = await api.choices();
  setText($("#where"), WHERE[choices.local] ?? "");
  words.setUp(choices);
  zones.setUp(choices, form.shown);
  form.setUp(choices, (run) => {
    location.hash = `run=${run.id}`;
  });
  stage.setUp({
    changed: refresh,
    use: (run) => {
      form.use(run);
      $("#form").scrollIntoView({ block: "nearest" });
      $("#paint").focus({ preventScroll: true });
    },
  });
  addEventListener("hashchange", () => {
    refresh();
    if (open()) goTo("#stage");
  });
  // The address keeps naming the run that is open.
  for (const place of ["#stage", "#gallery"]) {
    $(`a[href="${place}"]`).addEventListener("click", (event) => {
      event.preventDefault();
      goTo(place);
    });
  }
  // The card of the run that is open already changes no address.
  $("#cards").addEventListener("click", (event) => {
    if (event.target.closest("[aria-current]")) goTo("#stage");
  });
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  await refresh();
  document.body.dataset.ready = "yes";
}

begin().catch((error) => warn(`The page cannot begin: ${error.message}. Load it again.`));
