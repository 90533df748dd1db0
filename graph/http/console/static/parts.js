// Small components that several views use.

import {html, useEffect, useErrorBoundary, useRef, useState} from '../vendor/htm-preact-3.1.1.module.js'
import {base} from './api.js'
import {useKeys} from './keyboard.js'
import {moment, number, t} from './texts.js'

/** @typedef {import('./api.js').OrderRow} OrderRow */

export {html, useEffect, useErrorBoundary, useRef, useState}

export const Icon = ({name}) => html`<svg class="i" viewBox="0 0 16 16" aria-hidden="true"
  ><use href=${`${base}/console/static/icons.svg#${name}`} /></svg>`

// Colour says whose move it is, the glyph which status it is.
const STATUS = {
  OC_REQUIRED: ['todo', html`<circle cx="8" cy="8" r="5.5" stroke-dasharray="2.4 2.2" />`],
  OC_CREATED: ['run', html`<circle cx="8" cy="8" r="5.5" /><path class="f" d="M8 4.75a3.25 3.25 0 0 1 0 6.5Z" />`],
  OC_APPROVED: ['run', html`<circle cx="8" cy="8" r="5.5" /><path d="m5.75 8.25 1.6 1.6 3-3.35" />`],
  OC_UPDATE_REQUIRED: ['todo', html`<circle cx="8" cy="8" r="5.5" /><path d="M8 5.25v3.25m0 2.25v.01" />`],
  OC_CONFIRMED: ['ok', html`<circle class="f" cx="8" cy="8" r="6.25" /><path class="k" d="m5.25 8.25 2 2 3.75-4.15" />`],
  REJECTED_BY_BRAND: [
    'no',
    html`<circle class="f" cx="8" cy="8" r="6.25" /><path class="k" d="m5.75 5.75 4.5 4.5m0-4.5-4.5 4.5" />`,
  ],
  REJECTED: ['no', html`<circle cx="8" cy="8" r="5.5" /><path d="m5.9 5.9 4.2 4.2m0-4.2-4.2 4.2" />`],
  SENT_BACK_TO_CART: ['out', html`<path d="M6 4 3 7l3 3" /><path d="M3.25 7h6a3 3 0 0 1 0 6H7" />`],
}

/** @param {{order: {status: string, statusLabel: string}}} props */
export const Status = ({order}) => {
  const [tone, glyph] = STATUS[order.status]
  return html`<span class=${`badge ${tone}`}
    ><svg class="i" viewBox="0 0 16 16" aria-hidden="true">${glyph}</svg>${order.statusLabel}</span>`
}

/** @param {{tag: {name: string, color?: string}}} props */
export const Tag = ({tag}) => html`<span class="tag"
  >${tag.color && html`<svg viewBox="0 0 8 8" aria-hidden="true"><circle cx="4" cy="4" r="4" fill=${tag.color} /></svg>`}${tag.name}</span>`

export const Time = ({at, zone, full}) => html`<time datetime=${at}>${moment(at, zone, full)}</time>`

/** A link within the console, which loads no page. */
export const Link = ({to, children, ...rest}) => html`<a ...${rest} href=${base + to} onClick=${event => {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return
  event.preventDefault()
  go(to)
}}>${children}</a>`

/** @param {string} selector */
export const focusOn = selector => /** @type {HTMLElement | null} */ (document.querySelector(selector))?.focus()

export function go(to, {replace = false} = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', base + to)
  dispatchEvent(new PopStateEvent('popstate'))
}

export const Note = ({tone, icon, role, title, children}) => html`<div class=${`note ${tone}`} role=${role}
  ><${Icon} name=${icon} /><div><strong>${title}</strong>${children}</div></div>`

/** What went wrong with a request, and a way to try again. */
export const Failure = ({error, retry}) => html`<${Note} tone="no" icon="alert" role="alert" title=${t('notLoaded')}
  ><p class="small">${error.message} ${error.requestId && `${t('request')} ${error.requestId}`}</p>
  ${retry && html`<p class="row"><button type="button" class="btn slim" onClick=${retry}
    ><${Icon} name="refresh" />${t('tryAgain')}</button></p>`}<//>`

export const Loading = () => html`<div class="stack" aria-busy="true"><span class="vh" role="status">${t('loading')}</span>
  ${[1, 2, 3, 4, 5, 6].map(each => html`<div class="row" key=${each}>${[1, 2, 3, 4].map(part => html`<span class="bone" key=${part} />`)}</div>`)}</div>`

/**
 * A message with the codes of its documents as links to the order that has them.
 * @param {{message: string, documents?: {id: string, code: string}[], order: {id: string}}} props
 */
