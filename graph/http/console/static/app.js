// The frame around all views: who is signed in, where we are, and what happened.

import {render} from '../vendor/htm-preact-3.1.1.module.js'
import {base, demo, graphiql, graphql, language, session} from './api.js'
import {Detail} from './detail.js'
import {List} from './list.js'
import {Failure, Icon, Link, Loading, go, html, useEffect, useState} from './parts.js'
import {t} from './texts.js'

const MARK = html`<svg viewBox="0 0 24 24" aria-hidden="true"><rect x="1.5" y="1.5" width="21" height="21" rx="5" stroke="none"/><path d="M7 8.25 12 5.5l5 2.75v6.5l-5 3-5-3Z M7.25 8.5 12 11.25l4.75-2.75M12 11.25v6" fill="none"/></svg>`

/** Whose console it is: the viewer, and what the views need of the brand. Raises ApiError. */
async function signedIn() {
  const {viewer} = await graphql('BuyerViewer')
  if (!language.isChosen) language.set(viewer.locale)
  if (viewer.role === 'BUYER') return {viewer, zone: undefined, reasons: [], tags: [], isReasonRequired: false}
  const {brandSettings, rejectionReasons, tags} = await graphql('Viewer')
  return {
    viewer,
    zone: brandSettings?.timeZone,
    reasons: rejectionReasons,
    tags,
    isReasonRequired: brandSettings?.rejectionReasonRequired ?? false,
  }
}

function place() {
  const path = location.pathname.slice(base.length)
  const [, id] = path.match(/^\/console\/orders\/([^/]+)$/) ?? []
  return {id: id && decodeURIComponent(id), search: location.search}
}

function App() {
  const [user, setUser] = useState(undefined)
  const [error, setError] = useState(undefined)
  const [ended, setEnded] = useState(false)
  const [at, setAt] = useState(place)
  const [spoken, setSpoken] = useState(language.get())
  const [toasts, setToasts] = useState([])

  const enter = async () => {
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
    setToasts(each => [...each, {id, text, tone}])
    setTimeout(() => setToasts(each => each.filter(toast => toast.id !== id)), 8000)
  }
  /** A request's error: an ended session leads to the sign-in, with the view kept behind it. */
  const failed = problem => {
    if (!problem.isSignedOut) return false
    session.token = ''
    setEnded(true)
    return true
  }
  const leave = () => {
    session.token = ''
    setUser(null)
    go('/console')
  }

  if (error && !user) return html`<main id="main"><${Failure} error=${error} retry=${() => (setError(undefined), enter())} /></main>`
  if (user === undefined) return html`<main id="main"><${Loading} /></main>`
  if (user === null) return html`<${SignIn} ended=${ended} onDone=${enter} speak=${speak} />`
  const shared = {user, say, failed, spoken}
  return html`
    <a class="skip" href="#main" onClick=${event => (event.preventDefault(), document.getElementById('main').focus())}>${t('skip')}</a>
    <${Top} user=${user} speak=${speak} leave=${leave} />
    <main id="main" tabindex="-1">
      ${at.id
        ? html`<${Detail} key=${`${at.id} ${spoken} ${user.viewer.id}`} id=${at.id} ...${shared} />`
        : html`<${List} key=${`${spoken} ${user.viewer.id}`} search=${at.search} ...${shared} />`}
    </main>
    ${ended && html`<div class="gate-over"><${SignIn} ended=${true} onDone=${enter} speak=${speak} /></div>`}
    <div class="toasts stack tight" role="log" aria-live="polite">${toasts.map(each => html`<div class="toast" key=${each.id}
      ><${Icon} name=${each.tone === 'no' ? 'alert' : 'check'} /><span>${each.text}</span></div>`)}</div>`
}

function Top({user, speak, leave}) {
  const {viewer} = user
  const other = language.get() === 'JA' ? 'EN' : 'JA'
  const otherLanguage = html`<button type="button" class="btn ghost slim" lang=${other.toLowerCase()} onClick=${() => speak(other)}>${t('otherLanguage')}</button>`
  return html`<header class="top">
    <${Link} class="mark" to="/console">${MARK}${viewer.brand?.name ?? t('orderManagement')}<//>
    <nav aria-label=${t('transactions')}><ul>
      <li><${Link} to="/console" aria-current="page">${t('orderManagement')}<//></li>
      ${graphiql && html`<li class="wide-only"><a href=${`${base}/graphql`}>GraphiQL</a></li>`}</ul></nav>
    <div class="row push">${otherLanguage}
      <button type="button" class="btn ghost slim" popovertarget="account" aria-label=${`${viewer.name}: ${t('account')}`}
        ><${Icon} name="user" /><span class="wide-only">${viewer.name}</span><${Icon} name="down" /></button>
      <ul class="menu" id="account" popover="auto">
        <li class="in small">${viewer.name}<br /><span class="mute">${t('role')}: ${viewer.role}</span></li>
        ${demo.map(each => html`<li key=${each.name}><button type="button" class="btn ghost wide" aria-pressed=${session.token === each.token} onClick=${() => {
          session.token = each.token
          localStorage.removeItem('order-management:language')
          location.assign(`${base}/console`)
        }}>${each.label}</button></li>`)}
        <li><button type="button" class="btn ghost wide" onClick=${leave}>${t('signOut')}</button></li></ul></div></header>`
}

function SignIn({ended, onDone, speak}) {
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
  return html`<main id="main" tabindex="-1"><div class="gate"><div class="mark">${MARK}${t('orderManagement')}</div>
    <div class="card stack"><h1>${t('signIn')}</h1>
      ${ended && html`<div class="note todo" role="status"><${Icon} name="info" /><div class="small"><strong>${t('sessionEnded')}</strong> ${t('sessionEndedMore')}</div></div>`}
      <form class="stack" onSubmit=${event => {
        event.preventDefault()
        use(event.target.elements.token.value)
      }}>
        <div class="field"><label for="token">${t('token')}</label>
          <input class="input" id="token" name="token" type="password" autocomplete="off" required aria-describedby="token-help" aria-invalid=${Boolean(problem)} />
          <span class="mute small" id="token-help">${t('tokenHelp')}</span>
          ${problem && html`<span class="small field-error" role="alert">${problem}</span>`}</div>
        <button type="submit" class="btn primary" disabled=${isBusy}>${t('signIn')}</button></form></div>
    ${demo.length > 0 && html`<section class="card stack tight" aria-labelledby="demo-title"><h2 id="demo-title">${t('demoAs')}</h2>
      <div class="acts">${demo.map(each => html`<button type="button" class="btn wide" key=${each.name} disabled=${isBusy} onClick=${() => use(each.token)}
        ><${Icon} name="user" /><span>${each.label}</span></button>`)}</div></section>`}
    <p class="small"><button type="button" class="btn ghost slim" lang=${other.toLowerCase()} onClick=${() => speak(other)}>${t('otherLanguage')}</button></p></div></main>`
}

render(html`<${App} />`, document.getElementById('app'))
