/** Browsers inside other apps (mail, social networks) and very old ones: they open links, but often get no camera. */

/** Marks of in-app browsers in the user agent; "wv" is Android's WebView. */
const IN_APP = /\b(FBAN|FBAV|FB_IAB|Instagram|Line\/|MicroMessenger|Snapchat|musical_ly|BytedanceWebview|TikTok|Twitter|LinkedInApp|GSA\/|Pinterest|KAKAOTALK|DuckDuckGo-App)|; wv\)/;

/**
 * @param {{userAgent: string, hasPeerConnection: boolean, hasMedia: boolean}} browser
 * @returns {"in_app" | "old" | null}
 */
export function browserTrouble({ userAgent, hasPeerConnection, hasMedia }) {
  if (IN_APP.test(userAgent)) return "in_app";
  return hasPeerConnection && hasMedia ? null : "old";
}

/** The same for the browser this runs in. */
export function troubleOfThisBrowser() {
  return browserTrouble({
    userAgent: navigator.userAgent,
    hasPeerConnection: typeof RTCPeerConnection === "function",
    hasMedia: Boolean(navigator.mediaDevices?.getUserMedia),
  });
}
