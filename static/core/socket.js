// Opens one Socket.IO connection the way `Signal` wants it: a namespace, one try, WebSocket first and polling behind proxies that block it.
import { io } from "../vendor/socket.io.js";

/**
 * @param {"/call" | "/staff"} namespace
 * @param {import("./signal.js").ConnectPayload} payload
 * @returns {import("./signal.js").SocketLike}
 */
export function connectSocket(namespace, payload) {
  return io(namespace, {
    path: "/socket.io/",
    auth: payload,
    forceNew: true,
    reconnection: false,
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    timeout: 6_000,
  });
}
