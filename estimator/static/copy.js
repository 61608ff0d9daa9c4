// The copy button. The link can be copied without it.

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const said = document.getElementById(`${button.dataset.copy}-copied`);
    try {
      await navigator.clipboard.writeText(source.value);
      button.textContent = button.dataset.done;
      said.textContent = button.dataset.done;
    } catch {
      source.select();
    }
  });
}
