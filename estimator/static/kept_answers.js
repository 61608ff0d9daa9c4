// Keeps the unfinished answers of an estimate form in this browser, for some days, and puts them back.
//
// Nothing is sent from here. What was kept is removed when the estimate is made (see new_estimate.js) or when somebody
// asks for it. Where a browser keeps nothing, the page says nothing of it. The form works without this file.

const KEY = "answers";
const LONGEST = 7 * 86_400_000; // milliseconds
const NEVER = ["csrf_token", "submission", "table_sha256", "act"];

const form = document.querySelector("form[data-kept]");
const note = form.querySelector(".kept-here");
const forget = note.querySelector("button");
const list = form.dataset.kept;

const all = () => {
  const found = JSON.parse(localStorage.getItem(KEY) ?? "{}");
  return Object.fromEntries(Object.entries(found).filter(([, kept]) => Date.now() - kept.day < LONGEST));
};

const keep = (answers) => localStorage.setItem(KEY, JSON.stringify(answers));

const typed = () => [...new FormData(form)].filter(([name, value]) => value && !NEVER.includes(name));

const putBack = (answers) => {
  for (const input of form.elements) {
    if (!input.name || input.type === "hidden" || input.type === "submit") continue;
    const mine = answers.filter(([name]) => name === input.name).map(([, value]) => value);
    if (input.type === "radio") input.checked = mine.includes(input.value);
    else input.value = mine[0] ?? "";
  }
};

const save = () => {
  const { title, provider } = form.dataset;
  const kept = { day: Date.now(), title, provider, at: location.hash, typed: typed() };
  keep({ ...all(), [list]: kept });
  forget.hidden = false;
};

try {
  const answers = all();
  keep(answers);
  if (answers[list] && !("answered" in form.dataset)) putBack(answers[list].typed);
  forget.hidden = !answers[list];
  note.hidden = false;
  form.addEventListener("input", save);
  form.addEventListener("change", save);
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value !== "show") return;
    const { title, provider } = form.dataset;
    const total = form.querySelector("#total .total-amount")?.textContent.trim() ?? "";
    sessionStorage.setItem("estimate", JSON.stringify({ list, title, provider, total, day: Date.now() }));
  });
  forget.addEventListener("click", () => {
    const { [list]: gone, ...others } = all();
    keep(others);
    putBack([]);
    form.removeEventListener("change", save);
    form.dispatchEvent(new Event("change"));
    location.assign(location.pathname);
  });
} catch {
  // A browser that keeps nothing for us, or somebody wrote something else there.
}
