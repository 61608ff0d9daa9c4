// Keeps the unfinished answers of an estimate in this browser for some days, and puts them back. Nothing is sent.
//
// new_estimate.js removes them once the estimate is made; kept_list.js leads to them. Works as well without.

const form = document.querySelector("form[data-kept]");
const note = form.querySelector(".kept-here");
const forget = note.querySelector("button");
const { kept: list, days, title, provider, language } = form.dataset;

const all = () => {
  const found = Object.entries(JSON.parse(localStorage.getItem("answers")) ?? {});
  return Object.fromEntries(found.filter(([, { day }]) => Date.now() - day < days * 86_400_000));
};

const keep = (mine) => {
  localStorage.answers = JSON.stringify({ ...all(), [list]: mine });
  forget.hidden = !mine;
};

const save = () => {
  const typed = [...new FormData(form)].filter(([name, value]) => value && name.startsWith("q_"));
  keep({ day: Date.now(), title, provider, language, at: location.hash, typed });
};

const putBack = (typed) => {
  for (const input of form.querySelectorAll("[name^=q_]:not([type=hidden])")) {
    const mine = typed.filter(([name]) => name === input.name).map(([, value]) => value);
    if (input.type === "radio") input.checked = mine.includes(input.value);
    else input.value = mine[0] ?? "";
  }
};

try {
  // a form that comes back is not finished
  delete sessionStorage.finished;
  const mine = all()[list];
  keep(mine);
  if (mine && !("answered" in form.dataset)) putBack(mine.typed);
  note.hidden = false;
  form.addEventListener("input", save);
  const keepPlace = () => {
    const mine = all()[list];
    if (mine) keep({ ...mine, at: location.hash });
  };
  addEventListener("pagehide", keepPlace);
  // a telephone may close a page without a word
  form.addEventListener("step", keepPlace);
  form.addEventListener("submit", ({ submitter }) => {
    if (submitter?.value === "show") sessionStorage.finished = list;
  });
  forget.addEventListener("click", () => {
    putBack([]);
    keep();
    location.assign(location.pathname);
  });
} catch {
  // This browser keeps nothing, and the page says nothing of it.
}
