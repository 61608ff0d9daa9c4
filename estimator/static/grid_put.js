// Puts texts into several cells of the grid at once, for what fills or pastes them: `table.put`. Ctrl+Z takes them back as
// a whole, as long as nothing was typed since: the browser's own way back knows nothing of them, and would change what was
// typed before.

const table = document.querySelector("table.grid");

if (table) {
  let takeBack = null;

  const write = (values) => {
    for (const [cell, value] of values) {
      cell.value = value;
      cell.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  // Returns what takes them back, and calls `after` then.
  table.put = (values, after) => {
    const changed = values.filter(([cell, value]) => cell.value !== value);
    const before = changed.map(([cell]) => [cell, cell.value]);
    const back = () => {
      takeBack = null;
      write(before);
      after?.();
    };
    write(changed);
    if (changed.length) takeBack = back;
    return back;
  };

  table.addEventListener("input", ({ isTrusted }) => {
    if (isTrusted) takeBack = null;
  });
  table.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || !takeBack) return;
    event.preventDefault();
    takeBack();
  });
}
