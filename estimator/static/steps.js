// Shows the form of an estimate one step at a time where there is no room for all of it beside the total.
//
// The step stands in the fragment of the address, so that the browser's Back goes to the one before it, and a link to a
// question opens its step. Enter goes on, and sends nothing. Whoever leaves out what is needed is told once, at the
// question, and may then go on. The form works without this file.

const form = document.querySelector("form[data-steps]");
const narrow = matchMedia("(max-width: 60rem)");
const all = [...form.querySelectorAll(".step")];
const check = all.at(-1);
const head = form.querySelector(".step-of");
const back = head.querySelector("a");
const next = form.querySelector("[data-next]");
const show = form.querySelector("button[value=show]");
const look = check.querySelector(".last-look");
const list = look.querySelector("dl");
const refused = check.querySelector(".not-possible");
const goOn = next.textContent;
const told = new WeakSet();
let current = all[0];
// whoever changes one answer goes back to the check, not through everything again
let checked = false;
// the amounts that were typed, by question, as they are written everywhere else
let amounts = {};

const asked = () => all.filter((step) => step === check || step.querySelector("[data-driver]:not([hidden])"));
const after = (step) => asked().find((each) => all.indexOf(each) > all.indexOf(step)) ?? check;
const named = () => document.getElementById(decodeURIComponent(location.hash.slice(1)));

// What is read in an element, without what explains it.
const textOf = (element) => {
  const copy = element.cloneNode(true);
  for (const other of copy.querySelectorAll(".note, .evidence, .needed")) other.remove();
  return copy.textContent.trim();
};

// Marks a text that is in another language than the page as what it was copied from is marked.
const mark = (copy, source) => {
  const foreign = source?.querySelector("[lang]");
  if (foreign) Object.assign(copy, { lang: foreign.lang, dir: foreign.dir });
};

const answerOf = (question) => {
  const chosen = question.querySelector("input:checked");
  if (chosen?.value) return textOf(chosen.labels[0]);
  const typed = [...question.querySelectorAll("input[type=text]")].map((input) => input.value.trim()).join(" ").trim();
  const amount = amounts[question.dataset.driver];
  if (typed && amount) return amount;
  const told = question.querySelector(typed ? ".money-field .unit" : ".only strong");
  return told ? `${typed} ${textOf(told)}`.trim() : typed;
};

const row = (question) => {
  const { unknown, required } = question.dataset;
  const found = list.querySelector("template").content.cloneNode(true).firstElementChild;
  const label = textOf(question.querySelector("legend, .label"));
  const answer = answerOf(question);
  const missing = !answer && required !== undefined;
  const open = unknown ? look.dataset.assumed.replace("#", unknown) : look.dataset.open;
  found.querySelector("dt").textContent = /[?？؟]$/.test(label) ? `${label} ` : label + form.dataset.colon;
  found.querySelector("dd").textContent = answer || (missing ? look.dataset.missing : open);
  const asks = question.querySelector("legend, .label");
  const told = document.getElementById(question.querySelector("input:checked")?.getAttribute("aria-describedby"));
  if (told) found.querySelector(".change").before(Object.assign(document.createElement("dd"), { className: "told" }));
  found.querySelector(".told")?.append(...told.cloneNode(true).childNodes);
  mark(found.querySelector("dt"), asks);
  mark(found.querySelector(".spoken bdi"), asks);
  mark(
    found.querySelector("dd"),
    answer ? (question.querySelector("input:checked")?.labels[0] ?? question.querySelector(".unit")) : question.querySelector(".unknown"),
  );
  found.querySelector("a").href = `#${question.id}`;
  found.querySelector(".spoken bdi").textContent = label;
  if (missing || question.matches(".wrong")) found.className = question.matches(".ruled-out") ? "wrong ruled-out" : "wrong";
  else if (!answer) found.className = "unanswered";
  return found;
};

