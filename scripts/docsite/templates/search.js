// The search box. Its index is a script, since a page from disk may not fetch a file.
(() => {
  const root = document.body.dataset.root;
  const form = document.querySelector("form[role=search]");
  const input = form.querySelector("input");
  const list = document.getElementById("found");
  const LIMIT = 12;
  let loading;

  const load = () =>
    (loading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${root}search-index.js`;
      script.onload = () => resolve(window.jnstEntries);
      script.onerror = reject;
      document.head.append(script);
    }));

  // What users look for, before what is inside.
  const isForUsers = (address) => /^(index|manual|reference\/jnst\.html)/.test(address);

  const score = ([page, heading, address, text], words) => {
    const lower = [heading, page, text].map((part) => part.toLowerCase());
    let total = 0;
    for (const word of words) {
      if (lower[0] === word) total += 40;
      else if (lower[0].split(/[^a-z0-9_]+/).includes(word)) total += 20;
      else if (lower[0].includes(word)) total += 10;
      else if (lower[1].includes(word)) total += 6;
      else if (lower[2].includes(word)) total += 1;
      else return 0; // all words have to be there
    }
    return isForUsers(address) ? 2 * total : total;
  };

  const excerpt = (text, words) => {
    const lower = text.toLowerCase();
    const at = Math.max(0, Math.min(...words.map((word) => lower.indexOf(word)).filter((i) => i >= 0), text.length));
    const from = at === text.length ? 0 : Math.max(0, at - 40);
    return (from ? "…" : "") + text.slice(from, from + 140) + (from + 140 < text.length ? "…" : "");
  };

  const show = async () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return hide();
    const entries = await load();
    const found = entries
      .map((entry) => [score(entry, words), entry])
      .filter(([points]) => points > 0)
      .sort((one, other) => other[0] - one[0])
      .slice(0, LIMIT);
    list.replaceChildren(
      ...found.map(([, [page, heading, address, text]]) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        const title = document.createElement("strong");
        const where = document.createElement("small");
        const said = document.createElement("span");
        link.href = root + address;
        title.textContent = heading;
        where.textContent = page === heading ? "" : page;
        said.textContent = excerpt(text, words);
        link.append(title, where, said);
        item.append(link);
        return item;
      }),
    );
    if (!found.length) {
      const none = document.createElement("li");
      none.textContent = "Nothing found.";
      list.append(none);
    }
    list.hidden = false;
  };

  const hide = () => {
    list.hidden = true;
  };

  const move = (event, by) => {
    const stops = [input, ...list.querySelectorAll("a")];
    const next = stops[stops.indexOf(document.activeElement) + by];
    if (next && !list.hidden) {
      event.preventDefault();
      next.focus();
    }
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.querySelector("a")?.click();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") move(event, 1);
    if (event.key === "ArrowUp") move(event, -1);
  });
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) hide();
  });
  input.addEventListener("focus", load, { once: true });
  input.addEventListener("input", show);
  document.addEventListener("click", (event) => {
    if (!form.contains(event.target)) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
    if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      input.focus();
    }
  });
})();
