// Ticks the rows of a group or of the whole grid with one box, and says how many are ticked, also outside of a search.

const table = document.querySelector("table.grid");

if (table) {
  const every = table.querySelector("[name=every]");
  const told = document.querySelector("[data-ticked]");
  const isWhole = table.hasAttribute("data-whole");
  const boxes = (part) => [...part.querySelectorAll("[name=tick]")];
  const isSeen = (box) => !box.closest("tr").hidden && !box.closest("tbody").hidden;
  const shown = (part) => boxes(part).filter(isSeen);

  const MOST_NAMED = 3;
  const nameOf = (box) => box.closest("tr").querySelector("th input")?.value || box.value;
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  // What is ticked is said with what of it a search hides, so that nothing changes that nobody sees.
  const say = (ticked) => {
    const hidden = ticked.filter((box) => !isSeen(box));
    const names = hidden.slice(0, MOST_NAMED).map(nameOf).join("; ") + (hidden.length > MOST_NAMED ? "; …" : "");
    const text = !ticked.length ? "" : hidden.length ? told.dataset.outside : told.dataset.ticked;
    told.textContent = filled(text, { count: ticked.length, hidden: hidden.length, names });
  };

  // A box stands for a whole group only while all of its rows are ticked, also those that a search hides.
  const count = () => {
    const all = boxes(table).filter((box) => box.checked);
    for (const body of table.tBodies) {
      const own = boxes(body);
      const ticked = own.filter((box) => box.checked).length;
      const part = body.querySelector("[data-part]");
      const isPart = isWhole && ticked > 0 && ticked < own.length;
      if (part) part.textContent = isPart ? filled(part.dataset.part, { ticked, count: own.length }) : "";
      const box = body.querySelector("[name=group]");
      if (!box || !isWhole) continue;
      box.checked = ticked > 0 && ticked === own.length;
      box.indeterminate = ticked > 0 && !box.checked;
    }
    if (isWhole) {
      every.checked = all.length > 0 && all.length === boxes(table).length;
      every.indeterminate = all.length > 0 && !every.checked;
    }
    say(all);
  };

  table.addEventListener("change", ({ target }) => {
    if (!["every", "group", "tick"].includes(target.name)) return;
    if (target.name !== "tick") {
      const own = shown(target.name === "group" ? target.closest("tbody") : table);
      const isOn = own.some((box) => !box.checked);
      for (const box of own) box.checked = isOn;
    }
    count();
  });

  if (isWhole) {
    if (every.checked) for (const box of boxes(table)) box.checked = true;
    for (const box of table.querySelectorAll("[name=group]:checked")) {
      for (const own of boxes(box.closest("tbody"))) own.checked = true;
    }
  }
  document.querySelector("[data-whole-groups]")?.toggleAttribute("hidden", isWhole);
  table.addEventListener("filtered", count);
  count();
}
