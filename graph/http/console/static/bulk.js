// A command on many orders: first a dry run that changes nothing, then one form, then the result of each order.

import {graphql, language, newKey} from './api.js'
import {Control} from './forms.js'
import {MAX_BODY, NotifySwitch} from './mail.js'
import {Dialog, Failure, Icon, Loading, Note, Tag, html, useEffect, useLoaded, useState} from './parts.js'
import {RejectionForm} from './reject.js'
import {add, money, number, t} from './texts.js'

const orders = n => `${n} ${n === '1' ? 'order' : 'orders'}`

add({
  rejectMany: [n => `Reject ${orders(n)}`, n => `${n}件の注文を却下`],
  createOcMany: [n => `Create the OCs of ${orders(n)}`, n => `${n}件の注文のOCを作成`],
  confirmMany: [n => `Confirm ${orders(n)}`, n => `${n}件の注文を確定`],
  tagMany: [n => `Change the tags of ${orders(n)}`, n => `${n}件の注文のタグを変更`],
  archiveMany: [n => `Archive ${orders(n)}`, n => `${n}件の注文をアーカイブ`],
  willBeRejected: [n => `${n} will be rejected`, n => `${n}件が却下されます`],
  willBeCreated: [n => `${n} OCs will be created`, n => `${n}件のOCが作成されます`],
  willBeConfirmed: [n => `${n} will be confirmed`, n => `${n}件が確定されます`],
  willBeTagged: [n => `${n} will have these tags changed`, n => `${n}件のタグが変更されます`],
  willBeArchived: [n => `${n} will be archived`, n => `${n}件がアーカイブされます`],
  willBeSkipped: [n => `${n} will be skipped`, n => `${n}件はスキップされます`],
  rejectedCount: [n => `${n} rejected`, n => `${n}件を却下しました`],
  createdCount: [n => `${n} OCs created`, n => `${n}件のOCを作成しました`],
  confirmedCount: [n => `${n} confirmed`, n => `${n}件を確定しました`],
  taggedCount: [n => `${n} have these tags now`, n => `${n}件にタグを設定しました`],
  untaggedCount: [n => `${n} no longer have these tags`, n => `${n}件からタグを外しました`],
  archivedCount: [n => `${n} archived`, n => `${n}件をアーカイブしました`],
  skippedCount: [n => `${n} skipped`, n => `${n}件をスキップしました`],
  createOcManyAbout: [
    'Each order gets an order confirmation (OC) with its lines as ordered.',
    '各注文の注文確認書（OC）を、注文時の明細で作成します。',
  ],
  askApprovals: ['Ask the buyers to approve them', 'バイヤーに承認を依頼する'],
  confirmManyAbout: ['This fixes the content of the orders.', '注文の内容を確定します。'],
  archiveManyAbout: [
    'Archived orders leave the list and cannot come back to it. They stay in the log.',
    'アーカイブした注文は一覧に戻せません。記録には残ります。',
  ],
  tagMode: ['What to do with the tags', 'タグの操作'],
  tagAdd: ['Add them', '追加する'],
  tagRemove: ['Remove them', '外す'],
  tagReplace: ['Replace all tags with them', 'すべてのタグを置き換える'],
  standardIfEmpty: ['Left empty: the standard text, in each buyer’s language.', '空欄の場合は、各バイヤーの言語の標準文。'],
  andMore: [n => `and ${n} more`, n => `ほか${n}件`],
  notFoundCount: [n => `${n} could not be found.`, n => `${n}件は見つかりません。`],
  dryRun: ['Looking at each order…', '各注文を確認しています…'],
  working: ['Working…', '処理しています…'],
  downloadResult: ['Download the result', '結果をダウンロード'],
  resultColumns: ['Order Code,Outcome,Why', '注文番号,結果,理由'],
  outcomeDone: ['Done', '完了'],
  outcomeSkipped: ['Skipped', 'スキップ'],
  outcomeNotFound: ['Not found', '見つかりません'],
  selectionChanged: [
    'The orders that match have changed since. Look at them again.',
    '対象の注文が変わりました。もう一度確認してください。',
  ],
})

