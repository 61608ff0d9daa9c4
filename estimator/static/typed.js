// Lets Back, Forward and Reload ask for pages instead of sending a form again, and puts back what was typed.
//
// A page that answers a form becomes a page that was asked for by its address. A form with data-typed, the address of
// its page if it is sent elsewhere, keeps what is typed in this tab, and what a page of errors or a last look shows of
// it, until the tab is closed. They are put back after Back and Reload, and with data-returns, unless the form was sent,
// also for somebody who left the page and follows a link to it again. With data-forgets, what was sent is put back no
// more once another page has arrived after it: a message would be sent twice. What has data-again, a field's name, is
// shown where that field was sent with something in it and the answer is gone. Without this file the browser asks whether to send a form again.

const form = document.querySelector("form[data-typed]");
const address = form?.dataset.typed || location.pathname;
const key = `typed:${address}`;
const isAnswer = document.documentElement.hasAttribute("data-answer");
const cameBack = ["reload", "back_forward"].includes(performance.getEntriesByType("navigation")[0]?.type);

// Of a form that did not arrive no page comes but by Back and Reload.
const forgetWhatArrived = () => {
  for (const sent of Object.keys(sessionStorage)) {
    if (sent.endsWith(" sent") && sessionStorage.getItem(sent) === "forgets") sessionStorage.removeItem(sent.slice(0, -5));
  }
};

const save = () => {
  const typed = [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
  sessionStorage.setItem(key, JSON.stringify(typed));
  sessionStorage.removeItem(`${key} sent`);
};

const putBack = () => {
  const typed = JSON.parse(sessionStorage.getItem(key));
  if (!typed) return;
  for (const input of form.elements) {
    if (!input.name || ["submit", "button", "file"].includes(input.type)) continue;
    // so that nothing is kept twice
    if (input.type === "hidden" && input.name !== "submission") continue;
    const mine = typed.filter(([name]) => name === input.name).map(([, value]) => value);
    if (["radio", "checkbox"].includes(input.type)) input.checked = mine.includes(input.value);
    else if (mine.length) input.value = mine[0];
  }
  const again = document.querySelector("[data-again]");
  if (again && typed.some(([name, value]) => name === again.dataset.again && value)) again.hidden = false;
};

if (isAnswer) history.replaceState(null, "", address + location.search + location.hash);
try {
  if (!isAnswer && !cameBack) forgetWhatArrived();
  if (form) {
    if (isAnswer) save();
    else if (cameBack || ("returns" in form.dataset && !sessionStorage.getItem(`${key} sent`))) putBack();
    form.addEventListener("submit", () => sessionStorage.setItem(`${key} sent`, "forgets" in form.dataset ? "forgets" : "yes"));
    form.addEventListener("input", save);
    form.addEventListener("change", save);
  }
} catch {
  // This browser keeps nothing for us.
}
