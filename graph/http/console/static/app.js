// The frame around all views: who is signed in, where we are, and what happened.

import {render} from '../vendor/htm-preact-3.1.1.module.js'
import {base, demo, graphiql, graphql, language, session} from './api.js'
import {Detail} from './detail.js'
import {List} from './list.js'
import {keys, useKeys} from './keyboard.js'
import {follow, head, listen} from './live.js'
import {leave as leaveForProvider, provider, returned} from './oidc.js'
import {Failure, Icon, Link, Loading, Note, Time, go, html, useEffect, useErrorBoundary, useLoaded, useRef, useState} from './parts.js'
import {t} from './texts.js'

const MARK = html`<svg viewBox="0 0 24 24" aria-hidden="true"><rect x="1.5" y="1.5" width="21" height="21" rx="5" stroke="none"/><path d="M7 8.25 12 5.5l5 2.75v6.5l-5 3-5-3Z M7.25 8.5 12 11.25l4.75-2.75M12 11.25v6" fill="none"/></svg>`

// Each of the other screens is loaded when it is first opened.
const SCREENS = {
  buyers: () => import('./buyers.js'),
  analytics: () => import('./analytics.js'),
  history: () => import('./history.js'),
  settings: () => import('./settings.js'),
  keys: () => import('./keys.js'),
  webhooks: () => import('./webhooks.js'),
  carts: () => import('./carts.js'),
}
const BRAND_MENU = [['buyers', 'buyers'], ['analytics', 'analytics'], ['history', 'historyMenu'], ['settings', 'settings']]
const OF_SETTINGS = ['keys', 'webhooks']
const BUYER_MENU = [['carts', 'carts']]

/** Whose console it is: the viewer, and what the views need of the brand. Raises ApiError. */
async function signedIn() {
  const {viewer} = await graphql('BuyerViewer')
  if (!language.isChosen) language.set(viewer.locale)
  if (viewer.role === 'BUYER') {
    return {viewer, from: await head(), zone: undefined, reasons: [], tags: [], isReasonRequired: false}
  }
  // The place in the events comes first, so that no view is older than it.
  const from = await head()
  const {brandSettings, rejectionReasons, tags} = await graphql('Viewer')
  return {
    viewer,
    from,
    zone: brandSettings?.timeZone,
    reasons: rejectionReasons,
    tags,
    isReasonRequired: brandSettings?.rejectionReasonRequired ?? false,
  }
}

/**
 * @typedef {Awaited<ReturnType<typeof signedIn>>} User
 * @typedef {object} Shared what each view gets
 * @property {User} user
 * @property {string} search of the address
 * @property {(text: any, tone?: string) => void} say shows a short message
 * @property {(error: any) => boolean} failed whether the error ended the session
 * @property {() => Promise<void>} reload reads again whose console it is
 */

/** As it is, if it is not well encoded: then nothing has that id. */
function decoded(id) {
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}

function place() {
  const path = location.pathname.slice(base.length)
  const [, id] = path.match(/^\/console\/orders\/([^/]+)$/) ?? []
  const [, name] = path.match(/^\/console\/(\w+)/) ?? []
  return {id: id && decoded(id), screen: name && Object.hasOwn(SCREENS, name) ? name : '', search: location.search}
}

/** Never a blank page: an error of a view is shown in its place. */
function Safe({children}) {
  const [error, reset] = useErrorBoundary()
  return error ? html`<${Failure} error=${error} retry=${reset} />` : children
}

function Screen({name, ...shared}) {
  const loaded = useLoaded(SCREENS[name], [name])
  if (loaded.error) return html`<${Failure} error=${loaded.error} retry=${loaded.again} />`
  return loaded.data ? html`<${loaded.data.Screen} ...${shared} />` : html`<${Loading} />`
}

