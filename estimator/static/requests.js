// The list of requests: search while typing, keys, and a box that ticks all. Every page works without this file.

const PAUSE = 250;

const form = document.querySelector("form[data-live]");

if (form) {
  const said = document.getElementById("said");
  const failed = document.getElementById("not-loaded");
  const search = form.elements.q;
  const results = () => document.getElementById("results");
  const links = () => [...results().querySelectorAll("tbody th a")];
  let timer = 0;
  let latest = null;
  let shown = new URLSearchParams(new FormData(form)).toString();

  const address = () => {
    const asked = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...asked]) if (!value.trim()) asked.delete(name);
    const query = asked.toString();
    return query ? `${form.action}?${query}` : form.action;
  };

  // The same page as without a script; what it lists takes the place of what is listed here.
  const load = async () => {
    const asked = new URLSearchParams(new FormData(form)).toString();
    if (asked === shown) return;
    latest?.abort();
    const asking = new AbortController();
    latest = asking;
    const where = address();
    results().setAttribute("aria-busy", "true");
    try {
      const reply = await fetch(where, { headers: { Accept: "text/html" }, redirect: "error", signal: asking.signal });
      if (!reply.ok) throw new Error(String(reply.status));
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      const found = page.getElementById("results");
      results().replaceWith(found);
      document.querySelector("ul.work").replaceWith(page.querySelector("ul.work"));
      const all = page.querySelector("[data-all]");
      form.querySelector("[data-all]")?.remove();
      if (all) form.querySelector(".buttons").append(all);
      history.replaceState(null, "", where);
      shown = asked;
      failed.hidden = true;
      said.textContent = found.dataset.said;
      prepare();
    } catch (error) {
      if (error.name === "AbortError") return;
      results().removeAttribute("aria-busy");
      failed.hidden = false;
    }
  };

  const soon = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(load, pause);
  };

  search.addEventListener("input", () => soon(PAUSE));
  form.addEventListener("change", (event) => {
    if (event.target !== search) soon(0);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    latest?.abort();
  });
  // A browser that went back may have kept what was typed, but not what it found.
  window.addEventListener("pageshow", () => soon(0));

  search.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") {
      const first = links()[0];
      if (!first) return;
      event.preventDefault();
      first.focus();
    } else if (event.key === "Escape" && search.value) {
      event.preventDefault();
      search.value = "";
      soon(0);
    }
  });

  // Keys count only while a request of the list has the focus, so that they are in nobody's way.
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("#results tbody tr");
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = links();
    const at = all.findIndex((link) => row.contains(link));
    const go = (number) => {
      event.preventDefault();
      all[Math.min(Math.max(number, 0), all.length - 1)].focus();
    };
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") {
      if (at > 0) go(at - 1);
      else {
        event.preventDefault();
        search.focus();
      }
    } else if (event.key === "Home") go(0);
    else if (event.key === "End") go(all.length - 1);
    else if (event.key === "Escape") {
      event.preventDefault();
      search.focus();
    } else if (event.key.toLowerCase() === "x") {
      const box = row.querySelector("input[type=checkbox]");
      if (!box) return;
      event.preventDefault();
      box.click();
    }
  });

  const count = () => {
    const boxes = [...results().querySelectorAll("input[name=pick]")];
    const ticked = boxes.filter((box) => box.checked).length;
    const told = results().querySelector("[data-ticked]");
    const all = results().querySelector("#tick-all");
    if (told) told.textContent = ticked ? `(${ticked})` : "";
    if (all) {
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
  };

  const prepare = () => {
    const all = results().querySelector("#tick-all");
    if (!all) return;
    all.parentElement.hidden = false;
    results().addEventListener("change", (event) => {
      if (event.target === all) {
        for (const box of results().querySelectorAll("input[name=pick]")) box.checked = all.checked;
      }
      count();
    });
    count();
  };

  prepare();
}
