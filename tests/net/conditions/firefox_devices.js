// Replaces getUserMedia: a moving picture at 20 a second from a canvas, and the given sound in a loop.
// A function of [width, height] and a wav file in base64.
([WIDTH, HEIGHT], sound) => {
  const PER_SECOND = 20;
  const picture = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
    const paint = canvas.getContext("2d");
    const noise = paint.createImageData(WIDTH, HEIGHT);
    for (let at = 0; at < noise.data.length; at += 4) noise.data.fill(100 + Math.random() * 40, at, at + 3).fill(255, at + 3, at + 4);
    const grain = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
    grain.getContext("2d").putImageData(noise, 0, 0);
    let number = 0;
    setInterval(() => {
      number += 1;
      paint.globalAlpha = 1;
      paint.fillStyle = `hsl(${number % 360} 40% 45%)`;
      paint.fillRect(0, 0, WIDTH, HEIGHT);
      for (let shape = 0; shape < 8; shape += 1) {
        paint.fillStyle = `hsl(${shape * 45} 70% 50%)`;
        const [x, y] = [WIDTH * (0.5 + 0.45 * Math.sin(number / 17 + shape)), HEIGHT * (0.5 + 0.45 * Math.cos(number / 23 + 2 * shape))];
        paint.beginPath();
        paint.arc(x, y, 30 + 5 * shape, 0, 7);
        paint.fill();
      }
      paint.globalAlpha = 0.25;
      paint.drawImage(grain, (number * 7) % 16 - 8, (number * 5) % 16 - 8);
    }, 1000 / PER_SECOND);
    return canvas.captureStream().getVideoTracks()[0];
  };
  // Not by WebAudio: its clock is the sound card's, and where there is none it stands still.
  const speech = async () => {
    const bytes = Uint8Array.from(atob(sound), (one) => one.charCodeAt(0));
    const element = Object.assign(document.createElement("audio"), { loop: true, src: URL.createObjectURL(new Blob([bytes], { type: "audio/wav" })) });
    document.body.append(element);
    await element.play();
    return element.mozCaptureStream().getAudioTracks()[0];
  };
  navigator.mediaDevices.getUserMedia = async (wanted) => new MediaStream([wanted.audio && await speech(), wanted.video && picture()].filter(Boolean));
}