/** Follows what others do: the state of the connection, and a toast for each rejection by somebody else. */
function useLive({user, ended, say, onSignedOut}) {
  const [connection, setConnection] = useState({state: '', since: ''})
  const missed = useRef(undefined)
  const id = user?.viewer.id
  useEffect(() => {
    if (!id || ended || user.from === undefined) return undefined
    const forget = listen(event => {
      if (missed.current !== undefined) missed.current += 1
      if (event?.kind !== 'ORDER_REJECTED' || !event.order || event.actor === user.viewer.name) return
      say(html`${t('rejectedBySomebody', event.actor, event.order.code)} <${Link} to=${`/console/orders/${event.order.id}`}>${t('details')}<//>`)
    })
    const stop = follow({
      viewer: id,
      from: user.from,
      onSignedOut,
      onState: state => {
        if (state === 'LOST') missed.current ??= 0
        else if (missed.current !== undefined) {
          say(t('caughtUp', missed.current))
          missed.current = undefined
        }
        setConnection(was => (was.state === state ? was : {state, since: new Date().toISOString()}))
      },
    })
    return () => {
      stop()
      forget()
    }
  }, [id, ended])
  return connection
}

const MAX_TOASTS = 4

/** The screens of this viewer, by name, with their labels. */
const menuOf = user => (!user ? [] : user.viewer.role === 'BUYER' ? BUYER_MENU : BRAND_MENU)

