import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** Ends the connection of a request with a reset. TLS has none of its own, so there it is closed. */
export function resetConnection(response: ServerResponse): void {
  const { socket } = response
  if (socket instanceof Socket && !(socket instanceof TLSSocket)) socket.resetAndDestroy()
  else response.destroy()
}

/** Ends the connection of a request when what was written is out. */
export function endConnection(response: ServerResponse): void {
  const { socket } = response
  if (socket instanceof Socket) socket.destroySoon()
  else response.destroy()
}
