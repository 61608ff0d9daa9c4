// Shows the rows of the grid that are searched for, at once; the button Find does it without this file, and where a list
// has several pages.

const table = document.querySelector("table.grid[data-whole]");

if (table) {
  const form = table.closest("form");
  const { q, show } = form.elements;
  const count = table.querySelector("[data-count]");
  const find = form.querySelector("[value=find]");
  const all = [...table.querySelectorAll("tbody tr[id]")];

  const textOf = (row, group) => {
    const code = row.id.slice(4);
    return `${row.querySelector("th input")?.value ?? row.textContent} ${code} ${group}`.toLowerCase();
  };

  const filter = () => {
    const words = q.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const body of table.tBodies) {
      const group = body.querySelector(".group-row th").firstChild.textContent;
      let here = 0;
      for (const row of body.querySelectorAll("tr[id]")) {
        const text = words.length ? textOf(row, group) : "";
        row.hidden = !(words.every((word) => text.includes(word)) && (!show.value || row.dataset.is.split(" ").includes(show.value)));
        if (row.nextElementSibling?.matches(".row-errors")) row.nextElementSibling.hidden = row.hidden;
        here += row.hidden ? 0 : 1;
      }
      body.hidden = here === 0;
      found += here;
    }
    count.textContent = found < all.length ? count.dataset.some.replace("{found}", found) : count.dataset.all;
    table.dispatchEvent(new CustomEvent("filtered", { bubbles: true }));
  };

  q.addEventListener("input", filter);
  show.addEventListener("change", filter);
  q.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      table.querySelector("tbody:not([hidden]) tr[id]:not([hidden]) .price :is(input, a)")?.focus();
    } else if (event.key === "Escape" && q.value) {
      event.preventDefault();
      q.value = "";
      filter();
    }
  });
  find.hidden = true;
}
