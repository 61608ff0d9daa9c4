// The copy button. The link can be copied without it.

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.value);
      button.textContent = button.dataset.done;
      document.getElementById(`${source.id}-copied`).textContent = button.dataset.done;
    } catch {
      source.select();
    }
  });
}
