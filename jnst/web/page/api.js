// Requests to the server that this page came from, and to no other.

export class Refused extends Error {
  constructor(message, field, status) {
    super(message);
    this.field = field;
    this.status = status;
  }
}

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(`/api/${path}`, { cache: "no-store", ...options });
  } catch {
    throw new Refused("the server does not answer", "", 0);
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(said.error ?? `the server said ${answer.status}`, said.field ?? "", answer.status);
  return said;
}

const post = (path) => ask(path, { method: "POST" });

export const choices = () => ask("choices");
export const samples = () => post("samples");
export const runs = () => ask("runs");
export const run = (id) => ask(`runs/${id}`);
export const stop = (id) => post(`runs/${id}/stop`);
export const resume = (id) => post(`runs/${id}/resume`);
export const remove = (id) => ask(`runs/${id}`, { method: "DELETE" });
export const tryOut = (name) => post(`tries/${name}`);
export const giveMask = (blob) => ask("masks?name=mask.png", { method: "POST", body: blob });
export const give = (file) =>
  ask(`pictures?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
export const giveFilm = (file) =>
  ask(`films?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
const send = (path, value) =>
  ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(value),
  });
export const begin = (wanted) => send("runs", wanted);
export const estimate = (wanted) => send("estimate", wanted);

export const view = (picture) => `/api/pictures/${picture.id}/view.jpg`;
export const mask = (id) => `/api/pictures/${id}/mask.png`;
export const result = (run) => `/api/runs/${run.id}/picture.png?v=${run.painted?.step ?? 0}`;
export const film = (run) => `/api/runs/${run.id}/film.mp4?v=${run.painted?.step ?? 0}`;
export const original = (film) => `/api/pictures/${film.id}/film`;
// A film changes within a step, and once more in the end.
export const preview = (run) => {
  const { step = 0, share = 0 } = run.painted ?? {};
  const end = run.finished && run.video ? "end" : "";
  return `/api/runs/${run.id}/preview.jpg?v=${step}${share ? `.${Math.round(1000 * share)}` : end}`;
};
