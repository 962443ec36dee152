/** What shows that a call is recorded, and asks about it: loaded when there is something of it to show, before the call and in it. */
import { lazy } from "../components/lazy.js";

const consent = () => import("../pages/join/recording_consent.js");

export const ConsentStep = lazy(async () => (await consent()).ConsentStep);
export const ConsentQuestion = lazy(async () => (await consent()).ConsentQuestion);
export const WaitingConsent = lazy(async () => (await consent()).WaitingConsent);
export const RecordingLayer = lazy(async () => (await import("./recording/layer.js")).RecordingLayer);
export const RecordingMark = lazy(async () => (await import("./recording/mark.js")).RecordingMark);
