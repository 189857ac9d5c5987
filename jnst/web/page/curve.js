// The loss curve: a logarithmic height, for the first steps gain far more than the last.

import { $, setText } from "./dom.js";

const WIDTH = 600;
const HEIGHT = 120;

export function draw(painted) {
  const points = (painted?.curve ?? []).filter(([, total]) => total > 0);
  $("#curve").hidden = points.length < 2;
  if (points.length < 2) return;
  const heights = points.map(([, total]) => Math.log(total));
  const low = Math.min(...heights);
  const span = Math.max(...heights) - low || 1;
  const line = points
    .map(([step], i) => {
      const x = (WIDTH * step) / painted.steps;
      const y = HEIGHT - 6 - ((HEIGHT - 12) * (heights[i] - low)) / span;
      return `${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("L");
  const from = ((WIDTH * points[0][0]) / painted.steps).toFixed(1);
  const to = ((WIDTH * points.at(-1)[0]) / painted.steps).toFixed(1);
  $("#curve-line").setAttribute("d", `M${line}`);
  $("#curve-area").setAttribute("d", `M${from} ${HEIGHT}L${line}L${to} ${HEIGHT}Z`);
  const best = Math.min(...points.map(([, total]) => total));
  setText($("#curve-text"), `from ${points[0][1].toPrecision(3)} down to ${best.toPrecision(3)}`);
  const changes = grown(painted.stages ?? []);
  const jumps = ([step], i) => {
    const changed = changes.some((last) => points[i - 1]?.[0] <= last && last < step);
    return changed && heights[i] > heights[i - 1] + 0.1;
  };
  $("#curve-jumps").hidden = !points.some(jumps);
  setText($("#curve-end"), `step ${painted.steps}`);
}

// The last steps before the size changes.
function grown(stages) {
  let last = 0;
  return stages.flatMap(([size, steps], i) => {
    last += steps;
    return i + 1 < stages.length && stages[i + 1][0] !== size ? [last] : [];
  });
}
