// Buttons that copy code, code that scrolls by keyboard, and a sidebar that shows where one is.
(() => {
  // Without numbers of lines; of what is typed after prompts, neither these nor what is printed.
  const written = (code) => {
    const copy = code.cloneNode(true);
    const typed = copy.querySelector(".gp") !== null;
    for (const one of copy.querySelectorAll(typed ? ".linenos, .gp, .go" : ".linenos")) one.remove();
    const text = copy.textContent.trimEnd();
    return typed ? text.replace(/\n+/g, "\n") : text;
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
    if (here?.offsetTop > sidebar.clientHeight / 2) sidebar.scrollTop = here.offsetTop - 80;
  };
  reveal();
  menu.addEventListener("change", reveal);
})();