export function Linked({message, documents = [], order}) {
  let rest = message
  const parts = []
  for (const each of documents) {
    const at = rest.indexOf(each.code)
    if (at < 0) continue
    parts.push(rest.slice(0, at), html`<${Link} to=${`/console/orders/${order.id}#${each.id}`}>${each.code}<//>`)
    rest = rest.slice(at + each.code.length)
  }
  return [...parts, rest]
}

/**
 * The blockers of a verdict in words, with links to the documents.
 * @param {{blockers: OrderRow['rejectionBlockers'], order: {id: string}}} props
 */
export const Blockers = ({blockers, order}) => html`<ul>${blockers.map(each => html`<li key=${each.message}><${Linked} ...${each} order=${order} /></li>`)}</ul>`

/** A modal dialog. `busy`: it cannot be closed until the answer is there. */
export function Dialog({label, busy, narrow, onClose, children}) {
  const ref = useRef()
  useEffect(() => {
    const dialog = ref.current
    const opener = /** @type {HTMLElement | null} */ (document.activeElement)
    dialog.showModal()
    dialog.querySelector('[data-focus]')?.focus()
    return () => {
      dialog.close()
      if (opener?.isConnected) opener.focus()
    }
  }, [])
  return html`<dialog ref=${ref} class=${narrow ? 'small-form' : ''} aria-labelledby=${label} onCancel=${event => {
    event.preventDefault()
    if (!busy) onClose()
  }} onClick=${event => event.target === ref.current && !busy && onClose()}>${children}</dialog>`
}

/**
 * @template T
 * @typedef {{data: T | undefined, error: any, isLoading: boolean, again: () => Promise<void>}} Loaded
 */

/**
 * Loads something again whenever `keys` change. Old data stays while the new is loading.
 * `again` loads it once more, and its promise waits until that is done.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {unknown[]} keys
 * @returns {Loaded<T>}
 */
export function useLoaded(load, keys) {
  const [state, setState] = useState({data: undefined, error: undefined, isLoading: true, turn: 0, of: ''})
  const waiting = useRef([])
  const asked = JSON.stringify([...keys, state.turn])
  const again = () => new Promise(resolve => {
    waiting.current.push(resolve)
    setState(each => ({...each, turn: each.turn + 1}))
  })
  useEffect(() => {
    const cancel = new AbortController()
    const settle = change => {
      if (cancel.signal.aborted) return
      setState(each => ({...each, ...change, isLoading: false, of: asked}))
      waiting.current.splice(0).forEach(resolve => resolve())
    }
    setState(each => ({...each, isLoading: true}))
    load(cancel.signal).then(data => settle({data, error: undefined}), error => settle({error}))
    return () => cancel.abort()
  }, [asked])
  // Effects run after the page is painted: until then, old data would pass for what is asked for now.
  return {data: state.data, error: state.error, isLoading: state.isLoading || state.of !== asked, again}
}

/** A chip that opens a list of choices. */
export function Menu({id, label, chosen, options, more}) {
  return html`<button type="button" class="chip" popovertarget=${`menu-${id}`} data-on=${chosen.length ? '' : undefined}
      >${chosen.length ? `${label}: ${chosen.join(', ')}` : label} <${Icon} name="down" /></button>
    <ul class="menu" id=${`menu-${id}`} popover="auto" aria-label=${label}>${options.map(each => html`<li key=${each.key}><label
      ><input type="checkbox" checked=${each.isOn} onChange=${each.toggle} />${each.label}${each.count !== undefined && html`<b>${number(each.count)}</b>`}</label></li>`)}${more}</ul>`
}

const TYPING = 200 // milliseconds to wait for the next key

/** A search box, which `/` goes to. */
export function SearchBox({label, hint, value, onSearch}) {
  const [typed, setTyped] = useState(value)
  const searched = useRef(value)
  useEffect(() => {
    // What was searched from here comes back late, when more may have been typed.
    if (value !== searched.current) setTyped(value)
    searched.current = value
  }, [value])
  useEffect(() => {
    if (typed === value) return undefined
    const timer = setTimeout(() => {
      searched.current = typed
      onSearch(typed)
    }, TYPING)
    return () => clearTimeout(timer)
  }, [typed])
  useKeys(key => key === '/' && (focusOn('#search'), true))
  return html`<div class="find"><${Icon} name="search" /><input class="input" id="search" type="search" aria-label=${label} placeholder=${hint} maxlength="200"
    value=${typed} onInput=${event => setTyped(event.target.value)} /><kbd aria-hidden="true">/</kbd></div>`
}

/**
 * The foot of a list. `onTurn` gets the new after or before.
 * @param {{said: string, info: import('./api.js').Operations['Orders']['data']['orders']['pageInfo'], onTurn: (change: object) => void}} props
 */
export const Pages = ({said, info, onTurn}) => html`<div class="foot"><span class="mute small">${said}</span><div class="pages">
  <button type="button" class="btn slim" disabled=${!info.hasPreviousPage} onClick=${() => onTurn({before: info.startCursor})}><${Icon} name="left" />${t('previous')}</button>
  <button type="button" class="btn slim" disabled=${!info.hasNextPage} onClick=${() => onTurn({after: info.endCursor})}>${t('next')}<${Icon} name="right" /></button></div></div>`

/**
 * What the address bar asks a screen for, by name, and how to change it. Whatever is changed, the list starts at its
 * first page again, unless `after` or `before` is given.
 * @param {string} screen
 * @param {string} search
 * @returns {[Record<string, string>, (change: Record<string, any>, replace?: boolean) => void]}
 */
export function useView(screen, search) {
  const view = Object.fromEntries(new URLSearchParams(search))
  const show = (change, replace = true) => {
    const values = Object.entries({...view, after: '', before: '', ...change}).filter(([, value]) => value)
    go(`/console/${screen}${values.length ? `?${new URLSearchParams(values)}` : ''}`, {replace})
  }
  return [view, show]
}

export const Heading = ({title, about, children}) => html`<div class="head row"><div class="grow"><h1 tabindex="-1">${title}</h1>${about && html`<p class="mute small">${about}</p>`}</div>
  <div class="row">${children}</div></div>`

/** Sets the window's title, and hands an ended session to the frame. */
export function useScreen(title, loaded, failed) {
  useEffect(() => {
    document.title = title
  }, [title])
  useEffect(() => {
    if (loaded.error) failed(loaded.error)
  }, [loaded.error])
}
