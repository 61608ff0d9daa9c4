// Shows what is wrong with a budget at its field while somebody types, as the server says it; see live_panel.js.

for (const form of document.querySelectorAll("form.budget")) {
  const question = form.querySelector(".question");
  const input = question.querySelector("input");

  form.addEventListener("live", ({ detail }) => {
    const fresh = detail.getElementById(input.id);
    for (const error of question.querySelectorAll(".error")) error.remove();
    input.before(...fresh.closest(".question").querySelectorAll(".error"));
    question.classList.toggle("wrong", fresh.hasAttribute("aria-invalid"));
    for (const name of ["aria-invalid", "aria-describedby"]) {
      if (fresh.hasAttribute(name)) input.setAttribute(name, fresh.getAttribute(name));
      else input.removeAttribute(name);
    }
    // A list of errors above the page is of an older budget.
    document.querySelector(".error-summary")?.remove();
  });
}
