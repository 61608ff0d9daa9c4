// Puts a block that was copied in a spreadsheet into the grid, from the cell on in which somebody pastes it. A block that
// does not fit, or names what cannot be chosen, changes nothing and is told.

const table = document.querySelector("table.grid");
const told = document.querySelector("[data-pasted]");

if (table && told) {
  const COLUMNS = ["label", "group", "per", "price"];
  const words = told.dataset;
  const line = (text) => text.replace(/\s+/g, " ").trim();

  // As `clipboard` of the server reads it: a cell may stand in quotation marks, with those inside of it doubled.
  const fromText = (text) => {
    const rows = [[]];
    let rest = text.replace(/\r\n?/g, "\n");
    while (rest) {
      const quoted = /^"((?:[^"]|"")*)"(?=[\t\n]|$)/.exec(rest);
      const cell = quoted ?? /^[^\t\n]*/.exec(rest);
      rows.at(-1).push(line(quoted ? quoted[1].replaceAll('""', '"') : cell[0]));
      rest = rest.slice(cell[0].length);
      if (rest[0] === "\n" && rest.length > 1) rows.push([]);
      else if (rest === "\t") rows.at(-1).push("");
      rest = rest.slice(1);
    }
    return rows;
  };

  const fromTable = (html) => {
    const found = new DOMParser().parseFromString(html, "text/html").querySelector("table");
    if (!found) return null;
    return [...found.rows].map((row) =>
      [...row.cells].flatMap((cell) => {
        for (const end of cell.querySelectorAll("br")) end.replaceWith(" ");
        return [line(cell.textContent), ...Array(Math.min(cell.colSpan, 10) - 1).fill("")];
      }),
    );
  };

  const chosen = (select, text) => {
    const same = (one) => one.value === text || line(one.textContent).toLowerCase() === text.toLowerCase();
    return [...select.options].find(same)?.value ?? null;
  };

  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  const say = (text, undo) => {
    told.textContent = text;
    if (!undo) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = words.undo;
    button.addEventListener("click", undo);
    told.append(" ", button);
  };

  table.addEventListener("paste", (event) => {
    const start = event.target;
    const row = start.closest?.("tr[id]");
    if (!row || !start.matches("[type=text], select")) return;
    const html = event.clipboardData.getData("text/html");
    const block = (html && fromTable(html)) || fromText(event.clipboardData.getData("text/plain"));
    if (block.length === 1 && block[0].length < 2 && start.matches("[type=text]")) return;
    event.preventDefault();
    const rows = [...table.querySelectorAll("tbody tr[id]:not([hidden])")];
    const top = rows.indexOf(row);
    const left = COLUMNS.indexOf(start.name.split(".")[1]);
    const wide = Math.max(...block.map((cells) => cells.length));
    if (top + block.length > rows.length || left + wide > COLUMNS.length) {
      say(filled(words.tooLarge, { rows: block.length, columns: wide }));
      return;
    }
    const cells = [];
    for (const [down, texts] of block.entries()) {
      const code = rows[top + down].id.slice(4);
      for (const [aside, text] of texts.entries()) {
        const control = rows[top + down].querySelector(`[name="c.${COLUMNS[left + aside]}.${CSS.escape(code)}"]`);
        const value = control?.matches("select") ? chosen(control, text) : text;
        if (!control && !text) continue;
        if (!control || value === null) {
          const name = rows[top + down].querySelector('[name^="c.label."]')?.value || code;
          say(filled(words.noPlace, { text, code: name }));
          return;
        }
        if (control.value !== value) cells.push([control, value]);
      }
    }
    const takeBack = table.put(cells, () => {
      say("");
      start.focus();
      start.select?.();
    });
    say(filled(words.done, { count: cells.length }), takeBack);
  });
}
