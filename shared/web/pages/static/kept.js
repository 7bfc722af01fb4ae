// Keeps parts of works on this device for reading without a line, and tells at which page somebody is.
const PREFIX = "kept:";
const LIST = "/materials/kept";
const RECORD = `${LIST}?record`;
const AGAIN = 30_000;
const able = "serviceWorker" in navigator && "caches" in window;

const recordOf = async (name) => (await (await caches.open(name)).match(RECORD))?.json();
const drawnWith = () =>
  [...document.querySelectorAll("link[rel~=stylesheet], link[rel~=icon], script[src]")].map((one) => one.href || one.src);

class Refused extends Error {}

const fetched = async (address) => {
  const came = await fetch(address);
  if (!came.ok || came.redirected) throw new Refused(address);
  return came;
};

const keepAll = async (box, what, told) => {
  const part = await (await fetched(box.dataset.keep)).json();
  const cache = await caches.open(PREFIX + part.address);
  const files = [...drawnWith(), LIST, ...part.text, ...(what === "pages" ? part.pages : [])];
  for (const [done, file] of files.entries()) {
    told(box.dataset.keeping.replace("#", done + 1).replace("@", files.length));
    if (!(await cache.match(file))) await cache.put(file, await fetched(file));
  }
  await cache.put(RECORD, Response.json(part));
};

const box = able && document.querySelector("[data-keep]");
if (box) {
  const said = box.querySelector("[data-said]");
  const forget = box.querySelector("[data-forget]");
  const name = PREFIX + box.dataset.part;
  const told = (words) => (said.textContent = words);
  const show = async () => {
    forget.hidden = !(await caches.has(name)) || !(await recordOf(name));
    if (!forget.hidden) told(box.dataset.kept);
  };
  const keep = async (what) => {
    try {
      await navigator.serviceWorker.register("/materials/worker.js", { scope: "/materials" });
      await navigator.serviceWorker.ready;
      await keepAll(box, what, told);
      await show();
    } catch (trouble) {
      const refused = trouble instanceof Refused || trouble.name === "QuotaExceededError";
      told(refused ? box.dataset.refused : box.dataset.broken);
      if (!refused) setTimeout(() => keep(what), navigator.onLine ? AGAIN : AGAIN / 10);
    }
  };
  for (const button of box.querySelectorAll("[data-what]")) button.addEventListener("click", () => keep(button.dataset.what));
  forget.addEventListener("click", async () => {
    await caches.delete(name);
    told(box.dataset.forgotten);
    forget.hidden = true;
  });
  box.hidden = false;
  show();
}

const list = able && document.querySelector("[data-kept-list]");
if (list) {
  for (const name of await caches.keys()) {
    const part = name.startsWith(PREFIX) && (await recordOf(name));
    if (!part) continue;
    const line = document.querySelector("[data-kept-line]").content.firstElementChild.cloneNode(true);
    const link = line.querySelector("a");
    link.href = part.address;
    link.lang = part.language;
    link.dir = "auto";
    link.textContent = [part.work, part.title || `${part.first}–${part.last}`].join(" · ");
    line.querySelector("button").addEventListener("click", async () => {
      await caches.delete(name);
      line.remove();
    });
    list.append(line);
  }
  document.querySelector("[data-kept-none]").hidden = list.children.length > 0;
}

const place = document.querySelector("form[data-place]");
if (place) {
  const waits = `place ${place.action}`;
  const tell = async (page) => {
    const body = new FormData(place);
    body.set("page", page);
    try {
      await fetch(place.action, { method: "POST", body });
      localStorage.removeItem(waits);
    } catch {
      localStorage.setItem(waits, page);
    }
  };
  const tellWhatWaits = () => localStorage.getItem(waits) && tell(localStorage.getItem(waits));
  let timer;
  const watch = new IntersectionObserver(
    (marks) => {
      const seen = marks.filter((mark) => mark.isIntersecting).at(-1);
      if (!seen) return;
      clearTimeout(timer);
      timer = setTimeout(() => tell(seen.target.dataset.page), 1500);
    },
    { rootMargin: "0px 0px -60% 0px" },
  );
  for (const mark of document.querySelectorAll("[data-page]")) watch.observe(mark);
  addEventListener("online", tellWhatWaits);
  if (navigator.onLine) tellWhatWaits();
}
