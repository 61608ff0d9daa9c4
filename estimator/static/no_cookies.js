// Says at the first step already that the browser accepts no cookies, without which the last button cannot be taken.

const note = document.querySelector(".no-cookies");
if (!navigator.cookieEnabled) note.hidden = false;
