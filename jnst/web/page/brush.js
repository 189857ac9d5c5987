// Strokes on a sheet as large as its canvas, each of which can be undone.

const COLOUR = "#e0452c"; // the page lets the photograph through

// Begin a sheet; `base` is a mask, white where it is painted already, or null.
export function sheet(canvas, base) {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const ground = base ? seeThrough(base, canvas) : null;
  let strokes = [];

  function redraw() {
    context.globalCompositeOperation = "source-over";
    context.clearRect(0, 0, canvas.width, canvas.height);
    const last = strokes.findLastIndex((one) => one.clears);
    if (ground && last < 0) context.drawImage(ground, 0, 0);
    for (const stroke of strokes.slice(last + 1)) stroke.points.forEach((_, i) => segment(stroke, i));
  }

  function segment({ points, width, erases }, i) {
    context.globalCompositeOperation = erases ? "destination-out" : "source-over";
    Object.assign(context, { lineWidth: width, strokeStyle: COLOUR, fillStyle: COLOUR });
    context.beginPath();
    context.arc(...points[i], width / 2, 0, 2 * Math.PI); // a line without length would leave nothing
    context.fill();
    context.beginPath();
    context.moveTo(...points[Math.max(0, i - 1)]);
    context.lineTo(...points[i]);
    context.stroke();
  }

  redraw();
  return {
    begin: (point, width, erases) => strokes.push({ points: [point], width, erases }) && segment(strokes.at(-1), 0),
    go: (point) => segment(strokes.at(-1), strokes.at(-1).points.push(point) - 1),
    clear: () => strokes.push({ clears: true, points: [] }) && redraw(),
    undo: () => strokes.pop() && redraw(),
    canUndo: () => strokes.length > 0,
    isEmpty: () => !context.getImageData(0, 0, canvas.width, canvas.height).data.some((one, i) => i % 4 === 3 && one > 127),
    mask: () => mask(canvas),
  };
}

// White where something is painted, and black elsewhere, as a PNG.
function mask(canvas) {
  const [white, whole] = [copy(canvas), copy(canvas)];
  fill(white, "#fff", "source-in");
  fill(whole, "#000", "source-over");
  whole.getContext("2d").drawImage(white, 0, 0);
  return new Promise((resolve) => whole.toBlob(resolve, "image/png"));
}

function fill(canvas, colour, how) {
  const context = canvas.getContext("2d");
  Object.assign(context, { globalCompositeOperation: how, fillStyle: colour });
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.globalCompositeOperation = "source-over";
}

function copy(image, { width, height } = image) {
  const made = document.createElement("canvas");
  Object.assign(made, { width, height });
  made.getContext("2d").drawImage(image, 0, 0, width, height);
  return made;
}

// A mask as a colour that is there where the mask is white.
function seeThrough(image, size) {
  const made = copy(image, size);
  const context = made.getContext("2d");
  const pixels = context.getImageData(0, 0, made.width, made.height);
  for (let i = 0; i < pixels.data.length; i += 4) pixels.data[i + 3] = pixels.data[i];
  context.putImageData(pixels, 0, 0);
  fill(made, COLOUR, "source-in");
  return made;
}