// Why an order is skipped; the result of each order has the API's own words.
const WHY = {
  EN: {
    NOT_PERMITTED: 'You are not permitted to do this.', ALREADY_REJECTED: 'It has been rejected.', SENT_BACK_TO_CART: 'It was sent back to the cart.',
    STATUS_NOT_ELIGIBLE: 'Its status does not allow this.', STATUS_NOT_ELIGIBLE_FOR_BULK: 'In bulk, its status does not allow this.',
    DELIVERY_NOTE_EXISTS: 'It has a delivery note.', INVOICE_EXISTS: 'It has an invoice.', BACKLOG_SKUS_CREATED: 'It has backlog SKUs.',
    NOTHING_TO_DELIVER: 'Nothing is left to deliver.', NOTHING_TO_INVOICE: 'Nothing is left to invoice.', BUYER_OFFLINE: 'The buyer is offline.',
    BUYER_HAS_CART: 'The buyer has a cart already.', APPROVAL_NOT_ASKED: 'The buyer was not asked to approve it.',
    ALREADY_ARCHIVED: 'It is archived already.', ARCHIVING_OFF: 'Your brand has switched archiving off.',
  },
  JA: {
    NOT_PERMITTED: 'この操作の権限がありません。', ALREADY_REJECTED: '却下済みです。', SENT_BACK_TO_CART: 'カートに差し戻し済みです。',
    STATUS_NOT_ELIGIBLE: '現在のステータスではできません。', STATUS_NOT_ELIGIBLE_FOR_BULK: '一括では、現在のステータスではできません。',
    DELIVERY_NOTE_EXISTS: '納品書があります。', INVOICE_EXISTS: '請求書があります。', BACKLOG_SKUS_CREATED: 'バックログSKUがあります。',
    NOTHING_TO_DELIVER: '納品する残りがありません。', NOTHING_TO_INVOICE: '請求する残りがありません。', BUYER_OFFLINE: 'バイヤーはオフラインです。',
    BUYER_HAS_CART: 'バイヤーにはすでにカートがあります。', APPROVAL_NOT_ASKED: 'バイヤーに承認を依頼していません。',
    ALREADY_ARCHIVED: 'アーカイブ済みです。', ARCHIVING_OFF: 'アーカイブは無効に設定されています。',
  },
}

/** `mails`: whether buyers can be mailed. `extra`: its own part of the input, by what was typed. */
const COMMANDS = {
  REJECT: {
    operation: 'RejectOrders', title: 'rejectMany', will: 'willBeRejected', did: 'rejectedCount', tone: 'final', mails: true, isFinal: true,
    extra: ({reason, note}) => ({reason: reason || null, note: note.trim() ? note : null}),
  },
  CREATE_CONFIRMATION: {
    operation: 'CreateOrderConfirmations', title: 'createOcMany', will: 'willBeCreated', did: 'createdCount', mails: true, about: 'createOcManyAbout',
    extra: ({askBuyerApproval}) => ({askBuyerApproval}),
  },
  CONFIRM: {operation: 'ConfirmOrders', title: 'confirmMany', will: 'willBeConfirmed', did: 'confirmedCount', mails: true, about: 'confirmManyAbout', extra: () => ({})},
  APPLY_TAGS: {operation: 'ApplyTagsToOrders', title: 'tagMany', will: 'willBeTagged', did: 'taggedCount', extra: ({tagIds, mode}) => ({tagIds, mode})},
  ARCHIVE: {operation: 'ArchiveOrders', title: 'archiveMany', will: 'willBeArchived', did: 'archivedCount', tone: 'final', about: 'archiveManyAbout', extra: () => ({})},
}

/** @typedef {import('./api.js').Operations} Operations */

const SHOWN = 20
const FIELDS = ['reason', 'note', 'body', 'tagIds']

