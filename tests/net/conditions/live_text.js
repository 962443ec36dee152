// Real-time text in a page of seat.js: `textBook.type(letters, spacing)` types and returns when each letter was typed, `textBook.seen`
// has when as many letters of the other side's line were there first. Milliseconds since the epoch: one machine, one clock.
async () => {
  const { effect } = await import("/static/vendor/preact.js");
  const { session } = window.seat;
  const text = await session.openText(false);
  text.choose(true);
  const book = {
    seen: [],
    longest: "",
    async type(letters, spacing) {
      const typed = [];
      for (const letter of letters) {
        session.chat.draft.value += letter;
        typed.push(Date.now());
        await new Promise((done) => setTimeout(done, spacing * (0.5 + Math.random())));
      }
      return typed;
    },
    send() {
      session.chat.send(session.chat.draft.value);
      session.chat.draft.value = "";
    },
    begin() {
      book.seen = [];
      book.longest = "";
    },
    said: () => session.state.value.chat.map((one) => one.body),
  };
  effect(() => {
    const now = Date.now();
    for (const line of text.lines.value) {
      if (!line.text.startsWith(book.longest)) continue;
      book.longest = line.text;
      while (book.seen.length < line.text.length) book.seen.push(now);
    }
  });
  window.textBook = book;
}
