// Shows the questions that the answers so far lead to, and forgets what was wrong with an answer that is changed.
// What is asked comes with the total, see live_panel.js. The form works without this file.

for (const form of document.querySelectorAll("form.estimate")) {
  // A section whose questions are all hidden needs no heading.
  const hideEmptySections = () => {
    for (const section of form.querySelectorAll("[data-section]")) {
      section.hidden = !section.querySelector("[data-driver]:not([hidden])");
    }
  };

  form.addEventListener("live", ({ detail }) => {
    for (const question of form.querySelectorAll("[data-driver]")) {
      question.hidden = !detail.asked.includes(question.dataset.driver);
    }
    hideEmptySections();
  });

  // What was wrong with an answer says nothing about the next one; the panel does.
  form.addEventListener("input", (event) => {
    const question = event.target.closest(".question.wrong");
    if (!question) return;
    question.classList.remove("wrong");
    for (const error of question.querySelectorAll(".error")) error.remove();
    for (const input of question.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    for (const part of question.querySelectorAll("[aria-describedby]")) {
      const there = part.getAttribute("aria-describedby").split(" ").filter((id) => document.getElementById(id));
      part.setAttribute("aria-describedby", there.join(" "));
    }
  });

  hideEmptySections();
}
