import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'

/** Bytes of one connection that are parsed in one turn of the event loop: the usual request fits in. */
const SLICE_BYTES = 2_048
/** The same once there was more than one request in a slice: room for a few of the smallest that there can be. */
const SMALL_SLICE_BYTES = 256
/** Nothing more of a connection is parsed while so many of its requests wait for a reply, or its replies for their reader. */
const MAX_IN_HAND = 16

const intakes = new WeakMap<Socket, Intake>()

/**
 * Bounds what each connection of a server has in hand. Left to itself, the parser of Node takes 64 KB at a time, which can be a
 * thousand small requests, and takes more before any of them is answered; so a few connections could keep all others waiting.
 */
export function boundIntake(server: Server): void {
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    intakes.set(socket, new Intake(socket))
  })
}

/** Takes note that a connection has a request in hand, until its reply is out; to be called for every request. */
export function noteInHand({ socket }: IncomingMessage, reply: ServerResponse): void {
  intakes.get(socket)?.begin(reply)
}

const NONE: ReadonlySet<ServerResponse> = new Set()

/** The replies that a connection waits for, or that were not taken to their end, in order. */
export function inHandOf(socket: Socket): ReadonlySet<ServerResponse> {
  return intakes.get(socket)?.inHand ?? NONE
}

/** From now on what comes in over the connection is thrown away, because nothing behind an error can be understood. */
export function stopParsing(socket: Socket): void {
  intakes.get(socket)?.stop()
}

/**
 * Stands between a socket and the parser. It takes over the socket's `push` and `_read`, and holds back what may not be parsed
 * yet; while it holds anything, the socket is not read. A stream around the socket would do the same, but requests would no
 * longer come with the socket that they came by.
 */
class Intake {
  readonly inHand = new Set<ServerResponse>()
  readonly #socket: Socket
  readonly #push: Socket['push']
  readonly #read: Socket['_read']
  /** What was read and not parsed, in order; `null` is the end. At most what one look at the socket gives. */
  #held: (Uint8Array | null)[] = []
  /** Requests of the newest slice. The first slice is a small one: many connections may begin in one turn. */
  #begun = 2
  #isScheduled = false
  #isStopped = false

  constructor(socket: Socket) {
    this.#socket = socket
    this.#push = socket.push.bind(socket)
    this.#read = socket._read.bind(socket)
    socket.push = chunk => this.#take(chunk)
    socket._read = size => {
      if (this.#held.length === 0) this.#read(size)
    }
    // With a listener the bytes come this way: without one the parser reads them from the handle, past `push`.
    socket.on('data', () => this.feedSoon())
  }

  begin(reply: ServerResponse): void {
    this.#begun += 1
    this.inHand.add(reply)
    reply.once('close', () => {
      this.inHand.delete(reply)
      this.feedSoon()
    })
  }

  /** Gives the parser the next slice in the next turn of the event loop, so that every connection has its turn. */
  feedSoon(): void {
    if (this.#isScheduled || this.#held.length === 0) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#feed()
    })
  }

  stop(): void {
    this.#isStopped = true
    const isAtEnd = this.#held.at(-1) === null
    this.#held = []
    if (isAtEnd) this.#push(null)
    else this.#read(0)
  }

  /** Answers, as `push` does, whether the socket is to be read on. */
  #take(chunk: Uint8Array | null): boolean {
    if (this.#isStopped) return chunk === null ? this.#push(null) : true
    this.#held.push(chunk)
    const isWanted = this.#feed()
    return isWanted && this.#held.length === 0
  }

  /** Answers, as `push` does, whether more is wanted. */
  #feed(): boolean {
    const chunk = this.#held[0]
    if (chunk === undefined || !this.#isReady()) return false
    const size = this.#begun > 1 ? SMALL_SLICE_BYTES : SLICE_BYTES
    this.#begun = 0
    if (chunk && chunk.length > size) this.#held[0] = chunk.subarray(size)
    else this.#held.shift()
    return this.#push(chunk === null ? null : chunk.subarray(0, size))
  }

  #isReady(): boolean {
    return this.inHand.size < MAX_IN_HAND && this.#socket.readableLength === 0
  }
}