/** `command`: a key of COMMANDS. `selection`: the input's orderIds, filter or all. */
export function BulkDialog({command, selection, count, user, failed, onClose}) {
  const {operation, title, will, did, tone = 'primary', mails, isFinal, about, extra} = COMMANDS[command]
  const [draft, setDraft] = useState({
    reason: '', note: '', notify: true, body: '', askBuyerApproval: false, tagIds: [], mode: 'ADD', key: newKey(),
  })
  const change = part => setDraft(each => ({...each, ...part}))
  // What decides which orders are eligible; a reason that is not yet chosen must not refuse the dry run.
  const deciding = command === 'REJECT' ? {} : extra(draft)
  const looked = useLoaded(
    async signal => (await graphql(operation, {input: {...selection, ...deciding, ...(mails && {notify: false}), dryRun: true}}, signal)).answer,
    [JSON.stringify(deciding)],
  )
  const [problems, setProblems] = useState([])
  const [result, setResult] = useState(undefined)
  const [isBusy, setBusy] = useState(false)
  const problemOf = field => problems.find(each => each.field?.at(-1) === field)?.message
  useEffect(() => {
    if (looked.error) failed(looked.error)
  }, [looked.error])

  const dryRun = looked.data?.dryRun
  const isIncomplete = command === 'APPLY_TAGS' && draft.mode !== 'REPLACE' && draft.tagIds.length === 0
  const isReady = dryRun?.eligible.count > 0 && !looked.isLoading && !isIncomplete && !isBusy
  const run = async event => {
    event.preventDefault()
    if (!isReady) return
    setBusy(true)
    setProblems([])
    const message = {notify: draft.notify, body: draft.notify && draft.body.trim() ? draft.body : null}
    try {
      const input = {...selection, ...extra(draft), ...(mails && message), token: dryRun.token, idempotencyKey: draft.key}
      const {answer} = await graphql(operation, {input})
      if (!answer.userErrors.length) setResult(answer)
      else {
        change({key: newKey()})
        setProblems(answer.userErrors.map(each => (each.code === 'SELECTION_CHANGED' ? {...each, message: t('selectionChanged')} : each)))
        if (answer.userErrors.some(each => each.code === 'SELECTION_CHANGED')) looked.again()
      }
    } catch (error) {
      // Whether it was done is not known: the same key may be sent again.
      failed(error) || setProblems([{message: error.message}])
    }
    setBusy(false)
  }
  const close = () => onClose(Boolean(result))
  const refused = looked.data?.userErrors ?? []
  const others = [...refused, ...problems.filter(each => !FIELDS.includes(each.field?.at(-1)))]
  return html`<${Dialog} label="bulk-title" busy=${isBusy} onClose=${close}><form onSubmit=${run}>
    <header><h2 id="bulk-title">${t(title, number(count))}</h2>
      <button type="button" class="btn ghost icon slim push" aria-label=${t('close')} disabled=${isBusy} onClick=${close}><${Icon} name="x" /></button></header>
    ${result
      ? html`<${Result} result=${result} said=${t(command === 'APPLY_TAGS' && draft.mode === 'REMOVE' ? 'untaggedCount' : did, number(result.doneCount))} />
        <footer><button type="button" class="btn primary push" onClick=${close}>${t('close')}</button></footer>`
      : html`<div class="body" tabindex="0" role="group" aria-labelledby="bulk-title"><div class="stack">
            ${others.length > 0 && html`<${Note} tone="no" icon="alert" role="alert" title="">${others.map(each => html`<p class="small" key=${each.message}>${each.message}</p>`)}<//>`}
            ${about && html`<p>${t(about)}</p>`}
            ${command === 'REJECT' && html`<${RejectionForm} draft=${draft} change=${change} user=${user} nobody="" problemOf=${problemOf} />`}
            ${command === 'CREATE_CONFIRMATION' && html`<${Control} field=${{name: 'askBuyerApproval', label: t('askApprovals'), kind: 'check'}} value=${draft.askBuyerApproval} isFirst=${true} onChange=${askBuyerApproval => change({askBuyerApproval})} />`}
            ${command === 'APPLY_TAGS' && html`<${TagFields} draft=${draft} change=${change} tags=${user.tags} problemOf=${problemOf} />`}
            ${mails && command !== 'REJECT' && html`<${NotifySwitch} isOn=${draft.notify} nobody="" onChange=${notify => change({notify})} />`}
            ${mails && draft.notify && html`<${Control} field=${{name: 'body', label: t('body'), kind: 'area', rows: 5, optional: true, max: MAX_BODY, help: t('standardIfEmpty')}}
              value=${draft.body} problem=${problemOf('body')} onChange=${body => change({body})} />`}</div>
          <section class="pane stack tight" aria-label=${t('details')} aria-busy=${looked.isLoading}>
            ${looked.error && html`<${Failure} error=${looked.error} retry=${looked.again} />`}
            ${!looked.data && !looked.error && html`<p class="small" role="status">${t('dryRun')}</p><${Loading} />`}
            ${dryRun && html`<${Looked} dryRun=${dryRun} title=${t(will, number(dryRun.eligible.count))} />`}</section></div>
        <footer>${isFinal && html`<p class="warn"><${Icon} name="alert" /><span><b class="strong">${t('neverUndone')}</b> <span class="mute">${t('neverUndoneMore')}</span></span></p>`}
          <button type="button" class=${`btn ${isFinal ? '' : 'push'}`} disabled=${isBusy} onClick=${close}>${t('cancel')}</button>
          <button class=${`btn ${tone}`} aria-busy=${isBusy} aria-disabled=${isReady ? undefined : 'true'}>${isBusy ? t('working') : t(title, number(dryRun?.eligible.count ?? 0))}</button></footer>`}</form><//>`
}

