// Shows the questions that the answers so far lead to, and what is wrong with an answer at its question.
//
// Both come with the total, see live_panel.js, which also says them aloud. The form works without this file.

for (const form of document.querySelectorAll("form.estimate")) {
  const questions = [...form.querySelectorAll("[data-driver]")];

  // A section whose questions are all hidden needs no heading.
  const hideEmptySections = () => {
    for (const section of form.querySelectorAll("[data-section]")) {
      section.hidden = !section.querySelector("[data-driver]:not([hidden])");
    }
  };

  const describe = (question, id, isWrong) => {
    const part = question.querySelector("fieldset, input:not([type=hidden])");
    const others = (part.getAttribute("aria-describedby") ?? "").split(" ").filter((each) => each && each !== id);
    part.setAttribute("aria-describedby", [...others, ...(isWrong ? [id] : [])].join(" "));
    for (const input of question.querySelectorAll("input[type=text]")) {
      if (isWrong) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    question.classList.toggle("wrong", isWrong);
  };

  const say = (question, sentences) => {
    for (const error of question.querySelectorAll(".error")) error.remove();
    const id = `error-${question.dataset.driver}`;
    const errors = sentences.map((sentence) => {
      const error = document.createElement("p");
      error.className = "error";
      error.dataset.live = sentence;
      // as HTML, because what it names in another language is marked
      error.innerHTML = sentence;
      return error;
    });
    if (errors.length) errors[0].id = id;
    (question.querySelector(".help") ?? question.querySelector("legend, .label")).after(...errors);
    describe(question, id, errors.length > 0);
  };

  form.addEventListener("live", ({ detail }) => {
    for (const question of questions) {
      question.hidden = !detail.asked.includes(question.dataset.driver);
      const sentences = detail.refused?.[question.dataset.driver] ?? [];
      const said = [...question.querySelectorAll(".error")];
      const old = said.filter((error) => "live" in error.dataset).map((error) => error.dataset.live);
      const isOpen = !question.querySelector("input:checked") && !question.querySelector("input[type=text]")?.value;
      // open is not wrong yet
      if (said.length > old.length ? isOpen : old.join() === sentences.join()) continue;
      say(question, sentences);
      question.classList.toggle("ruled-out", detail.ruled_out?.includes(question.dataset.driver) ?? false);
    }
    hideEmptySections();
  });

  // What is needed stays said until there is an answer, whatever the server says meanwhile.
  form.addEventListener("needed", ({ detail }) => {
    for (const question of detail) {
      say(question, [form.dataset.needed]);
      delete question.querySelector(".error").dataset.live;
    }
  });

  // What was wrong with an answer says nothing about the next one.
  form.addEventListener("input", (event) => {
    const question = event.target.closest(".question.wrong");
    if (question) say(question, []);
  });

  hideEmptySections();
}
