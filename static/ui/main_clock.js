/** Entry of /clock: the time, and nothing that tells where one comes from. */

function show() {
  const now = new Date();
  const time = now.toLocaleTimeString(navigator.language, { hour: "2-digit", minute: "2-digit" });
  const date = now.toLocaleDateString(navigator.language, { weekday: "long", day: "numeric", month: "long" });
  document.title = time;
  for (const [id, text] of [["time", time], ["date", date]]) {
    const place = document.getElementById(id ?? "");
    if (place) place.textContent = text ?? "";
  }
}

show();
setInterval(show, 1_000);
