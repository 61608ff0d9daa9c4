// Puts the estimate that was just made on the list of this browser, and removes the answers that led to it; and takes
// an estimate that is deleted off the list. See kept_answers.js and kept_list.js.

try {
  const path = location.pathname.match(/^\/e\/[^/]+/)?.[0];
  const others = JSON.parse(localStorage.getItem("estimates") ?? "[]").filter(({ link }) => link !== path);
  const made = JSON.parse(sessionStorage.getItem("estimate") ?? "null");
  if (location.pathname !== path) {
    localStorage.setItem("estimates", JSON.stringify(others));
  } else if (made) {
    sessionStorage.removeItem("estimate");
    const { [made.list]: gone, ...answers } = JSON.parse(localStorage.getItem("answers") ?? "{}");
    localStorage.setItem("answers", JSON.stringify(answers));
    localStorage.setItem("estimates", JSON.stringify([{ ...made, link: path }, ...others].slice(0, 20)));
  }
} catch {
  // This browser keeps nothing for us.
}
