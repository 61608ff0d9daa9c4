// What is wrong is read first: the summary of it has the focus when the page comes.

document.querySelector(".error-summary")?.focus();
