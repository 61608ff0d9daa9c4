// Lists a new estimate, or removes a deleted one.
try {
  const [, link, more] = location.pathname.match(/^(\/e\/[^/]+)(.*)/);
  const { estimate, estimates = "[]", answers = "{}" } = { ...localStorage, ...sessionStorage };
  if (estimate || more) {
    const list = JSON.parse(estimates).filter((other) => other.link !== link);
    if (!more) {
      const made = JSON.parse(estimate);
      const { [made.list]: done, ...others } = JSON.parse(answers);
      list.unshift({ ...made, link, total: document.querySelector(".total-about").innerText });
      localStorage.answers = JSON.stringify(others);
    }
    localStorage.estimates = JSON.stringify(list);
    delete sessionStorage.estimate;
  }
} catch {}
