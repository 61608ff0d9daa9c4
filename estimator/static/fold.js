// What is closed opens for whoever goes to its address, and for print. Browsers that know how need no script for either.

const shut = [];

function reveal() {
  const target = document.getElementById(location.hash.slice(1));
  let within = target?.closest("details");
  if (!within || within.open) return;
  for (; within; within = within.parentElement.closest("details")) within.open = true;
  target.scrollIntoView();
}

addEventListener("hashchange", reveal);
reveal();

addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("main details:not([open])")) {
    details.open = true;
    shut.push(details);
  }
});
addEventListener("afterprint", () => {
  for (const details of shut.splice(0)) details.open = false;
});

// The phone's own way to pass something on.
for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.share({ title: button.dataset.title, url: document.getElementById("link").value });
    } catch {
      // Somebody who closes the sheet shares nothing, which is no fault.
    }
  });
}
