// Asks before somebody leaves a page in whose boxes stand words that were not sent. The page works without this file.

for (const form of document.querySelectorAll("form.unsent")) {
  let sending = false;
  const isUnsent = () =>
    [...form.querySelectorAll("textarea[name]")].some((box) => box.value.trim() !== "");

  form.addEventListener("submit", () => {
    sending = true;
  });
  window.addEventListener("pageshow", () => {
    sending = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && isUnsent()) event.preventDefault();
  });
}
