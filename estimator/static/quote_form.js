// What the figures of a quote change besides their panel, see live_panel.js, and a warning before what was typed is left
// unsaved. The form works without this file.

for (const form of document.querySelectorAll("form.quote-form[data-live]")) {
  let dirty = false;

  form.addEventListener("live", ({ detail }) => {
    const differences = document.getElementById("differences");
    const closed = differences?.querySelector("details:not([open])");
    if (differences) differences.innerHTML = detail.differences;
    if (closed) differences.querySelector("details")?.removeAttribute("open");
    for (const [name, text] of Object.entries(detail.totals)) {
      for (const place of form.querySelectorAll(`[data-figure="${name}"]`)) place.textContent = text;
    }
  });

  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, () => {
      dirty = true;
    });
  }
  form.addEventListener("submit", () => {
    dirty = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
}
