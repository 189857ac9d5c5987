// What the page says of a run.

export const STATUS = {
  queued: "Waiting",
  running: "Painting",
  stopping: "Stopping",
  stopped: "Stopped",
  done: "Finished",
  failed: "Failed",
};
export const BUSY = ["queued", "running", "stopping"];

export const PICTURES = { content: "photograph", style: "painting" };

// What the server says of pictures, it says as the command line does.
export const inWords = (message) =>
  message.replace(/^(content|style)(?=:)|(?<=the )(content|style) picture/g, (_, first, other) => PICTURES[first ?? other]);

// What settings, their values and presets are called, the server says: in one place for all.
let offered = { labels: {}, values: {}, presets: [], silent: {} };
export const setUp = (choices) => (offered = choices);
export const label = (name) => offered.labels[name]?.label ?? name;
export const value = (name, one) => offered.values[name]?.[one ?? ""] ?? one;
export const meaning = (name) => `${offered.labels[name]?.meaning ?? ""} (setting: ${name})`.trim();
export const look = (name) => offered.presets.find((one) => one.name === name)?.title ?? name;
export const isSilent = (name, method) => (offered.silent[method] ?? []).includes(name);

// The settings that the form offers.
export const SETTINGS = ["size", "content_weight", "style_weight", "tv_weight", "style_size", "colour", "init", "seed"];

const bare = (name) => name.replace(/\.[a-z0-9]{2,5}$/i, "");

export const title = (run) =>
  `${bare(run.content.name)} × ${run.paintings.map(({ picture }) => bare(picture.name)).join(" + ")}`;

export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

// A time that is only guessed, no more exactly than it is known.
export function roughly(seconds) {
  if (seconds < 90) return duration(Math.max(5, 5 * Math.round(seconds / 5)));
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export const when = (run) =>
  new Date(run.created * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

// Until the first step there is nothing to see, or a preview, which is step 0 of 0.
export const begun = (run) => run.painted?.steps > 0;
export const isPreview = (run) => run.painted?.steps === 0;
export const isInstant = (run) => run.quality === "instant";
export const isFilm = (run) => run.content.film != null;

export function about({ name, width, height, film, named }) {
  if (named) return `${name}, as a network has learnt it`;
  const length = film ? `, ${film.frames} frames, ${Number(film.seconds.toFixed(1))} s` : "";
  return `${name}, ${width} × ${height}${length}`;
}

export function steps(run) {
  const painted = begun(run) ? run.painted : null;
  if (run.status === "queued") return run.place > 1 ? `Number ${run.place} in the queue` : "Next in the queue";
  if (!painted && run.status === "running")
    return `Getting ready (${duration(run.since)} so far). The first picture of each size takes longer.`;
  if (!painted && run.status === "failed") return ""; // the reason stands there
  if (!painted) return isPreview(run) ? "Only a quick preview so far" : "Nothing is painted yet";
  const [width, height] = painted.size;
  const size = `at ${width} × ${height} pixels`;
  if (painted.steps === 1) return `Painted in one pass, ${size}`;
  if (!isFilm(run)) return `Step ${painted.step} of ${painted.steps}, ${size}`;
  const next = Math.min(painted.step + 1, painted.steps);
  if (run.status === "running") return `Frame ${next} of ${painted.steps}, ${size}`;
  return `${painted.step} of ${painted.steps} frames, ${size}`;
}

export function left(run) {
  const exact = run.painted?.left != null ? duration : roughly;
  if (run.status === "queued") return run.wait != null ? `begins in about ${roughly(run.wait)}` : "";
  if (run.status === "running") return run.left ? `about ${exact(run.left)} left` : "";
  return begun(run) ? `painted in ${duration(run.painted.seconds)}` : "";
}

export const percent = (run) =>
  begun(run) ? Math.floor((100 * (run.painted.step + run.painted.share)) / run.painted.steps) : 0;
