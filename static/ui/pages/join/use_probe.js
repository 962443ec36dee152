/** The network test of this page, run once and again when asked for. */
import { useEffect, useRef, useState } from "../../../vendor/preact.js";
import { probeNetwork } from "./probe.js";

/** @typedef {import("./probe.js").ProbeVerdict} ProbeVerdict */

/** @param {import("./visit.js").Visit} visit @param {string} sessionId */
export function useProbe(visit, sessionId) {
  const [verdict, setVerdict] = useState(/** @type {ProbeVerdict | null} */ (null));
  const [run, setRun] = useState(0);
  const running = useRef(/** @type {Promise<ProbeVerdict> | null} */ (null));
  useEffect(() => {
    let current = true;
    setVerdict(null);
    running.current = probeNetwork(sessionId, () => visit.relay?.servers ?? []);
    void running.current.then((found) => current && setVerdict(found));
    return () => { current = false; };
  }, [sessionId, run]);
  return { verdict, running, again: () => setRun(run + 1) };
}
