// A camera, a microphone and a screen that carry the time, in place of the browser's: every picture shows the moment it was drawn, and
// a tone begins at each half second of the machine's clock. Whoever decodes them knows when each picture and tone left its page, also
// where two browsers sent them, and however busy the machine was.
(() => {
  const BITS = 16; // bars, black or white: 15 bits of milliseconds, and one that makes the number of white bars odd
  const PICTURE_MS = 100;
  const TONE_EVERY_MS = 500;
  const TONE_MS = 60;
  const [WIDTH, HEIGHT] = [320, 180];
  const BARS = 2 / 3; // of the height; below it something changes all the time, as in the picture of any camera
  const GRAIN = 10; // pixels: some 150 kbit/s, more than a link is taken for a full one with

  function draw(paint, at) {
    const time = at % 2 ** (BITS - 1);
    let odd = 1;
    for (let rest = time; rest; rest >>= 1) odd ^= rest & 1;
    const bits = time * 2 + odd;
    const bar = paint.canvas.width / BITS;
    for (let place = 0; place < BITS; place += 1) {
      paint.fillStyle = (bits >> (BITS - 1 - place)) & 1 ? "white" : "black";
      paint.fillRect(place * bar, 0, bar, paint.canvas.height * BARS);
    }
    for (let x = 0; x < paint.canvas.width; x += GRAIN) {
      for (let y = paint.canvas.height * BARS; y < paint.canvas.height; y += GRAIN) {
        paint.fillStyle = `hsl(0 0% ${Math.random() * 100}%)`;
        paint.fillRect(x, y, GRAIN, GRAIN);
      }
    }
  }

  /** Pictures at whole tenths of a second. */
  function camera() {
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
    const paint = canvas.getContext("2d");
    draw(paint, Date.now());
    const [track] = canvas.captureStream().getVideoTracks();
    const next = () => {
      if (track.readyState === "ended") return;
      draw(paint, Date.now());
      setTimeout(next, PICTURE_MS - (Date.now() % PICTURE_MS));
    };
    next();
    return track;
  }

  /** Tones at whole half seconds: the browser's own steady tone, let through for as long. */
  async function microphone() {
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }; // a steady tone is noise
    const [track] = (await open({ audio: plain })).getAudioTracks();
    const { set } = Object.getOwnPropertyDescriptor(MediaStreamTrack.prototype, "enabled");
    let wished = true; // by the page under test: its own switch for the microphone
    Object.defineProperty(track, "enabled", { get: () => wished, set: (on) => { wished = on; } });
    const next = () => {
      if (track.readyState === "ended") return;
      const at = Date.now() % TONE_EVERY_MS;
      set.call(track, wished && at < TONE_MS);
      setTimeout(next, (at < TONE_MS ? TONE_MS : TONE_EVERY_MS) - at);
    };
    next();
    return track;
  }

  if (!navigator.mediaDevices) return;
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async ({ audio, video }) => new MediaStream([...(audio ? [await microphone()] : []), ...(video ? [camera()] : [])]);
  navigator.mediaDevices.getDisplayMedia = async () => new MediaStream([camera()]);
})();
