// What others do, as it happens: the subscription `events`, and while no stream can be had, the feed of the same events.
// Both go on after the last sequence that was seen, so that nothing is lost in between.

import {graphql, subscribe} from './api.js'

const SILENCE = 40_000 // milliseconds; the server writes a heartbeat each 15 s
const LONGEST_PAUSE = 30_000
const HIDDEN_FOR = 10_000 // then the stream is given up until the page is looked at again: a viewer has 5 at most

/** @typedef {{sequence: number, kind: string, at: string, actor: string, summary: string, order: any}} Event */
/** @typedef {'LIVE' | 'FEED' | 'LOST'} State FEED: no stream, but the feed is read every half minute. */

/** @type {Set<(event: Event | undefined) => void>} */
const listeners = new Set()

/** Calls `listener` for each event, and with undefined when everything must be read again. Returns how to stop. */
export function listen(listener) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Where the last viewer of this page has read to. */
let last = {viewer: '', sequence: 0}

const tell = event => listeners.forEach(each => each(event))

/** The number of the last event; undefined for those who may not read them. */
export async function head() {
  try {
    return (await graphql('EventsHead')).events.headSequence
  } catch (error) {
    if (error.isSignedOut) throw error
    return undefined
  }
}

/**
 * Follows the events until it is stopped.
 * @param {{viewer: string, from: number, onState: (state: State) => void, onSignedOut: (error: Error) => void}} options
 *   `from`: the last sequence that the views on the page know.
 * @returns {() => void} to stop
 */
export function follow({viewer, from, onState, onSignedOut}) {
  // After a sign-in at an ended session the views are still those of before.
  let after = last.viewer === viewer ? last.sequence : from
  let failures = 0
  let isStopped = false
  let stream = new AbortController()
  let wake = () => {}

  const reached = sequence => {
    after = sequence
    last = {viewer, sequence}
  }

  const take = event => {
    if (event.sequence <= after) return
    reached(event.sequence)
    tell(event)
  }

  const catchUp = async () => {
    for (;;) {
      const {events} = await graphql('EventsAfter', {after})
      events.nodes.forEach(take)
      reached(Math.max(after, events.lastSequence))
      if (!events.hasMore) return
    }
  }

  const listenOnce = async () => {
    stream = new AbortController()
    let watchdog
    const alive = () => {
      clearTimeout(watchdog)
      watchdog = setTimeout(() => stream.abort(), SILENCE)
    }
    alive()
    try {
      await subscribe('Events', {after}, {
        signal: stream.signal,
        onOpen: () => {
          failures = 0
          onState('LIVE')
        },
        onBytes: alive,
        onData: data => take(data.events),
      })
    } finally {
      clearTimeout(watchdog)
    }
  }

  const pause = milliseconds => new Promise(resolve => {
    const timer = setTimeout(resolve, milliseconds)
    wake = () => {
      clearTimeout(timer)
      resolve(undefined)
    }
  })

  /** Whether to go on. */
  const handle = async error => {
    if (error.isSignedOut) {
      onSignedOut(error)
      return false
    }
    if (error.code !== 'BAD_USER_INPUT') return true
    // The database was restored from a backup: the numbers begin earlier again.
    reached((await head()) ?? 0)
    tell(undefined)
    return true
  }

  const run = async () => {
    while (!isStopped) {
      try {
        await listenOnce()
      } catch (error) {
        if (isStopped || !(await handle(error))) return
      }
      if (isStopped) return
      failures += 1
      try {
        await catchUp()
        if (failures > 1) onState('FEED')
      } catch (error) {
        if (isStopped || !(await handle(error))) return
        onState('LOST')
      }
      while (!isStopped && document.hidden) await pause(LONGEST_PAUSE)
      await pause(Math.min(LONGEST_PAUSE, 1_000 * 2 ** (failures - 1)))
    }
  }

  let hiding
  const looked = () => {
    clearTimeout(hiding)
    if (document.hidden) hiding = setTimeout(() => stream.abort(), HIDDEN_FOR)
    else wake()
  }
  const online = () => wake()
  const offline = () => stream.abort()
  document.addEventListener('visibilitychange', looked)
  addEventListener('online', online)
  addEventListener('offline', offline)
  run()
  return () => {
    isStopped = true
    clearTimeout(hiding)
    document.removeEventListener('visibilitychange', looked)
    removeEventListener('online', online)
    removeEventListener('offline', offline)
    stream.abort()
    wake()
  }
}
