// Buttons that copy code, code that scrolls by keyboard, and a sidebar that shows where one is.
(() => {
  // Without what a shell prints, its prompts, and the numbers of lines.
  const written = (code) => {
    const copy = code.cloneNode(true);
    for (const one of copy.querySelectorAll(".gp, .go, .linenos")) one.remove();
    return copy.textContent.trimEnd();
  };

  const select = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };

  const copy = async (code) => {
    try {
      await navigator.clipboard.writeText(written(code));
      return "Copied";
    } catch { // not every browser lets a page from disk do so
      select(code);
      return document.execCommand("copy") ? "Copied" : "Selected";
    }
  };

  for (const block of document.querySelectorAll("div.highlight, div.pdoc-code")) {
    const code = block.querySelector("pre");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      button.textContent = await copy(code);
      setTimeout(() => (button.textContent = "Copy"), 1500);
    });
    block.append(button);
  }

  for (const block of document.querySelectorAll("pre")) {
    if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
  }

  const sidebar = document.querySelector(".sidebar");
  const here = sidebar.querySelector("[aria-current]");
  const menu = document.getElementById("menu");
  const reveal = () => {
    if (here && sidebar.scrollHeight > sidebar.clientHeight) sidebar.scrollTop = here.offsetTop - 80;
  };
  reveal();
  menu.addEventListener("change", reveal);
})();
