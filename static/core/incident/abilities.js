// What this camera and this device can do by themselves; all else is asked of the person. Nothing is assumed: each is looked for.

/** @typedef {{torch: boolean, zoom: {least: number, most: number, step: number} | null}} CameraAbilities */
/** Constraints that TypeScript's DOM types do not know. @typedef {MediaTrackConstraints & {advanced: any[]}} Special */

/** @param {MediaStreamTrack | null} track @returns {CameraAbilities} */
export function abilitiesOf(track) {
  /** @type {any} */
  const found = track?.getCapabilities?.() ?? {};
  const range = found.zoom;
  const zooms = range && typeof range.min === "number" && range.max > range.min;
  return { torch: found.torch === true, zoom: zooms ? { least: range.min, most: range.max, step: range.step || 0.1 } : null };
}

/** @param {MediaStreamTrack} track @param {Record<string, unknown>} wish @returns {Promise<boolean>} whether the camera did it */
async function apply(track, wish) {
  try {
    await track.applyConstraints(/** @type {Special} */ ({ advanced: [wish] }));
    return true;
  } catch {
    return false;
  }
}

/** @param {MediaStreamTrack | null} track @param {boolean} on @returns {Promise<boolean>} */
export async function setTorch(track, on) {
  return track && abilitiesOf(track).torch ? apply(track, { torch: on }) : false;
}

/** @param {MediaStreamTrack | null} track @param {number} factor 1: nothing is enlarged @returns {Promise<boolean>} */
export async function setZoom(track, factor) {
  const zoom = abilitiesOf(track).zoom;
  if (!track || !zoom) return false;
  return apply(track, { zoom: Math.min(zoom.most, Math.max(zoom.least, factor)) });
}

/** Whether there is another camera to turn to. @param {Pick<MediaDevices, "enumerateDevices"> | undefined} media */
export async function hasOtherCamera(media = globalThis.navigator?.mediaDevices) {
  const devices = (await media?.enumerateDevices().catch(() => [])) ?? [];
  return devices.filter((one) => one.kind === "videoinput").length > 1;
}

/**
 * Tells how full the battery is, where the device says so (not in Safari and Firefox).
 * @param {(battery: {level: number, charging: boolean}) => void} onChange
 * @returns {() => void} stops telling
 */
export function watchBattery(onChange) {
  const listening = new AbortController();
  /** @type {any} */
  const device = globalThis.navigator;
  const begin = async () => {
    const battery = await device?.getBattery?.();
    if (!battery || listening.signal.aborted) return;
    const tell = () => onChange({ level: battery.level, charging: battery.charging });
    for (const change of ["levelchange", "chargingchange"]) battery.addEventListener(change, tell, { signal: listening.signal });
    tell();
  };
  begin().catch(() => {}); // Refused by the browser's settings.
  return () => listening.abort();
}

/** wifi, cellular, …; "" where the browser does not say. */
export function networkKind() {
  /** @type {any} */
  const device = globalThis.navigator;
  const { type, effectiveType } = device?.connection ?? {};
  return String(type ?? effectiveType ?? "");
}
