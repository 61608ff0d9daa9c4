// The list of requests: keys, and a box that ticks all. It follows the search by live_panel.js, and works without this file.

const form = document.querySelector("form[data-live][data-panel=results]");

if (form) {
  const search = form.elements.q;
  const results = () => document.getElementById("results");
  const links = () => [...results().querySelectorAll("tbody th a")];

  form.addEventListener("live", ({ detail: page }) => {
    document.getElementById("to-do").replaceWith(page.getElementById("to-do"));
    const all = page.querySelector("[data-all]");
    form.querySelector("[data-all]")?.remove();
    if (all) form.querySelector(".buttons").append(all);
    prepare();
  });

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
      search.dispatchEvent(new Event("input", { bubbles: true }));
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
