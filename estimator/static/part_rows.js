// Adds a row of choices at once, and shows what is typed beside a choice only where something is. Without this file the
// button saves and shows more rows.

for (const part of document.querySelectorAll(".choice-rows")) {
  const rows = part.querySelector(".part-rows");

  // Beside "at least" and the like stands a number, beside an answer that was chosen nothing.
  const fit = (row) => {
    const test = row.querySelector("[name$='.test']");
    const value = row.querySelector("[name$='.value']");
    if (test && value) value.hidden = !value.value && !/ (>=|<=|=|from|until)$/.test(test.value);
  };

  for (const row of rows.children) fit(row);
  rows.addEventListener("input", ({ target }) => fit(target.closest(".part-row")));

  part.querySelector("[data-more]").addEventListener("click", (event) => {
    event.preventDefault();
    const last = rows.lastElementChild;
    const row = last.cloneNode(true);
    for (const control of row.querySelectorAll("select, input")) {
      const [, start, number, end] = /^(.*)\.(\d+)\.(\w+)$/.exec(control.name);
      control.name = `${start}.${Number(number) + 1}.${end}`;
      const label = control.getAttribute("aria-label");
      control.setAttribute("aria-label", label.replace(` ${Number(number) + 1}:`, ` ${Number(number) + 2}:`));
      control.value = "";
    }
    rows.append(row);
    fit(row);
    row.querySelector("select, input").focus();
  });
}
