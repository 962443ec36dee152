/** What the page of a waiting person owes it: the screen stays on, staff learn when the page sleeps, the door's tone is heard. */
import { useEffect, useRef, useState } from "../../../vendor/preact.js";
import { watchPage } from "../../../core/page_visibility.js";
import { playSound, silence } from "../../../core/sounds.js";
import { ScreenWakeLock } from "../../../core/wakelock.js";
import { renewAhead } from "./ahead.js";

/** @typedef {import("./visit.js").Visit} Visit */
/** @typedef {import("./media.js").JoinMedia} JoinMedia */

const wakeLock = new ScreenWakeLock();

/** Tells the server when the page goes out of sight and comes back, and looks again at network and devices. @param {Visit} visit @param {JoinMedia} media */
function useSight(visit, media) {
  useEffect(() => {
    const again = () => {
      visit.link?.renew();
      renewAhead();
    };
    const connection = /** @type {{connection?: EventTarget}} */ (navigator).connection;
    return watchPage({
      onVisible: (visible) => {
        if (visible) {
          wakeLock.visible();
          media.devices.revive();
        }
        if (visit.view.value.name === "waiting") void visit.link?.command("visibility", { hidden: !visible }).catch(() => {});
      },
      onNetwork: again,
      onWake: again,
    }, { document, window, connection });
  }, []);
}

/** The screen stays on while waiting and in the call; whether it does is told to the person. @param {Visit} visit */
function useAwake(visit) {
  const [awake, setAwake] = useState(false);
  const name = visit.view.value.name;
  const wanted = name === "waiting" || name === "call";
  useEffect(() => {
    if (!wanted) {
      wakeLock.unwant();
      setAwake(false);
      return;
    }
    void wakeLock.want().then(() => setAwake(wakeLock.state === "held"));
  }, [wanted]);
  return awake;
}

/** The tone that the door has opened, for those who looked away. @param {Visit} visit */
function useAdmittedSound(visit) {
  const before = useRef("");
  const name = visit.view.value.name;
  silence.on = Boolean(visit.call.value?.you.silent);
  useEffect(() => {
    if (before.current === "waiting" && name === "call") playSound("admitted");
    before.current = name;
  }, [name]);
}

/**
 * @param {Visit} visit
 * @param {JoinMedia} media
 * @returns {boolean} whether the screen is kept on
 */
export function usePageLife(visit, media) {
  useSight(visit, media);
  useAdmittedSound(visit);
  useEffect(() => {
    if (visit.view.value.name === "goodbye") media.stop();
  }, [visit.view.value.name]);
  return useAwake(visit);
}
