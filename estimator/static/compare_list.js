// Adds the estimates that were made for a comparison to those that this browser lists, once. Works as well without.
try {
  if (!sessionStorage[location.pathname]) {
    const list = JSON.parse(localStorage.getItem("estimates") ?? "[]");
    for (const { pathname: link, dataset } of document.querySelectorAll("a[data-total]")) {
      if (!list.some((other) => other.link === link)) list.unshift({ ...dataset, link, day: Date.now() });
    }
    localStorage.estimates = JSON.stringify(list);
    sessionStorage[location.pathname] = "listed";
  }
} catch {
  // This browser keeps nothing for us.
}