function App() {
  const [user, setUser] = useState(undefined)
  const [error, setError] = useState(undefined)
  const [ended, setEnded] = useState(false)
  const [at, setAt] = useState(place)
  const [spoken, setSpoken] = useState(language.get())
  const [toasts, setToasts] = useState([])

  const [refused, setRefused] = useState('')
  const enter = async () => {
    try {
      const token = await returned()
      if (token) {
        session.token = token
        setAt(place())
      }
    } catch (problem) {
      setAt(place())
      setRefused(problem.message)
    }
    if (!session.token) return setUser(null)
    try {
      setUser(await signedIn())
      setEnded(false)
      setError(undefined)
      setSpoken(language.get())
    } catch (problem) {
      if (!problem.isSignedOut) return setError(problem)
      session.token = ''
      setEnded(true)
      setUser(null)
    }
  }
  useEffect(() => {
    enter()
    const moved = () => setAt(place())
    addEventListener('popstate', moved)
    return () => removeEventListener('popstate', moved)
  }, [])
  useEffect(() => {
    document.documentElement.lang = spoken === 'JA' ? 'ja' : 'en'
  }, [spoken])
  const speak = to => {
    language.set(to)
    setSpoken(to)
    if (user) enter()
  }
  const say = (text, tone) => {
    const id = Math.random()
    setToasts(each => [...each, {id, text, tone}].slice(-MAX_TOASTS))
    setTimeout(() => setToasts(each => each.filter(toast => toast.id !== id)), 8000)
  }
  /** A request's error: an ended session leads to the sign-in, with the view kept behind it. */
  const failed = problem => {
    if (!problem.isSignedOut) return false
    session.token = ''
    setEnded(true)
    return true
  }
  const [isHelp, setHelp] = useState(false)
  useKeys(keys({menu: menuOf(user), help: () => setHelp(true)}))
  const connection = useLive({user, ended, say, onSignedOut: failed})
  const leave = () => {
    session.token = ''
    setUser(null)
    go('/console')
  }

  if (error && !user) return html`<main id="main"><${Failure} error=${error} retry=${() => (setError(undefined), enter())} /></main>`
  if (user === undefined) return html`<main id="main"><${Loading} /></main>`
  if (user === null) return html`<${SignIn} ended=${ended} refused=${refused} onDone=${enter} speak=${speak} />`
  const shared = {user, say, failed, spoken, reload: enter}
  return html`
    <a class="skip" href="#main" onClick=${event => (event.preventDefault(), document.getElementById('main').focus())}>${t('skip')}</a>
    <${Top} user=${user} speak=${speak} leave=${leave} help=${() => setHelp(true)} screen=${at.screen} state=${connection.state} />
    <main id="main" tabindex="-1">
      ${connection.state === 'LOST' && html`<div class="spaced no-print"><${Note} tone="todo" icon="alert" title=${t('connectionLost')}
        > <span class="small">${t('asOf')} <${Time} at=${connection.since} zone=${user.zone} /></span><//></div>`}
      <${Safe} key=${`${at.id} ${at.screen} ${spoken}`}>${at.id
        ? html`<${Detail} key=${`${at.id} ${spoken} ${user.viewer.id}`} id=${at.id} ...${shared} />`
        : at.screen
          ? html`<${Screen} key=${`${at.screen} ${spoken} ${user.viewer.id}`} name=${at.screen} search=${at.search} ...${shared} />`
          : html`<${List} key=${`${spoken} ${user.viewer.id}`} search=${at.search} ...${shared} />`}<//>
    </main>
    ${isHelp && html`<${Help} menu=${menuOf(user)} onClose=${() => setHelp(false)} />`}
    ${ended && html`<${Gate}><${SignIn} ended=${true} isOver=${true} onDone=${enter} speak=${speak} /><//>`}
    <div class="toasts stack tight" role="log" aria-live="polite">${toasts.map(each => html`<div class="toast" key=${each.id}
      ><${Icon} name=${each.tone === 'no' ? 'alert' : 'check'} /><span>${each.text}</span></div>`)}</div>`
}

/** The keys, loaded when somebody asks for them. */
function Help(props) {
  const loaded = useLoaded(() => import('./help.js'), [])
  return loaded.data && html`<${loaded.data.Help} ...${props} />`
}

const CONNECTIONS = {LIVE: 'live', FEED: 'everyHalfMinute', LOST: 'reconnecting'}

function Top({user, speak, leave, help, screen, state}) {
  const {viewer} = user
  const other = language.get() === 'JA' ? 'EN' : 'JA'
  const otherLanguage = html`<button type="button" class="btn ghost slim" lang=${other.toLowerCase()} onClick=${() => speak(other)}>${t('otherLanguage')}</button>`
  const menu = menuOf(user)
  return html`<header class="top">
    <button type="button" class="btn ghost icon open-nav" popovertarget="nav" aria-label=${t('menu')}><${Icon} name="menu" /></button>
    <${Link} class="mark" to="/console">${MARK}${viewer.brand?.name ?? t('orderManagement')}<//>
    <nav id="nav" popover="auto" aria-label=${t('menu')} onClick=${event => event.currentTarget.matches(':popover-open') && event.currentTarget.hidePopover()}><ul>
      <li><${Link} to="/console" aria-current=${screen ? undefined : 'page'}>${t('orderManagement')}<//></li>
      ${menu.map(([name, label]) => html`<li key=${name}><${Link} to=${`/console/${name}`} aria-current=${screen === name || (OF_SETTINGS.includes(screen) && name === 'settings') ? 'page' : undefined}>${t(label)}<//></li>`)}
      ${graphiql && html`<li><a href=${`${base}/graphql`}>GraphiQL</a></li>`}</ul></nav>
    <div class="row push"><span class="live" role="status" data-state=${state === 'LIVE' ? undefined : 'lost'} hidden=${!state}><span class=${state === 'LIVE' ? 'wide-only' : ''}>${state && t(CONNECTIONS[state])}</span></span>${otherLanguage}
      <button type="button" class="btn ghost slim" popovertarget="account" aria-label=${`${viewer.name}: ${t('account')}`}
        ><${Icon} name="user" /><span class="wide-only">${viewer.name}</span><${Icon} name="down" /></button>
      <ul class="menu" id="account" popover="auto">
        <li class="in small">${viewer.name}<br /><span class="mute">${t('role')}: ${viewer.role}</span></li>
        ${demo.map(each => html`<li key=${each.name}><button type="button" class="btn ghost wide" aria-pressed=${session.token === each.token} onClick=${() => {
          session.token = each.token
          localStorage.removeItem('order-management:language')
          location.assign(`${base}/console`)
        }}>${each.label}</button></li>`)}
        <li><button type="button" class="btn ghost wide" onClick=${event => {
          event.currentTarget.closest('[popover]').hidePopover()
          help()
        }}>${t('shortcuts')}</button></li>
        <li><button type="button" class="btn ghost wide" onClick=${leave}>${t('signOut')}</button></li></ul></div></header>`
}

/** Over everything, also over an open dialog, which keeps what was typed. */
function Gate({children}) {
  const ref = useRef()
  useEffect(() => {
    const opener = /** @type {HTMLElement | null} */ (document.activeElement)
    ref.current.showModal()
    return () => opener?.isConnected && opener.focus()
  }, [])
  return html`<dialog ref=${ref} class="gate-over" aria-label=${t('signIn')} onCancel=${event => event.preventDefault()}>${children}</dialog>`
}

/** `isOver`: over a view, which is the main part of the page. */
function SignIn({ended, refused = '', isOver = false, onDone, speak}) {
  const [problem, setProblem] = useState('')
  const [isBusy, setBusy] = useState(false)
  const other = language.get() === 'JA' ? 'EN' : 'JA'
  const use = async token => {
    setBusy(true)
    setProblem('')
    session.token = token.trim()
    try {
      await graphql('BuyerViewer')
    } catch (error) {
      session.token = ''
      setBusy(false)
      return setProblem(error.isSignedOut ? t('tokenRefused') + error.message : error.message)
    }
    await onDone()
    setBusy(false)
  }
  const Place = isOver ? 'div' : 'main'
  return html`<${Place} id=${isOver ? undefined : 'main'} tabindex="-1"><div class="gate"><div class="mark">${MARK}${t('orderManagement')}</div>
    <div class="card stack"><h1>${t('signIn')}</h1>
      ${ended && html`<div class="note todo" role="status"><${Icon} name="info" /><div class="small"><strong>${t('sessionEnded')}</strong> ${t('sessionEndedMore')}</div></div>`}
      ${provider && html`<button type="button" class="btn primary" disabled=${isBusy} onClick=${() => {
        setBusy(true)
        leaveForProvider().catch(error => {
          setBusy(false)
          setProblem(error.message)
        })
      }}>${t('signInWithProvider', new URL(provider.authorize_url).hostname)}</button>
        ${refused && html`<span class="small field-error" role="alert">${t('providerRefused')}${refused}</span>`}`}
      <form class="stack" onSubmit=${event => {
        event.preventDefault()
        use(event.target.elements.token.value)
      }}>
        <div class="field"><label for="token">${t('token')}</label>
          <input class="input" id="token" name="token" type="password" autocomplete="off" required aria-describedby="token-help" aria-invalid=${Boolean(problem)} />
          <span class="mute small" id="token-help">${t('tokenHelp')}</span>
          ${problem && html`<span class="small field-error" role="alert">${problem}</span>`}</div>
        <button type="submit" class=${`btn ${provider ? '' : 'primary'}`} disabled=${isBusy}>${t('signIn')}</button></form></div>
    ${demo.length > 0 && html`<section class="card stack tight" aria-labelledby="demo-title"><h2 id="demo-title">${t('demoAs')}</h2>
      <div class="acts">${demo.map(each => html`<button type="button" class="btn wide" key=${each.name} disabled=${isBusy} onClick=${() => use(each.token)}
        ><${Icon} name="user" /><span>${each.label}</span></button>`)}</div></section>`}
    <p class="small"><button type="button" class="btn ghost slim" lang=${other.toLowerCase()} onClick=${() => speak(other)}>${t('otherLanguage')}</button></p></div><//>`
}

render(html`<${App} />`, document.getElementById('app'))
