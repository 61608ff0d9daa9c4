// Shows the form of an estimate one step at a time where there is no room for all of it beside the total.
//
// The step stands in the fragment of the address, so that the browser's Back goes to the one before it, and a link to a
// question opens the step in which it stands. Enter goes on, and sends nothing. The form works without this file.

const form = document.querySelector("form[data-steps]");
const narrow = matchMedia("(max-width: 60rem)");
const all = [...form.querySelectorAll(".step")];
const check = all.at(-1);
const next = form.querySelector("[data-next]");
const show = form.querySelector("button[value=show]");
const list = check.querySelector("dl");
const words = check.querySelector(".last-look").dataset;
const goOn = next.textContent;
let current = all[0];
let checked = false; // somebody who changes one answer goes back to the check, not through everything again

const isAsked = (step) => step === check || step.querySelector("[data-driver]:not([hidden])") !== null;
const asked = () => all.filter(isAsked);
const after = (step) => asked().find((each) => all.indexOf(each) > all.indexOf(step)) ?? check;
const before = (step) => asked().findLast((each) => all.indexOf(each) < all.indexOf(step));
const inAddress = () => document.getElementById(decodeURIComponent(location.hash.slice(1)));

// What is read in an element, without what explains it.
const textOf = (element) => {
  const copy = element.cloneNode(true);
  for (const other of copy.querySelectorAll(".note, .evidence, .needed, .spoken")) other.remove();
  return copy.textContent.trim().replace(/\s+/g, " ");
};

const answerOf = (question) => {
  const only = question.querySelector(".only strong");
  if (only) return textOf(only);
  const chosen = question.querySelector("input:checked");
  if (chosen?.value) return textOf(chosen.labels[0]);
  const typed = [...question.querySelectorAll("input[type=text]")].map((input) => input.value.trim()).join(" ").trim();
  const unit = question.querySelector(".unit");
  return typed && unit ? `${typed} ${textOf(unit)}` : typed;
};

const row = (question) => {
  const found = list.querySelector("template").content.cloneNode(true).firstElementChild;
  const label = textOf(question.querySelector("legend, .label"));
  const answer = answerOf(question);
  const missing = !answer && "required" in question.dataset;
  const assumed = question.dataset.unknown;
  const open = assumed ? words.assumed.replace("#", assumed) : words.open;
  found.querySelector("dt").textContent = /[?？؟]$/.test(label) ? `${label} ` : `${label}: `;
  found.querySelector("dd").textContent = answer || (missing ? words.missing : open);
  found.querySelector("a").href = `#${question.id}`;
  found.querySelector("a .spoken").textContent = ` ${label}`;
  if (missing || question.classList.contains("wrong")) found.className = "wrong";
  else if (!answer) found.className = "unanswered";
  return found;
};

const fillIn = () => {
  for (const old of list.querySelectorAll("div")) old.remove();
  list.append(...[...form.querySelectorAll("[data-driver]:not([hidden])")].map(row));
};

// What stands around the step that is shown: where it is, and where it leads.
const draw = () => {
  const steps = asked();
  for (const step of all) {
    step.hidden = narrow.matches && step !== current;
    const head = step.querySelector(".step-of");
    head.hidden = !narrow.matches;
    const place = form.dataset.steps.replace("##", steps.length).replace("#", steps.indexOf(step) + 1);
    const saidBelow = step.querySelector(".same:first-of-type") && !step.querySelector("section ~ section");
    head.querySelector("bdi").textContent = saidBelow ? place : `${place}: ${step.dataset.heading}`;
    const back = before(step);
    head.querySelector("a").hidden = !back;
    if (back) head.querySelector("a").href = `#${back.id}`;
  }
  const last = current === check;
  document.documentElement.classList.toggle("stepped", narrow.matches);
  document.documentElement.classList.toggle("first-step", current === steps[0]);
  next.hidden = !narrow.matches || last;
  next.textContent = checked ? next.dataset.return : goOn;
  show.hidden = narrow.matches && !last && !form.matches(".changing");
  check.querySelector(".last-look").hidden = !narrow.matches;
  for (const more of check.querySelectorAll("details")) more.open = !narrow.matches;
  if (last) fillIn();
};

const open = (step) => {
  current = step;
  checked = step === check || (checked && inAddress()?.matches("[data-driver]"));
  draw();
};

// Opens what the address names, and brings it into view.
const follow = () => {
  const target = inAddress();
  const step = target?.closest(".step");
  if (!step || !isAsked(step)) return open(asked()[0]);
  open(step);
  if (!narrow.matches && target === step) return step.scrollIntoView();
  if (target !== step) {
    target.scrollIntoView();
    (target.matches("input") ? target : target.querySelector("input:checked, input, [tabindex]"))?.focus();
    return;
  }
  window.scrollTo(0, 0);
  step.querySelector(".step-of").focus({ preventScroll: true });
};

const forward = (from) => {
  const step = checked && from !== check ? check : after(from);
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
form.addEventListener("live", draw);
window.addEventListener("hashchange", follow);
window.addEventListener("pageshow", draw);
narrow.addEventListener("change", draw);

const wrong = form.querySelector(".wrong")?.closest(".step");
if (inAddress()?.closest(".step")) follow();
else open(wrong ?? asked()[0]);
