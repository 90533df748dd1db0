// "Reject The Order": why, whether the buyer is mailed and with which words, and a look at the mail before it is final.

import {graphql, language, newKey} from './api.js'
import {MailBody, MailPane, NotifySwitch, nobodyOf, useMailPreview} from './mail.js'
import {Dialog, Icon, Note, html, useEffect, useState} from './parts.js'
import {money, t} from './texts.js'

/** What was typed, and the idempotency key, outlast a reload and a sign-in. */
export function useDraft(name, first) {
  const key = `order-management:draft:${name}`
  const [draft, setDraft] = useState(() => ({...first, key: newKey(), ...JSON.parse(sessionStorage.getItem(key) ?? '{}')}))
  useEffect(() => sessionStorage.setItem(key, JSON.stringify(draft)), [draft])
  return [draft, change => setDraft(each => ({...each, ...(typeof change === 'function' ? change(each) : change)})), () => sessionStorage.removeItem(key)]
}

/**
 * The reason, the internal note, the switch and the message: of one rejection and of many.
 * @param {{draft: any, change: (part: any) => void, user: import('./app.js').User, nobody: string, problemOf: (field: string) => string}} props
 */
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
    <${NotifySwitch} isOn=${draft.notify} nobody=${nobody} onChange=${notify => change({notify})} />`
}

/** @param {{order: import('./api.js').Order, user: import('./app.js').User, failed: (error: any) => boolean, onDone: (said: string) => void, onClose: () => void}} props */
export function RejectTheOrder({order, user, failed, onDone, onClose}) {
  const nobody = nobodyOf(order.buyer)
  const [draft, change, forget] = useDraft(order.id, {reason: '', note: '', notify: true, body: null})
  const [version, setVersion] = useState(order.version)
  const [problems, setProblems] = useState([])
  const [newer, setNewer] = useState(undefined)
  const [isBusy, setBusy] = useState(false)
  const notify = draft.notify && !nobody
  const preview = useMailPreview({operation: 'RejectionMailPreview', variables: {orderId: order.id}, body: draft.body, isOn: notify, change, failed})
  const problemOf = field => problems.find(each => each.field?.at(-1) === field)?.message
  const isFinal = problems.some(each => each.code === 'NOT_REJECTABLE')

  // Somebody else has changed the order while this is open.
  useEffect(() => {
    if (order.version <= version || isBusy) return
    if (order.canReject) setNewer(order.version)
    else setProblems(order.rejectionBlockers.map(each => ({...each, code: 'NOT_REJECTABLE'})))
  }, [order.version])

  const reject = async event => {
    event.preventDefault()
    if (isBusy) return
    setBusy(true)
    setProblems([])
    const input = {
      orderId: order.id,
      notify,
      body: notify && draft.body?.trim() ? draft.body : null,
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
      ${notify && html`<${MailBody} body=${draft.body} buyer=${order.buyer} preview=${preview} problem=${problemOf('body')} onChange=${body => change({body})} />`}</div>
      <${MailPane} isOn=${notify} nobody=${nobody} buyer=${order.buyer} preview=${preview} body=${draft.body} offMore=${t('noMailMore')} /></div>
    <footer><p class="warn"><${Icon} name="alert" /><span><b class="strong">${t('neverUndone')}</b> <span class="mute">${t('neverUndoneMore')}</span></span></p>
      <button type="button" class="btn" onClick=${onClose} disabled=${isBusy}>${t(isFinal ? 'close' : 'cancel')}</button>
      ${!isFinal && (newer
        ? html`<button type="button" class="btn final" onClick=${() => {
          setVersion(newer)
          setNewer(undefined)
        }}>${t('rejectVersion', newer)}</button>`
        : html`<button class="btn final" aria-busy=${isBusy} aria-disabled=${isBusy ? 'true' : undefined}>${t(isBusy ? 'rejecting' : 'reject')}</button>`)}</footer></form><//>`
}
