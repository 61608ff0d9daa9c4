// Moves from cell to cell of the grid by arrows, Enter and Tab, as in a spreadsheet. Nothing is saved or sent by it.

const table = document.querySelector("table.grid");

if (table) {
  const form = table.closest("form");
  const CONTROLS = "input, select, a[href], button:not(:disabled)";
  let before = "";
  let entered = null; // by the press of a pointer that is still down

  const rows = () => [...table.querySelectorAll("tbody tr[id]:not([hidden])")];
  const isText = (control) => control.matches("input[type=text]");
  const isOpen = (control) => {
    try {
      return control.matches(":open");
    } catch {
      return false;
    }
  };

  const go = (control) => {
    control.focus();
    if (isText(control)) control.select();
  };

  // From where somebody types on to where they can type: a price that is on request has a link in its place.
  const goDown = (control, by) => {
    const cell = control.closest("td, th");
    const like = control.matches("a, button") ? CONTROLS : "input, select";
    const within = [...cell.querySelectorAll(like)].indexOf(control);
    const all = rows();
    for (let at = all.indexOf(cell.parentElement) + by; all[at]; at += by) {
      const there = all[at].cells[cell.cellIndex]?.querySelectorAll(like) ?? [];
      if (there.length) return go(there[Math.min(within, there.length - 1)]);
    }
  };

  const goAside = (control, by) => {
    const all = [...control.closest("tr").querySelectorAll(CONTROLS)];
    const there = all[all.indexOf(control) + by];
    if (there) go(there);
  };

  // Left and right move within a text until its end, and on from there; a text that is chosen whole is left at once.
  const isAtEnd = (control, by) => {
    if (!isText(control)) return true;
    const { selectionStart: start, selectionEnd: end, value } = control;
    if (start === 0 && end === value.length) return true;
    const forward = (by > 0) !== (control.dir === "rtl");
    return start === end && end === (forward ? value.length : 0);
  };

  // Tab goes through the cells; boxes, codes and buttons of a row are reached by left and right. Tab comes no further
  // than to the next row, so that not all of the thousands of them need be told.
  const leaveOut = (row) => {
    for (const aside of row?.querySelectorAll?.(".tick input, .code-line a, .acts button") ?? []) aside.tabIndex = -1;
  };

  table.addEventListener("focusin", ({ target }) => {
    before = target.value;
    const all = rows();
    const at = all.indexOf(target.closest("tr"));
    for (const row of all.slice(Math.max(0, at - 1), at + 2)) leaveOut(row);
  });

  // The first click chooses the whole text, so that typing replaces it; the next one goes into it.
  table.addEventListener("pointerdown", ({ target }) => {
    entered = target.matches("tr[id] [type=text]") && target !== document.activeElement ? target : null;
  });
  table.addEventListener("click", ({ target }) => {
    if (target === entered && target.selectionStart === target.selectionEnd) target.select();
    entered = null;
  });

  table.addEventListener("keydown", (event) => {
    const control = event.target.closest(CONTROLS);
    if (!control || event.isComposing || event.altKey || event.metaKey || isOpen(control)) return;
    const { key, shiftKey } = event;
    if (event.ctrlKey) return;
    const pressed = control.matches("a, button");
    if (key === "Enter" && !pressed) {
      event.preventDefault();
      if (control.closest("tr[id]")) goDown(control, shiftKey ? -1 : 1);
      return;
    }
    if (!control.closest("tr[id]") || shiftKey) return;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      goDown(control, key === "ArrowDown" ? 1 : -1);
    } else if (key === "ArrowLeft" || key === "ArrowRight") {
      const by = key === "ArrowRight" ? 1 : -1;
      if (!isAtEnd(control, by)) return;
      event.preventDefault();
      goAside(control, by);
    } else if (key === "F2" && isText(control)) {
      event.preventDefault();
      control.setSelectionRange(control.value.length, control.value.length);
    } else if (key === "Escape" && !pressed && control.type !== "checkbox" && control.value !== before) {
      event.preventDefault();
      control.value = before;
      control.dispatchEvent(new Event("input", { bubbles: true }));
      control.select?.();
    }
  });

  // Beside the table Enter presses the button of its own part of the form.
  form.addEventListener("keydown", (event) => {
    const part = event.target.closest("fieldset.panel");
    if (event.key !== "Enter" || event.isComposing || !part || !isText(event.target)) return;
    event.preventDefault();
    part.querySelector("[type=submit]").click();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector(".save-line [value=save]"));
  });

  for (const told of form.querySelectorAll("[data-for-keys]")) told.hidden = false;
}
