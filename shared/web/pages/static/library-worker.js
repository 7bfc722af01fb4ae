// Answers from what somebody chose to keep when the line does not, or not soon. All else goes its usual way.
const PREFIX = "kept:";
const LIST = "/materials/kept";
const SOON = 4000;
const GONE = [403, 404, 410];
const HOW = { ignoreVary: true };

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The part that keeps a request, and the answer kept for it.
const find = async (request) => {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX)) continue;
    const kept = await (await caches.open(name)).match(request, HOW);
    if (kept) return { name, kept };
  }
  return null;
};

// What may not be opened any more is not kept any longer; what came anew is kept instead.
const renew = async (name, request, fresh) => {
  if (GONE.includes(fresh.status)) await caches.delete(name);
  else if (fresh.ok && !fresh.redirected) await (await caches.open(name)).put(request, fresh);
};

const late = () => new Promise((_done, fail) => setTimeout(() => fail(new Error("late")), SOON));

const answer = async (event) => {
  const { request } = event;
  const found = await find(request);
  const turned = request.mode === "navigate";
  if (found && !turned) return found.kept; // pictures, styles and scripts carry their content's name
  if (!found && !turned) return fetch(request);
  const coming = fetch(request);
  if (found) event.waitUntil(coming.then((fresh) => renew(found.name, request, fresh.clone())).catch(() => {}));
  try {
    return await (found ? Promise.race([coming, late()]) : coming);
  } catch (trouble) {
    const instead = found?.kept ?? (await find(new Request(LIST)))?.kept;
    if (instead) return instead;
    throw trouble;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && new URL(request.url).origin === location.origin) event.respondWith(answer(event));
});
