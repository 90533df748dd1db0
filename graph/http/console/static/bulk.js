// Rejecting many orders: first a dry run that changes nothing, then one form, then the result of each order.

import {graphql, newKey} from './api.js'
import {Dialog, Failure, Icon, Loading, Note, html, useEffect, useLoaded, useState} from './parts.js'
import {RejectionForm} from './reject.js'
import {money, number, t} from './texts.js'

const SHOWN = 20

/** `selection`: the input's orderIds, filter or all. */
export function BulkReject({selection, count, user, failed, onClose}) {
  const looked = useLoaded(
    async signal => (await graphql('RejectOrders', {input: {...selection, dryRun: true, notify: false}}, signal)).rejectOrders,
    [],
  )
  const [draft, setDraft] = useState({reason: '', note: '', notify: true, body: '', key: newKey()})
  const [problems, setProblems] = useState([])
  const [result, setResult] = useState(undefined)
  const [isBusy, setBusy] = useState(false)
  const change = part => setDraft(each => ({...each, ...part}))
  const problemOf = field => problems.find(each => each.field?.at(-1) === field)?.message
  useEffect(() => {
    if (looked.error) failed(looked.error)
  }, [looked.error])

  const dryRun = looked.data?.dryRun
  // An order with several blockers is under each of them.
  const skipped = [...new Map(dryRun?.blocked.flatMap(each => each.orders).map(each => [each.id, each]) ?? []).values()]
  const reject = async event => {
    event.preventDefault()
    if (isBusy || !dryRun?.eligible.count) return
    setBusy(true)
    setProblems([])
    const input = {
      ...selection,
      token: dryRun.token,
      notify: draft.notify,
      body: draft.notify && draft.body.trim() ? draft.body : null,
      reason: draft.reason || null,
      note: draft.note.trim() ? draft.note : null,
      idempotencyKey: draft.key,
    }
    try {
      const answer = (await graphql('RejectOrders', {input})).rejectOrders
      if (!answer.userErrors.length) setResult(answer)
      else {
        change({key: newKey()})
        setProblems(answer.userErrors.map(each => (each.code === 'SELECTION_CHANGED' ? {...each, message: t('selectionChanged')} : each)))
        if (answer.userErrors.some(each => each.code === 'SELECTION_CHANGED')) looked.again()
      }
    } catch (error) {
      failed(error) || setProblems([{message: error.message}])
    }
    setBusy(false)
  }
  const save = () => {
    const cell = text => `"${`${text ?? ''}`.replaceAll('"', '""').replace(/^(?=[=+\-@])/, "'")}"`
    const lines = result.results.map(each => [each.order?.code ?? each.orderId, each.outcome, each.blockers.map(blocker => blocker.message).join(' ')].map(cell).join(','))
    const file = new Blob([`\ufeffOrder Code,Outcome,Why\r\n${lines.join('\r\n')}\r\n`], {type: 'text/csv'})
    const link = Object.assign(document.createElement('a'), {href: URL.createObjectURL(file), download: 'rejections.csv'})
    link.click()
    URL.revokeObjectURL(link.href)
  }
  const refused = looked.data?.userErrors ?? []
  const others = [...refused, ...problems.filter(each => !['reason', 'note', 'body'].includes(each.field?.at(-1)))]
  return html`<${Dialog} label="bulk-title" busy=${isBusy} onClose=${() => onClose(Boolean(result))}><form onSubmit=${reject}>
    <header><h2 id="bulk-title">${t('rejectOrders', number(count))}</h2>
      <button type="button" class="btn ghost icon slim push" aria-label=${t('close')} disabled=${isBusy} onClick=${() => onClose(Boolean(result))}><${Icon} name="x" /></button></header>
    ${result
      ? html`<div class="in stack" role="status"><p><b class="strong">${t('rejectedCount', number(result.rejectedCount))}</b> · ${t('skippedCount', number(result.skippedCount))}</p>
          <ul class="outcome stack tight">${result.results.filter(each => each.outcome !== 'REJECTED').map(each => html`<li key=${each.orderId}><b class="strong">${each.order?.code ?? each.orderId}</b> ${each.blockers.map(blocker => blocker.message).join(' ')}</li>`)}</ul>
          <p><button type="button" class="btn" onClick=${save}><${Icon} name="sheet" />${t('downloadResult')}</button></p></div>
        <footer><button type="button" class="btn primary push" onClick=${() => onClose(true)}>${t('close')}</button></footer>`
      : html`<div class="body" tabindex="0" role="group" aria-labelledby="bulk-title"><div class="stack">
            ${others.length > 0 && html`<${Note} tone="no" icon="alert" role="alert" title="">${others.map(each => html`<p class="small" key=${each.message}>${each.message}</p>`)}<//>`}
            <${RejectionForm} draft=${draft} change=${change} user=${user} nobody="" problemOf=${problemOf} />
            ${draft.notify && html`<div class="field"><label for="message">${t('body')} <span class="mute small">${t('optional')}</span></label>
              <textarea class="input" id="message" rows="5" maxlength="10000" value=${draft.body} onInput=${event => change({body: event.target.value})} />
              ${problemOf('body') && html`<span class="small field-error">${problemOf('body')}</span>`}</div>`}</div>
          <section class="pane stack tight" aria-label=${t('details')}>
            ${looked.error && html`<${Failure} error=${looked.error} retry=${looked.again} />`}
            ${!looked.data && !looked.error && html`<p class="small" role="status">${t('dryRun')}</p><${Loading} />`}
            ${dryRun && html`<h3>${t('willBeRejected', number(dryRun.eligible.count))}</h3>
              <${Some} orders=${dryRun.eligible.orders} count=${dryRun.eligible.count} describe=${each => html`<b class="strong">${each.code}</b> ${each.buyer.name} · ${money(each.total)}`} />
              <h3>${t('willBeSkipped', number(dryRun.count - dryRun.eligible.count))}</h3>
              <${Some} orders=${skipped} count=${dryRun.count - dryRun.eligible.count}
                describe=${order => html`<b class="strong">${order.code}</b> ${order.rejectionBlockers.map(blocker => blocker.message).join(' ')}`} />`}</section></div>
        <footer><p class="warn"><${Icon} name="alert" /><span><b class="strong">${t('neverUndone')}</b> <span class="mute">${t('neverUndoneMore')}</span></span></p>
          <button type="button" class="btn" disabled=${isBusy} onClick=${() => onClose(false)}>${t('cancel')}</button>
          <button class="btn final" aria-busy=${isBusy} aria-disabled=${isBusy || !dryRun?.eligible.count ? 'true' : undefined}>${isBusy ? t('rejecting') : t('rejectOrders', number(dryRun?.eligible.count ?? 0))}</button></footer>`}</form><//>`
}

const Some = ({orders, count, describe}) => html`<ul class="outcome small">${orders.slice(0, SHOWN).map(each => html`<li key=${each.id}>${describe(each)}</li>`)}
  ${count > SHOWN && html`<li class="mute">${t('andMore', number(count - Math.min(SHOWN, orders.length)))}</li>`}</ul>`
