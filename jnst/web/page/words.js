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

export const OWN_COLOURS = "of the painting";
export const COLOURS = {
  luminance: "of the photograph: only light and dark painted",
  cholesky: "of the photograph (Cholesky)",
  pca: "of the photograph (principal axes)",
  "monge-kantorovich": "of the photograph (Monge-Kantorovich)",
  histogram: "of the photograph (histogram)",
};
export const INITS = {
  content: "the photograph",
  style: "the painting",
  grey: "grey",
  noise: "noise",
  "style-statistics": "colours of the painting",
  instant: "a picture in one pass",
};

const NOTHING_YET = {
  stopping: "Nothing is painted yet",
  stopped: "Nothing is painted yet",
};

// The settings that the form offers, by what it calls them; all others by their own names.
export const SETTINGS = {
  size: "Size",
  content_weight: "Weight of the photograph",
  style_weight: "Weight of the painting",
  tv_weight: "Smoothness",
  style_size: "Size of the painting",
  colour: "Colours",
  init: "Begins with",
  seed: "Variation (seed)",
};

const bare = (name) => name.replace(/\.[a-z0-9]{2,5}$/i, "");

export const title = (run) => `${bare(run.content.name)} × ${bare(run.style.name)}`;

export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export const when = (run) =>
  new Date(run.created * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

// Until the first step there is nothing to see, or a preview, which is step 0 of 0.
export const begun = (run) => run.painted?.steps > 0;
export const isPreview = (run) => run.painted?.steps === 0;
export const isFilm = (run) => run.content.film != null;

export function about({ name, width, height, film }) {
  const length = film ? `, ${film.frames} frames, ${Number(film.seconds.toFixed(1))} s` : "";
  return `${name}, ${width} × ${height}${length}`;
}

export function steps(run) {
  const painted = begun(run) ? run.painted : null;
  if (run.status === "queued") return run.place > 1 ? `Number ${run.place} in the queue` : "Next in the queue";
  if (!painted && run.status === "running")
    return `Getting ready for ${duration(run.since)}; a size that is new here takes longer`;
  if (!painted) return NOTHING_YET[run.status] ?? "";
  const [width, height] = painted.size;
  const size = `at ${width} × ${height} pixels`;
  if (!isFilm(run)) return `Step ${painted.step} of ${painted.steps}, ${size}`;
  const next = Math.min(painted.step + 1, painted.steps);
  if (run.status === "running") return `Frame ${next} of ${painted.steps}, ${size}`;
  return `${painted.step} of ${painted.steps} frames, ${size}`;
}

export function left(run) {
  const painted = run.painted;
  if (run.status === "queued") return run.wait != null ? `begins in about ${duration(run.wait)}` : "";
  if (run.status === "running") return painted?.left != null ? `about ${duration(painted.left)} left` : "";
  return begun(run) ? `painted in ${duration(painted.seconds)}` : "";
}

export const percent = (run) =>
  begun(run) ? Math.floor((100 * (run.painted.step + run.painted.share)) / run.painted.steps) : 0;