const TagFields = ({draft, change, tags, problemOf}) => html`
  <${Control} field=${{name: 'tagIds', label: t('tags'), kind: 'checks', options: tags.map(each => ({value: each.id, label: html`<${Tag} tag=${each} />`}))}}
    value=${draft.tagIds} problem=${problemOf('tagIds')} isFirst=${true} onChange=${tagIds => change({tagIds})} />
  <${Control} field=${{name: 'mode', label: t('tagMode'), kind: 'select', options: [['ADD', 'tagAdd'], ['REMOVE', 'tagRemove'], ['REPLACE', 'tagReplace']].map(([value, label]) => ({value, label: t(label)}))}}
    value=${draft.mode} onChange=${mode => change({mode})} />`

/**
 * What the command would do.
 * @param {{dryRun: Operations['RejectOrders']['data']['answer']['dryRun'], title: string}} props
 */
function Looked({dryRun, title}) {
  const words = WHY[language.get()]
  // An order with several blockers is under each of them.
  const skipped = new Map()
  for (const {code, orders: found} of dryRun.blocked) {
    for (const each of found) {
      const whys = each.rejectionBlockers?.map(blocker => blocker.message) ?? []
      skipped.set(each.id, {...each, whys: new Set([...(skipped.get(each.id)?.whys ?? []), ...(whys.length ? whys : [words[code]])])})
    }
  }
  const count = dryRun.count - dryRun.eligible.count
  return html`<h3>${title}</h3>
    <${Some} orders=${dryRun.eligible.orders} count=${dryRun.eligible.count} describe=${each => html`<b class="strong">${each.code}</b> ${each.buyer.name} · ${money(each.total)}`} />
    <h3>${t('willBeSkipped', number(count))}</h3>
    <${Some} orders=${[...skipped.values()]} count=${count} describe=${each => html`<b class="strong">${each.code}</b> <span class="mute">${each.statusLabel}</span> ${[...each.whys].join(' ')}`} />
    ${dryRun.notFoundCount > 0 && html`<p class="small">${t('notFoundCount', number(dryRun.notFoundCount))}</p>`}`
}

const Some = ({orders: found, count, describe}) => html`${count > 0 && html`<ul class="outcome small" tabindex="0">${found.slice(0, SHOWN).map(each => html`<li key=${each.id}>${describe(each)}</li>`)}
  ${count > SHOWN && html`<li class="mute">${t('andMore', number(count - Math.min(SHOWN, found.length)))}</li>`}</ul>`}`

const OUTCOMES = {REJECTED: 'outcomeDone', DONE: 'outcomeDone', SKIPPED: 'outcomeSkipped', NOT_FOUND: 'outcomeNotFound'}
/** @typedef {Operations['ConfirmOrders']['data']['answer']['results'][number]} ResultOfOne */
/** @param {ResultOfOne} each */
const codeOf = each => each.order?.code ?? each.orderId
/** @param {ResultOfOne} each of a rejection: without notices */
const wordsOf = each => [...each.blockers, ...(each.notices ?? [])].map(one => one.message).join(' ')

/**
 * How many were done, the others with the reason, and all of them as a file.
 * @param {{result: Operations['ConfirmOrders']['data']['answer'], said: string}} props
 */
function Result({result, said}) {
  const listed = result.results.filter(each => OUTCOMES[each.outcome] !== 'outcomeDone' || wordsOf(each))
  const save = () => {
    // No cell begins as a formula does.
    const cell = text => `"${`${text ?? ''}`.replaceAll('"', '""').replace(/^(?=[=+\-@\t\r])/, "'")}"`
    const rows = result.results.map(each => [codeOf(each), t(OUTCOMES[each.outcome]), wordsOf(each)])
    const lines = [t('resultColumns'), ...rows.map(row => row.map(cell).join(','))]
    const file = new Blob(['\ufeff', ...lines.map(each => `${each}\r\n`)], {type: 'text/csv'})
    const link = Object.assign(document.createElement('a'), {href: URL.createObjectURL(file), download: 'orders.csv'})
    link.click()
    URL.revokeObjectURL(link.href)
  }
  return html`<div class="in stack" role="status"><p><b class="strong">${said}</b> · ${t('skippedCount', number(result.skippedCount))}</p>
    ${listed.length > 0 && html`<ul class="outcome stack tight" tabindex="0">${listed.map(each => html`<li key=${each.orderId}><b class="strong">${codeOf(each)}</b> ${wordsOf(each) || t(OUTCOMES[each.outcome])}</li>`)}</ul>`}
    <p><button type="button" class="btn" onClick=${save}><${Icon} name="sheet" />${t('downloadResult')}</button></p></div>`
}
