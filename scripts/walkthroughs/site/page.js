// Buttons that copy code, code that scrolls by keyboard, and a table of contents that is open where
// it stands beside the text.

function select(node) {
  const range = document.createRange();
  range.selectNodeContents(node);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent.trimEnd());
    return "Copied";
  } catch {  // not every browser lets a page from disk do so
    select(code);
    return document.execCommand("copy") ? "Copied" : "Selected";
  }
}

for (const block of document.querySelectorAll(".highlight")) {
  const code = block.querySelector("pre");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    button.textContent = await copy(code);
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  block.append(button);
}

for (const block of document.querySelectorAll("pre")) {
  if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
}

const contents = document.querySelector(".toc");
const beside = matchMedia("(min-width: 76rem)");
const unfold = () => { contents.open = beside.matches; };
if (contents) {
  unfold();
  beside.addEventListener("change", unfold);
}
