// What is wrong is read first: the summary of it has the focus when the page comes.

const summary = document.querySelector(".error-summary");
summary?.focus();

// The browser goes to the place in the address once everything is there, and takes the focus away.
if (summary && location.hash) window.addEventListener("load", () => requestAnimationFrame(() => summary.focus()));

// The title says so until every answer that was refused has been given anew.

const wrong = new Set(document.querySelectorAll(".wrong, .wrong-row"));
const mend = ({ target }) => {
  const begins = document.querySelector("title").dataset.error;
  if (wrong.delete(target.closest(".wrong, .wrong-row")) && !wrong.size && document.title.startsWith(begins.trim()))
    document.title = document.title.slice(begins.length);
};
document.addEventListener("input", mend);
document.addEventListener("change", mend);
