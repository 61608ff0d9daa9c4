// Fills cells of the grid from the one above them: Ctrl+D, or its button. Shift and arrows choose several of a column.

const table = document.querySelector("table.grid");
const button = document.querySelector("[data-fill]");

if (table && button) {
  let last = null; // the cell that somebody is in, or was in before they went to the button
  let block = [];

  const isCell = (control) => control.matches?.("tr[id] :is([type=text], select)");
  const key = (control) => control.name.split(".")[1];
  const column = (control) =>
    [...table.querySelectorAll("tbody tr[id]:not([hidden])")]
      .map((row) => row.querySelector(`[name="c.${key(control)}.${CSS.escape(row.id.slice(4))}"]`))
      .filter(Boolean);

  const mark = (cells) => {
    for (const cell of block) cell.classList.remove("in-block");
    block = cells;
    for (const cell of block) cell.classList.add("in-block");
  };

  const fill = () => {
    if (!last?.isConnected) return;
    const all = column(last);
    const at = all.indexOf(last);
    const cells = block.length > 1 ? block : all.slice(Math.max(0, at - 1), at + 1);
    const [first, ...others] = cells;
    table.put(others.map((cell) => [cell, first.value]));
    last.focus();
  };

  table.addEventListener("focusin", ({ target }) => {
    if (!isCell(target)) return;
    if (!block.includes(target)) mark([]);
    last = target;
    button.disabled = false;
  });

  table.addEventListener("keydown", (event) => {
    if (!isCell(event.target) || event.isComposing || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "d") {
      event.preventDefault();
      fill();
    } else if (event.shiftKey && !event.ctrlKey && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      const all = column(event.target);
      const start = block.length ? all.indexOf(block[0] === last ? block.at(-1) : block[0]) : all.indexOf(last);
      const from = block.length > 1 ? start : all.indexOf(last);
      const to = Math.min(Math.max(all.indexOf(last) + (event.key === "ArrowDown" ? 1 : -1), 0), all.length - 1);
      mark(all.slice(Math.min(from, to), Math.max(from, to) + 1));
      last = all[to];
      last.focus();
      last.select?.();
    } else if (block.length > 1 && ["Delete", "Backspace"].includes(event.key)) {
      event.preventDefault();
      table.put(block.filter((cell) => cell.matches("input")).map((cell) => [cell, ""]));
    } else if (!["Shift", "Control", "Meta"].includes(event.key)) mark([]);
  });
  table.addEventListener("copy", (event) => {
    if (block.length < 2) return;
    event.preventDefault();
    const text = (cell) => cell.selectedOptions?.[0].textContent.trim() ?? cell.value;
    event.clipboardData.setData("text/plain", block.map(text).join("\n"));
  });
  table.addEventListener("pointerdown", () => mark([]));

  button.hidden = false;
  button.disabled = true;
  button.addEventListener("click", fill);
}
