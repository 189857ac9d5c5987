// Small helpers for the document. Text is always set as text: names of files are never markup.

export const $ = (selector, within = document) => within.querySelector(selector);

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

// Setting what is there already would make screen readers say it again.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function announce(text) {
  setText($("#announce"), text);
}

// Say beside a field what is wrong with it; "" for nothing.
export function complain(field, message) {
  setText($(`#error-${field}`), message);
  const input = $(`#${field}`);
  input?.setAttribute("aria-invalid", message !== "");
  if (message) input?.closest("details")?.setAttribute("open", "");
}

// The next picture is shown when it has come, so that nothing flickers in between.
export function setPicture(image, address) {
  if (image.dataset.wanted === address) return;
  image.dataset.wanted = address;
  const next = new Image();
  next.onload = () => {
    if (image.dataset.wanted === address) image.src = address;
  };
  next.onerror = () => {
    if (image.dataset.wanted === address) delete image.dataset.wanted;
  };
  next.src = address;
}
