// Keeps a region of a page fresh: <div data-live="3"> is replaced every 3 seconds by the same region of the same page,
// until the server sends it without a number. Rests while nobody looks; without it the page refreshes as a whole.

const region = () => document.querySelector("[data-live]");

async function refresh() {
  const seconds = Number(region()?.dataset.live);
  if (!seconds) return;
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
        if (!fresh) return;
        if (!fresh.dataset.live) return location.reload(); // it is over: the buttons outside the region change too
        region().replaceWith(fresh);
      }
    } catch {
      // the line is down for a moment; the next round tries again
    }
  }
  setTimeout(refresh, seconds * 1000);
}

setTimeout(refresh, 3000);
