// Counts a number of seconds down where the page says <span data-countdown>59</span>; the server decides, this only shows.
const tick = () => {
  for (const place of document.querySelectorAll("[data-countdown]")) {
    const left = Math.max(0, Number(place.dataset.countdown) - 1);
    place.dataset.countdown = left;
    place.textContent = left.toLocaleString(document.documentElement.lang);
  }
};
setInterval(tick, 1000);
