// Lists an estimate that was just made and removes its answers, or takes a deleted one off the list.

try {
  const read = (store, key, none) => JSON.parse(store.getItem(key)) ?? none;
  const [link, more] = location.pathname.match(/^(\/e\/[^/]+)(.*)/).slice(1);
  const made = more ? null : read(sessionStorage, "estimate", null);
  const list = read(localStorage, "estimates", []).filter((other) => other.link !== link || !(made || more));
  if (made) {
    list.unshift({ ...made, link });
    const answers = read(localStorage, "answers", {});
    delete answers[made.list];
    localStorage.answers = JSON.stringify(answers);
    sessionStorage.removeItem("estimate");
  }
  localStorage.estimates = JSON.stringify(list.slice(0, 20));
} catch {
  // Nothing is kept here.
}
