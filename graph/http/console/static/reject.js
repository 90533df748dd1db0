// "Reject The Order": why, whether the buyer is mailed and with which words, and a look at the mail before it is final.

import {graphql, language, newKey} from './api.js'
import {Dialog, Icon, Note, html, useEffect, useState} from './parts.js'
import {money, number, t} from './texts.js'

const MAX_BODY = 10_000
const PREVIEW_AFTER = 250 // milliseconds without typing

/** What was typed, and the idempotency key, outlast a reload and a sign-in. */
export function useDraft(name, first) {
  const key = `order-management:draft:${name}`
  const [draft, setDraft] = useState(() => ({...first, key: newKey(), ...JSON.parse(sessionStorage.getItem(key) ?? '{}')}))
  useEffect(() => sessionStorage.setItem(key, JSON.stringify(draft)), [draft])
  return [draft, change => setDraft(each => ({...each, ...change})), () => sessionStorage.removeItem(key)]
}

/** The reason, the internal note, the switch and the message: of one rejection and of many. */
export function RejectionForm({draft, change, user, nobody, problemOf}) {
  const label = each => (language.get() === 'JA' ? each.labelJa : each.labelEn)
  return html`
    <div class="field"><label for="reason">${t('reason')}</label>
      <select class="input" id="reason" aria-describedby="reason-help" required=${user.isReasonRequired} aria-invalid=${Boolean(problemOf('reason'))} data-focus value=${draft.reason}
        onChange=${event => change({reason: event.target.value})}>
        <option value="">${user.isReasonRequired ? '' : t('noReason')}</option>
        ${user.reasons.map(each => html`<option key=${each.code} value=${each.code}>${label(each)}</option>`)}</select>
      <span class="mute small" id="reason-help">${t(user.isReasonRequired ? 'reasonRequired' : 'reasonHelp')}</span>
      ${problemOf('reason') && html`<span class="small field-error">${problemOf('reason')}</span>`}</div>
    <div class="field"><label for="note">${t('internalNote')} <span class="mute small">${t('optional')}</span></label>
      <textarea class="input" id="note" rows="2" aria-describedby="note-help" value=${draft.note} onInput=${event => change({note: event.target.value})} />
      <span class="mute small" id="note-help"><${Icon} name="lock" /> ${t('neverSent')}</span>
      ${problemOf('note') && html`<span class="small field-error">${problemOf('note')}</span>`}</div>
    <div class="row"><input type="checkbox" role="switch" class="switch" id="notify" checked=${draft.notify && !nobody} disabled=${Boolean(nobody)} aria-describedby="notify-help"
        onChange=${event => change({notify: event.target.checked})} />
      <div><label for="notify">${t('notify')}</label><div class="mute small" id="notify-help">${nobody || t(draft.notify ? 'notifyOn' : 'notifyOff')}</div></div></div>`
}

