// What .ci/vendor.mjs bundles into vendor/socket.io.js.
export { io } from "socket.io-client";
export type { Socket } from "socket.io-client";
