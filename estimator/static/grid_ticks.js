// Ticks the rows of a group or of the whole grid with one box, and says how many are ticked.

const table = document.querySelector("table.grid");

if (table) {
  const every = table.querySelector("[name=every]");
  const told = document.querySelector("[data-ticked]");
  const isWhole = table.hasAttribute("data-whole");
  const boxes = (part) => [...part.querySelectorAll("[name=tick]")];
  const shown = (part) => boxes(part).filter((box) => !box.closest("tr").hidden && !box.closest("tbody").hidden);

  // A box stands for a whole group only while all of its rows are ticked, also those that a search hides.
  const count = () => {
    let sum = 0;
    for (const body of table.tBodies) {
      const own = boxes(body);
      const ticked = own.filter((box) => box.checked).length;
      sum += ticked;
      const box = body.querySelector("[name=group]");
      if (!box || !isWhole) continue;
      box.checked = ticked > 0 && ticked === own.length;
      box.indeterminate = ticked > 0 && !box.checked;
    }
    if (isWhole) {
      const all = boxes(table).length;
      every.checked = sum > 0 && sum === all;
      every.indeterminate = sum > 0 && !every.checked;
    }
    told.textContent = sum ? told.dataset.ticked.replace("{count}", sum) : "";
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
  count();
}