export function RejectTheOrder({order, user, failed, onDone, onClose}) {
  const nobody = order.buyer.isOffline ? t('offlineBuyer') : order.buyer.emailRecipients.length === 0 ? t('noAddress') : ''
  const [draft, change, forget] = useDraft(order.id, {reason: '', note: '', notify: true, body: ''})
  const [version, setVersion] = useState(order.version)
  const [preview, setPreview] = useState(undefined)
  const [problems, setProblems] = useState([])
  const [newer, setNewer] = useState(undefined)
  const [isBusy, setBusy] = useState(false)
  const notify = draft.notify && !nobody
  const problemOf = field => problems.find(each => each.field?.at(-1) === field)?.message
  const isFinal = problems.some(each => each.code === 'NOT_REJECTABLE')

  // Somebody else has changed the order while this is open.
  useEffect(() => {
    if (order.version <= version || isBusy) return
    if (order.canReject) setNewer(order.version)
    else setProblems(order.rejectionBlockers.map(each => ({...each, code: 'NOT_REJECTABLE'})))
  }, [order.version])

  useEffect(() => {
    if (!notify) return undefined
    const cancel = new AbortController()
    const timer = setTimeout(async () => {
      try {
        const found = await graphql('RejectionMailPreview', {orderId: order.id, body: draft.body || null}, cancel.signal)
        setPreview(found.rejectionMailPreview)
      } catch (error) {
        if (error.name !== 'AbortError') failed(error) || setPreview(undefined)
      }
    }, preview ? PREVIEW_AFTER : 0)
    return () => {
      clearTimeout(timer)
      cancel.abort()
    }
  }, [draft.body, notify])

  const reject = async event => {
    event.preventDefault()
    if (isBusy) return
    setBusy(true)
    setProblems([])
    const input = {
      orderId: order.id,
      notify,
      body: notify && draft.body.trim() ? draft.body : null,
      reason: draft.reason || null,
      note: draft.note.trim() ? draft.note : null,
      expectedVersion: version,
      idempotencyKey: draft.key,
    }
    try {
      const answer = (await graphql('RejectOrder', {input})).rejectOrder
      if (!answer.userErrors.length) {
        forget()
        const to = answer.notification?.to.join(', ')
        return onDone(to ? `${t('wasRejected', order.code)} ${t('mailGoesTo', to)}` : t('wasRejected', order.code))
      }
      // A key stands for one request: what is changed now is another one.
      change({key: newKey()})
      if (answer.userErrors[0].code === 'STALE_ORDER') setNewer(answer.order?.version)
      else setProblems(answer.userErrors)
    } catch (error) {
      // Whether it was rejected is not known: the same key may be sent again.
      failed(error) || setProblems([{message: error.message}])
    }
    setBusy(false)
  }
  const others = problems.filter(each => !['reason', 'note', 'body'].includes(each.field?.at(-1)))
  return html`<${Dialog} label="reject-title" busy=${isBusy} onClose=${onClose}><form onSubmit=${reject}>
    <header><div><h2 id="reject-title">${t('rejectTheOrder')}</h2><p class="mute small">${order.code} · ${order.buyer.name} · ${money(order.total)}</p></div>
      <button type="button" class="btn ghost icon slim push" aria-label=${t('close')} disabled=${isBusy} onClick=${onClose}><${Icon} name="x" /></button></header>
    <div class="body" tabindex="0" role="group" aria-labelledby="reject-title"><div class="stack">
      ${newer && html`<${Note} tone="todo" icon="refresh" role="alert" title=${t('hasChanged')}><p class="small">${t('hasChangedMore', version, newer)}</p><//>`}
      ${others.length > 0 && html`<${Note} tone="no" icon="alert" role="alert" title=${isFinal ? t('cannotBeRejected') : ''}>${others.map(each => html`<p class="small" key=${each.message}>${each.message}</p>`)}<//>`}
      <${RejectionForm} draft=${draft} change=${change} user=${user} nobody=${nobody} problemOf=${problemOf} />
      ${notify && html`<div class="field"><div class="apart"><label for="message">${t('body')}</label>
          <button type="button" class="btn ghost slim" disabled=${!preview} onClick=${() => change({body: preview.body})}>${t('useStandard')}</button></div>
        <textarea class="input" id="message" rows="5" maxlength=${MAX_BODY} aria-describedby="message-help" value=${draft.body} onInput=${event => change({body: event.target.value})} />
        <span class="mute small apart" id="message-help"><span>${t('inBuyersLanguage')}: ${order.buyer.locale === 'JA' ? '日本語' : 'English'}</span><span class="num">${number(draft.body.length)} / ${number(MAX_BODY)}</span></span>
        ${problemOf('body') && html`<span class="small field-error">${problemOf('body')}</span>`}</div>`}</div>
      <section class="pane stack tight" aria-label=${t('asBuyerSees')}>${notify
        ? html`<div class="apart"><h3>${t('asBuyerSees')}</h3><span class="live">${t('livePreview')}</span></div>
          ${preview && html`<p class="small"><span class="mute">${t('whoReceives')}:</span> <span class="strong">${order.buyer.name}</span></p>
          <article class="mail" aria-label=${t('asBuyerSees')}><dl><dt>${t('to')}</dt><dd>${preview.to.join(', ') || t('nobody')}</dd><dt>${t('subject')}</dt><dd class="strong">${preview.subject}</dd></dl>
            <div><${Marked} text=${preview.text} words=${draft.body.trim()} /></div></article>
          ${preview.notices.map(each => html`<p class="small" key=${each.code}>${each.message}</p>`)}`}`
        : html`<div class="empty"><${Icon} name="nomail" /><h3>${t(nobody ? 'nobodyMailed' : 'noMailTitle')}</h3><p class="small">${nobody || t('noMailMore')}</p></div>`}</section></div>
    <footer><p class="warn"><${Icon} name="alert" /><span><b class="strong">${t('neverUndone')}</b> <span class="mute">${t('neverUndoneMore')}</span></span></p>
      <button type="button" class="btn" onClick=${onClose} disabled=${isBusy}>${t(isFinal ? 'close' : 'cancel')}</button>
      ${!isFinal && (newer
        ? html`<button type="button" class="btn final" onClick=${() => {
          setVersion(newer)
          setNewer(undefined)
        }}>${t('rejectVersion', newer)}</button>`
        : html`<button class="btn final" aria-busy=${isBusy} aria-disabled=${isBusy ? 'true' : undefined}>${t(isBusy ? 'rejecting' : 'reject')}</button>`)}</footer></form><//>`
}

/** The text with the typed words marked in it. */
function Marked({text, words}) {
  const at = words ? text.indexOf(words) : -1
  return at < 0 ? text : html`${text.slice(0, at)}<mark>${words}</mark>${text.slice(at + words.length)}`
}
