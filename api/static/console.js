// What the console does by itself; without it every page works, only not by itself.

"use strict";

const EVERY = 10_000; // milliseconds between two looks at the list

keepListFresh(document.getElementById("list"), document.getElementById("news"));
offerReadyTexts();
guardAgainstTwoClicks();
document.querySelector("[data-look]")?.focus();

function keepListFresh(list, news) {
  if (!list) return;
  let shown = list.innerHTML.trim();
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(list.dataset.from).catch(() => null);
    if (!answer) return;
    if (answer.redirected) { location.reload(); return; } // signed out meanwhile
    if (!answer.ok) return;
    const fresh = (await answer.text()).trim();
    if (fresh === shown) return;
    const before = newest(list);
    const focused = list.contains(document.activeElement) ? document.activeElement.id : "";
    list.innerHTML = shown = fresh; // rendered by our server, escaped there
    if (focused) document.getElementById(focused)?.focus();
    if (newest(list) > before) news.textContent = `${news.dataset.what ?? "Có phản ánh mới"}, lúc ${new Date().toLocaleTimeString("vi", { hour: "2-digit", minute: "2-digit" })}.`;
  }, Number(list.dataset.every ?? EVERY));
}

function newest(list) {
  return Number(list.firstElementChild?.dataset.newest ?? 0);
}

function offerReadyTexts() {
  for (const ready of document.querySelectorAll("[data-ready]")) {
    ready.hidden = false;
    const select = ready.querySelector("select");
    const into = document.getElementById(select.dataset.into);
    select.addEventListener("change", () => {
      if (!select.value) return;
      into.value = into.value.trim() ? `${into.value.trim()}\n${select.value}` : select.value;
      select.value = "";
      into.focus();
      const blank = into.value.match(/\[[^[\]]*…[^[\]]*\]/);
      if (blank) into.setSelectionRange(blank.index, blank.index + blank[0].length);
    });
  }
}

function guardAgainstTwoClicks() {
  for (const form of document.querySelectorAll('form[method="post"]')) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
  }
  // Back from another page: the form may be sent again.
  addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));
}
