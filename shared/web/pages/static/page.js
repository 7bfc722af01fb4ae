// Enhancements for every page; each works on what is there and does nothing without it.
const all = (selector, root = document) => root.querySelectorAll(selector);

// After a refused form the summary of errors comes first, for eyes and for screen readers.
document.querySelector("[data-focus]")?.focus();

// A menu closes on Escape and on a click beside it.
addEventListener("click", (event) => {
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of all("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A section marked as the body of a dialog becomes one; its opener opens it.
for (const section of all("[data-dialog-body]")) {
  const dialog = document.createElement("dialog");
  dialog.append(...section.childNodes);
  dialog.className = "flow";
  dialog.setAttribute("aria-labelledby", section.getAttribute("aria-labelledby"));
  section.replaceWith(dialog);
  dialog.id = section.id;
  for (const close of all("[data-close]", dialog)) close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  if (location.hash === `#${dialog.id}`) dialog.showModal();
}
for (const opener of all("[data-dialog]")) {
  opener.setAttribute("role", "button");
  opener.setAttribute("aria-haspopup", "dialog");
  const open = (event) => {
    event.preventDefault();
    document.getElementById(opener.dataset.dialog)?.showModal();
  };
  opener.addEventListener("click", open);
  opener.addEventListener("keydown", (event) => event.key === " " && open(event));
}

// Say something in passing.
const say = (text) => {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.setAttribute("role", "status");
  document.body.append(toast);
  toast.textContent = text;
  setTimeout(() => toast.remove(), 4000);
};

for (const button of all("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    say(button.dataset.done);
  });
}

// How much is written, beside how much may be: code points, as the server counts them, a line's end as one.
for (const told of all("[data-written]")) {
  const field = document.getElementById(told.dataset.written);
  const count = () => {
    const written = [...field.value].length;
    told.hidden = !written;
    told.textContent = told.dataset.text.replace("#", written.toLocaleString(document.documentElement.lang));
    told.classList.toggle("over", written > Number(told.dataset.limit));
  };
  field?.addEventListener("input", count);
  if (field) count();
}
// Whoever signs out leaves nothing behind that was kept for reading without a connection.
addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("leaving" in form.dataset) || !("caches" in window) || form.dataset.left) return;
  event.preventDefault();
  form.dataset.left = "yes";
  const forgotten = caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))));
  await Promise.race([forgotten, new Promise((done) => setTimeout(done, 1000))]).catch(() => {});
  form.requestSubmit();
});

// A form goes once, however often the button is pressed on a slow line.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of all("form[data-sent]")) delete form.dataset.sent;
});

// Leaving with unsaved words asks first, where the form wants it.
for (const form of all("form[data-keep]")) {
  let touched = Boolean(document.querySelector("[data-unsent]"));
  form.addEventListener("input", () => (touched = true));
  form.addEventListener("submit", () => (touched = false));
  addEventListener("beforeunload", (event) => touched && event.preventDefault());
}
