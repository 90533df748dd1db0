// Single keys that act: to the search, through rows, to another screen. Never while somebody types, and not in a dialog.

import {useEffect, useRef} from '../vendor/htm-preact-3.1.1.module.js'
import {go} from './parts.js'

const OFF = 'order-management:shortcuts-off'
const SECOND_KEY = 1_500 // milliseconds to wait for the key after `g`

/** Whether keys act. People who speak to their computer switch them off, as a spoken word is many keys. */
export const shortcuts = {
  get areOn() { return localStorage.getItem(OFF) === null },
  set areOn(value) { value ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, '') },
}

// The key after `g`, by screen.
export const SCREEN_KEYS = {'': 'o', buyers: 'b', analytics: 'a', history: 'h', settings: 's', carts: 'c'}

/** Whether the keys belong to what has the focus: a field, an open menu or a dialog. Ticking a row is no typing. */
function isTaken(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return true
  const focused = event.target instanceof Element ? event.target : document.body
  return Boolean(document.querySelector('dialog[open]')
    || focused.closest('input:not([type=checkbox]), textarea, select, [contenteditable], .menu'))
}

/**
 * Calls `press`, as it was rendered last, with each key that is for the page.
 * @param {(key: string) => unknown} press whether it did something
 */
export function useKeys(press) {
  const latest = useRef(press)
  latest.current = press
  useEffect(() => {
    const handle = event => {
      if (shortcuts.areOn && !isTaken(event) && latest.current(event.key)) event.preventDefault()
    }
    addEventListener('keydown', handle)
    return () => removeEventListener('keydown', handle)
  }, [])
}

let goesUntil = 0 // milliseconds: until then, the next key is one of SCREEN_KEYS

/**
 * The keys of all screens.
 * @param {{menu: string[][], help: () => void}} options `menu`: the viewer's screens, by name
 */
export function keys({menu, help}) {
  return key => {
    if (Date.now() < goesUntil) {
      goesUntil = 0
      const screen = ['', ...menu.map(([name]) => name)].find(name => SCREEN_KEYS[name] === key)
      if (screen !== undefined) go(`/console${screen && `/${screen}`}`)
      return screen !== undefined
    }
    if (key === 'g') goesUntil = Date.now() + SECOND_KEY
    else if (key === '?') help()
    else if (key === 'j' || key === 'k') return toRow(key === 'j' ? 1 : -1)
    else if (key === 'x') return tick()
    else return false
    return true
  }
}

/** Focuses the link or button of the next row, or of the one before; at first that of the first. */
function toRow(step) {
  const rows = [...document.querySelectorAll('main tbody tr')].filter(each => each.querySelector('a, button'))
  const at = rows.indexOf(document.activeElement?.closest('tr'))
  const row = rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + step))]
  const target = /** @type {HTMLElement | null} */ (row?.querySelector('th a, a, button'))
  target?.focus()
  return Boolean(target)
}

function tick() {
  const box = /** @type {HTMLInputElement | null} */ (document.activeElement?.closest('tbody tr')?.querySelector('input[type=checkbox]'))
  box?.click()
  return Boolean(box)
}
