// What is wrong is read first: the summary of it has the focus when the page comes.

document.querySelector(".error-summary")?.focus();

// The title says so until every answer that was refused has been given anew.

const wrong = new Set(document.querySelectorAll(".wrong, .wrong-row"));
const mend = ({ target }) => {
  const begins = document.querySelector("title").dataset.error;
  if (wrong.delete(target.closest(".wrong, .wrong-row")) && !wrong.size && document.title.startsWith(begins.trim()))
    document.title = document.title.slice(begins.length);
};
document.addEventListener("input", mend);
document.addEventListener("change", mend);