// Says which answers make the plan impossible; there is no estimate of it, so no button that makes one.
const drawRefused = () => {
  const question = form.querySelector(".question.wrong.ruled-out:not([hidden])");
  refused.hidden = !question;
  if (!question) return;
  const [reason, total] = [refused.querySelector("div"), form.querySelector("#total")];
  if (reason.innerHTML !== total.innerHTML) reason.innerHTML = total.innerHTML;
  refused.querySelector("a.button").href = `#${question.id}`;
};

const draw = () => {
  const steps = asked();
  const place = steps.indexOf(current);
  const last = current === check;
  for (const step of all) step.hidden = narrow.matches && step !== current;
  head.hidden = look.hidden = !narrow.matches;
  head.querySelector("bdi").textContent =
    form.dataset.steps.replace("##", steps.length).replace("#", place + 1) +
    form.dataset.colon +
    current.dataset.heading;
  back.hidden = !place;
  if (place) back.href = `#${steps[place - 1].id}`;
  next.hidden = !narrow.matches || last;
  next.textContent = checked ? next.dataset.return : goOn;
  drawRefused();
  show.hidden = !refused.hidden || (narrow.matches && !last && !form.matches(".changing"));
  document.documentElement.classList.toggle("stepped", narrow.matches);
  document.documentElement.classList.toggle("first-step", !place);
  document.documentElement.classList.toggle("to-check", checked);
  document.querySelector("h1").classList.toggle("spoken", narrow.matches && place > 0);
  for (const more of check.querySelectorAll("details")) more.open = !narrow.matches;
  if (!last) return;
  // whoever is at a row by keyboard is at the same row of those that take their place
  const held = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  for (const old of list.querySelectorAll("div")) old.remove();
  list.append(...[...form.querySelectorAll("[data-driver]:not([hidden])")].map(row));
  if (held) list.querySelector(`a[href="${held}"]`)?.focus({ preventScroll: true });
};

// Opens the step that the address names, or in which stands what it names.
const follow = () => {
  const target = named();
  const found = target?.closest(".step");
  const step = asked().includes(found) ? found : asked()[0];
  checked = step === check || (checked && step !== target);
  current = step;
  draw();
  if (found === step && target !== step) {
    target.scrollIntoView();
    (target.matches("input") ? target : target.querySelector("input:checked, input, [tabindex]"))?.focus();
  } else if (narrow.matches) {
    window.scrollTo(0, 0);
    head.focus({ preventScroll: true });
  }
  form.dispatchEvent(new Event("step"));
};

const leftOut = (step) =>
  [...step.querySelectorAll("[data-required]:not([hidden])")].filter((question) => !told.has(question) && !answerOf(question));

const forward = (from) => {
  const missing = narrow.matches && !checked ? leftOut(from) : [];
  if (missing.length) {
    for (const question of missing) told.add(question);
    form.dispatchEvent(new CustomEvent("needed", { detail: missing }));
    missing[0].querySelector("input:not([type=hidden])").focus({ preventScroll: true });
    missing[0].scrollIntoView();
    return;
  }
  const step = checked ? check : after(from);
  if (narrow.matches) {
    history.pushState(null, "", `#${step.id}`);
    follow();
  } else {
    (step === check ? show : step.querySelector("[data-driver]:not([hidden]) :is(input, [tabindex])")).focus();
  }
};

next.addEventListener("click", () => forward(current));
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
  event.preventDefault();
  forward(event.target.closest(".step"));
});
form.addEventListener("live", ({ detail }) => {
  amounts = detail.amounts ?? {};
  draw();
});
form.addEventListener("input", ({ target }) => {
  delete amounts[target.closest("[data-driver]")?.dataset.driver];
  draw();
});
// another language shows the same step
form.addEventListener("submit", ({ submitter }) => {
  if (/[?&]speak=/.test(submitter?.formAction)) submitter.formAction += location.hash;
});
window.addEventListener("hashchange", follow);
window.addEventListener("pageshow", draw);
narrow.addEventListener("change", draw);

current = form.querySelector(".wrong")?.closest(".step") ?? ("atCheck" in form.dataset ? check : asked()[0]);
checked = current === check;
if (named()?.closest(".step")) follow();
else draw();
