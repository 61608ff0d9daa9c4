// Lists a new estimate, or removes a deleted one.
try {
  const [, link, more] = location.pathname.match(/^(\/e\/[^/]+)(.*)/);
  const { estimate, estimates = "[]", answers = "{}" } = { ...localStorage, ...sessionStorage };
  if (estimate || more) {
    const list = JSON.parse(estimates).filter((other) => other.link !== link);
    if (!more) {
      const made = JSON.parse(estimate);
      const { [made.list]: done, ...others } = JSON.parse(answers);
      const shown = document.querySelector(".total-about");
      const { plan, reference } = document.querySelector("[data-plan]").dataset;
      list.unshift({ ...made, link, plan, reference, total: shown.dataset.said ?? shown.innerText });
      localStorage.answers = JSON.stringify(others);
    }
    localStorage.estimates = JSON.stringify(list);
    delete sessionStorage.estimate;
  }
} catch {}
