// A button that names a question and a number writes that number into its field. Without this file the server does it.

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=fill]");
  if (!button) return;
  const [code, number] = button.value.split("=");
  const input = document.getElementById(`q_${code}`);
  if (!input) return;
  event.preventDefault();
  input.value = number;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.focus();
});

// What an amount could mean is of no interest any more when another one is typed.
document.addEventListener("input", (event) => {
  for (const asked of event.target.closest(".question")?.querySelectorAll(".readings") ?? []) asked.remove();
});
