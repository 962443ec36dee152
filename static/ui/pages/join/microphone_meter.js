/** Shows that the microphone hears, and tells when it has heard speech. */
import { html, useEffect, useState } from "../../../vendor/preact.js";
import { SPEECH_LEVEL, meterTrack } from "../../../core/audio_level.js";
import { t } from "../../../core/i18n.js";
import { Meter } from "../../components/meter.js";

/** Milliseconds between readings: smooth to the eye, nothing to the processor. */
const READ = 80;

/** @param {{track: MediaStreamTrack, onHeard: () => void}} props */
export function MicrophoneMeter({ track, onHeard }) {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    const meter = meterTrack(track);
    const timer = setInterval(() => {
      const value = meter.read();
      setLevel(value);
      if (value >= SPEECH_LEVEL) onHeard();
    }, READ);
    return () => {
      clearInterval(timer);
      meter.close();
    };
  }, [track]);
  return html`<${Meter} value=${level} label=${t("check.microphone_level")} />`;
}
