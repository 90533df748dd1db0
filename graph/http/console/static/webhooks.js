// The webhooks of partner apps: create, change, test, pause, replay, delete, and what their receivers answered.

import {graphql} from './api.js'
import {FormDialog} from './forms.js'
import {Secret} from './keys.js'
import {Failure, Heading, Icon, Link, Loading, Note, Pages, Time, html, useEffect, useLoaded, useScreen, useState, useView} from './parts.js'
import {add, number, t} from './texts.js'

add({
  hooksAbout: ['Post the brand’s events to the URLs of partner apps, signed and in order.', 'ブランドのイベントを、署名付きで順番どおりにパートナーアプリのURLへ送信します。'],
  hookName: ['Name of the receiver', '受信側の名前'],
  hookUrl: ['URL', 'URL'],
  hookUrlHelp: ['https, with a public address.', 'httpsで、公開されたアドレスのみ。'],
  hookEvents: ['Events', 'イベント'],
  hookEventsHelp: ['Choose none, in none of the groups, to send all events.', 'どのグループでも何も選ばなければ、すべてのイベントを送信します。'],
  orderKinds: ['Events of orders', '注文のイベント'],
  documentKinds: ['Events of documents and mails', '書類・メールのイベント'],
  settingsKinds: ['Events of settings', '設定のイベント'],
  allEvents: ['All', 'すべて'],
  alertEmail: ['Address for alerts', '警告メールの宛先'],
  alertEmailHelp: ['It is mailed if the webhook is paused because of its receiver. Left empty: the brand’s own address.', '受信側の問題でWebhookが停止したときにメールを送信します。空欄の場合はブランドのアドレス宛です。'],
  brandsAddress: ['The brand’s address', 'ブランドのアドレス'],
  createHook: ['Create Webhook', 'Webhookを作成'],
  editHook: ['Edit Webhook', 'Webhookを編集'],
  noHooks: ['No webhooks yet', 'Webhookはまだありません'],
  hooksAdminsOnly: ['Only admins may see the webhooks.', 'Webhookを閲覧できるのは管理者のみです。'],
  hookActive: ['Active', '有効'],
  hookFailing: ['Failing', '失敗中'],
  hookPaused: ['Paused', '停止中'],
  pausedByAdmin: ['Paused by an admin. Its events are sent after it is resumed.', '管理者が停止しました。再開後にイベントを送信します。'],
  pausedFailing: ['Paused, as the receiver has not accepted an event for 3 days. Mend the receiver, then resume the webhook.', '受信側が3日間イベントを受け付けなかったため停止しました。受信側を直してから再開してください。'],
  pausedGone: ['Paused, as the receiver answered 410 Gone. Check the URL, then resume the webhook.', '受信側が410（Gone）を返したため停止しました。URLを確認してから再開してください。'],
  pausedSince: ['Since', '停止日時'],
  failedAttempts: [n => `${n} failed ${n === '1' ? 'attempt' : 'attempts'}. Later events wait until the receiver accepts this one.`, n => `${n}回失敗しました。受信側が受け付けるまで、後続のイベントは待機します。`],
  nextTry: ['Next attempt', '次回の試行'],
  acceptedUpTo: ['Accepted up to event', '受信済みの最終イベント番号'],
  oldSecretUntil: ['Old secret signs until', '古いシークレットの署名期限'],
  createdBy: [who => `by ${who}`, who => `作成者: ${who}`],
  testHook: ['Send Test Event', 'テスト送信'],
  testIsSent: ['The test event is on its way.', 'テストイベントを送信しています。'],
  pauseHook: ['Pause', '停止'],
  pauseAbout: [name => `No more events are sent to ${name} until it is resumed; then it gets all that it has missed. A request that is on its way may still arrive.`, name => `再開するまで${name}へのイベント送信を停止します。停止中のイベントは再開後にすべて送信します。送信中のリクエストは届くことがあります。`],
  resumeHook: ['Resume', '再開'],
  resumeAbout: [name => `${name} gets all events after the last one that it has accepted, however long ago that was.`, name => `${name}が最後に受け付けたイベントより後のすべてのイベントを、停止期間の長さにかかわらず送信します。`],
  retryHook: ['Try Now', '今すぐ再試行'],
  retryAbout: [name => `${name} gets the event that it has not accepted at once, without waiting for the next attempt.`, name => `次回の試行を待たずに、${name}が受け付けなかったイベントをすぐに送信します。`],
  rotateSecret: ['Rotate Secret', 'シークレットを更新'],
  rotateSecretAbout: [name => `${name} gets a new secret. For 24 hours requests are signed with the new and the old one: change it at the receiver within that time. If the old one is known to others, rotate twice.`, name => `${name}に新しいシークレットを発行します。24時間は新旧両方で署名するので、その間に受信側を変更してください。古いものが漏えいした場合は2回更新してください。`],
  replayHook: ['Replay', '再送信'],
  replayAfter: ['After event', 'このイベント番号より後'],
  replayAfterHelp: ['A number of the history’s chain. 0: all events of the brand.', '履歴の連番です。0の場合はブランドのすべてのイベント。'],
  replayAbout: [name => `All events after this one are sent to ${name}, in order, also those that it has accepted already: it recognises them by the same webhook-id. Newer events wait until then. A paused webhook stays paused.`, name => `このイベントより後のすべてのイベントを順番に${name}へ送信します。受信済みのものも再度届きますが、同じwebhook-idで識別できます。新しいイベントはその後に送信します。停止中のWebhookは停止したままです。`],
  deleteHook: ['Delete Webhook', 'Webhookを削除'],
  deleteHookAbout: [name => `${name} gets no more events, and its deliveries are deleted. This can never be undone.`, name => `${name}にはイベントが送信されなくなり、送信記録も削除されます。取り消せません。`],
  secretTitle: ['Copy the secret now', 'シークレットをコピーしてください'],
  secretAbout: ['The receiver verifies signatures with it. It is shown only this once.', '受信側が署名の検証に使います。表示はこの1回だけです。'],
  secretLabel: ['Secret', 'シークレット'],
  secretLost: ['It was done, but the answer with the secret was lost. Rotate the secret.', '処理は完了しましたが、シークレットを含む応答を受け取れませんでした。シークレットを更新してください。'],
  lastDeliveries: ['Deliveries', '送信記録'],
  deliveriesOf: [name => `Deliveries to ${name}`, name => `${name}への送信記録`],
  noDeliveries: ['Nothing was sent yet.', 'まだ何も送信していません。'],
  newestFirst: ['The last 500 are kept, newest first.', '直近500件を新しい順に表示します。'],
  refreshList: ['Refresh', '更新'],
  sentAt: ['Time', '日時'],
  delivered: ['Delivered', '成功'],
  notDelivered: ['Failed', '失敗'],
  attempt: [n => `attempt ${n}`, n => `${n}回目`],
  httpStatus: ['HTTP', 'HTTP'],
  duration: ['Took', '所要時間'],
  response: ['Response', '応答'],
  testEvent: ['Test event', 'テストイベント'],
})

// The kinds of events in words, beside the name that a receiver gets.
add({
  ORDER_PLACED: ['Order placed', '注文の登録'], ORDER_REJECTED: ['Order rejected', '注文の却下'], ORDER_ARCHIVED: ['Order archived', '注文のアーカイブ'],
  OC_CREATED: ['OC created', 'OCの作成'], OC_UPDATED: ['OC updated', 'OCの更新'], OC_APPROVED: ['OC approved', 'OCの承認'], OC_REFUSED: ['OC refused', 'OCの差し戻し'],
  OC_CONFIRMED: ['OC confirmed', 'OCの確定'], OC_MADE_EDITABLE: ['OC made editable', 'OCを編集可能に変更'], SENT_BACK_TO_CART: ['Sent back to the cart', 'カートへの差し戻し'],
  ORDER_ASSIGNED: ['Order assigned', '担当者の設定'], ORDER_UNASSIGNED: ['Order unassigned', '担当者の解除'], EXTERNAL_REFERENCE_SET: ['External reference set', '外部参照の設定'],
  EXTERNAL_REFERENCE_REMOVED: ['External reference removed', '外部参照の削除'], TAGS_APPLIED: ['Tags applied', 'タグの適用'], BACKLOG_SKUS_CREATED: ['Backlog SKUs created', 'バックログSKUの作成'],
  DELIVERY_NOTE_CREATED: ['Delivery note created', '納品書の作成'], DELIVERY_NOTE_UPDATED: ['Delivery note updated', '納品書の更新'], DELIVERY_NOTE_DELETED: ['Delivery note deleted', '納品書の削除'],
  INVOICE_CREATED: ['Invoice created', '請求書の作成'], INVOICE_ISSUED: ['Invoice issued', '請求書の発行'], INVOICE_VOIDED: ['Invoice voided', '請求書の無効化'], INVOICE_DELETED: ['Invoice deleted', '請求書の削除'],
  NOTIFICATION_RESENT: ['Mail sent again', 'メールの再送'], NOTIFICATION_CANCELLED: ['Mail cancelled', 'メールの取り消し'],
  TAG_CREATED: ['Tag created', 'タグの作成'], TAG_UPDATED: ['Tag updated', 'タグの更新'], TAG_DELETED: ['Tag deleted', 'タグの削除'],
  REJECTION_REASON_CREATED: ['Reason for rejections created', '却下理由の作成'], REJECTION_REASON_UPDATED: ['Reason for rejections updated', '却下理由の更新'],
  BRAND_SETTINGS_UPDATED: ['Settings of the brand updated', 'ブランド設定の更新'], BUYER_CREATED: ['Buyer created', 'バイヤーの作成'], BUYER_UPDATED: ['Buyer updated', 'バイヤーの更新'], BUYER_ERASED: ['Buyer erased', 'バイヤー情報の消去'], SKU_UPDATED: ['SKU updated', 'SKUの更新'],
  API_KEY_CREATED: ['API key created', 'APIキーの作成'], API_KEY_ROTATED: ['API key replaced', 'APIキーの更新'], API_KEY_REVOKED: ['API key revoked', 'APIキーの失効'], USER_SIGNED_OUT: ['User signed out', 'ユーザーのサインアウト'],
  WEBHOOK_CREATED: ['Webhook created', 'Webhookの作成'], WEBHOOK_UPDATED: ['Webhook updated', 'Webhookの更新'], WEBHOOK_SECRET_ROTATED: ['Secret of a webhook rotated', 'Webhookのシークレットの更新'],
  WEBHOOK_PAUSED: ['Webhook paused', 'Webhookの停止'], WEBHOOK_RESUMED: ['Webhook resumed', 'Webhookの再開'], WEBHOOK_DELETED: ['Webhook deleted', 'Webhookの削除'],
  WEBHOOK_TESTED: ['Webhook tested', 'Webhookのテスト'], WEBHOOK_REPLAYED: ['Webhook replayed', 'Webhookの再送信'],
})
/** @type {[string, string[]][]} */
const KINDS = [
  ['orderKinds', [
    'ORDER_PLACED', 'ORDER_REJECTED', 'ORDER_ARCHIVED', 'OC_CREATED', 'OC_UPDATED', 'OC_APPROVED', 'OC_REFUSED', 'OC_CONFIRMED', 'OC_MADE_EDITABLE',
    'SENT_BACK_TO_CART', 'ORDER_ASSIGNED', 'ORDER_UNASSIGNED', 'EXTERNAL_REFERENCE_SET', 'EXTERNAL_REFERENCE_REMOVED', 'TAGS_APPLIED',
  ]],
  ['documentKinds', [
    'BACKLOG_SKUS_CREATED', 'DELIVERY_NOTE_CREATED', 'DELIVERY_NOTE_UPDATED', 'DELIVERY_NOTE_DELETED', 'INVOICE_CREATED', 'INVOICE_ISSUED', 'INVOICE_VOIDED',
    'INVOICE_DELETED', 'NOTIFICATION_RESENT', 'NOTIFICATION_CANCELLED',
  ]],
  ['settingsKinds', [
    'TAG_CREATED', 'TAG_UPDATED', 'TAG_DELETED', 'REJECTION_REASON_CREATED', 'REJECTION_REASON_UPDATED', 'BRAND_SETTINGS_UPDATED', 'BUYER_CREATED', 'BUYER_UPDATED',
    'BUYER_ERASED', 'SKU_UPDATED', 'API_KEY_CREATED', 'API_KEY_ROTATED', 'API_KEY_REVOKED', 'USER_SIGNED_OUT', 'WEBHOOK_CREATED', 'WEBHOOK_UPDATED', 'WEBHOOK_SECRET_ROTATED',
    'WEBHOOK_PAUSED', 'WEBHOOK_RESUMED', 'WEBHOOK_DELETED', 'WEBHOOK_TESTED', 'WEBHOOK_REPLAYED',
  ]],
]
const KNOWN = KINDS.flatMap(([, kinds]) => kinds)
/** A kind that is newer than this page has its name only. */
const kindLabel = kind => (KNOWN.includes(kind) ? t(kind) : kind)
const PAUSES = {BY_ADMIN: 'pausedByAdmin', FAILED_TOO_LONG: 'pausedFailing', GONE: 'pausedGone'}
const PAGE = 20
const WAITS = 30 // seconds for the answer to a test event; a receiver has 15

/** @param {import('./app.js').Shared} props */
export function Screen({search, user, say, failed}) {
  const isAdmin = user.viewer.role === 'ADMIN'
  const [view, show] = useView('webhooks', search)
  const loaded = useLoaded(async signal => (isAdmin ? graphql('Webhooks', {}, signal) : {webhooks: []}), [])
  const [open, setOpen] = useState(/** @type {{kind: string, hook?: any, secret?: string}} */ ({kind: ''}))
  const [test, setTest] = useState('')
  useScreen(t('webhooks'), loaded, failed)
  const close = () => setOpen({kind: ''})
  const done = answer => {
    setOpen(answer.secret ? {kind: 'secret', secret: answer.secret} : {kind: ''})
    answer.secret === null ? say(t('secretLost'), 'no') : say(t('saved'))
    loaded.again()
  }
  const tested = answer => {
    close()
    setTest(answer.deliveryId ?? '')
    say(t('testIsSent'))
    show({of: answer.webhook.id})
  }
  const hooks = loaded.data?.webhooks
  const opener = (kind, label, icon, hook, tone = '') => html`<button type="button" class=${`btn slim ${tone}`} aria-label=${`${label} ${hook.name}`} onClick=${() => setOpen({kind, hook})}><${Icon} name=${icon} />${label}</button>`
  return html`<nav class="crumbs" aria-label=${t('settings')}><ol><li><${Link} to="/console/settings">${t('settings')}<//></li><li>${t('webhooks')}</li></ol></nav>
    <${Heading} title=${t('webhooks')} about=${t('hooksAbout')}>${isAdmin && html`<button type="button" class="btn primary" onClick=${() => setOpen({kind: 'create'})}><${Icon} name="plus" />${t('createHook')}</button>`}<//>
    ${!isAdmin && html`<${Note} tone="out" icon="lock" title=${t('hooksAdminsOnly')} />`}
    ${loaded.error && html`<${Failure} error=${loaded.error} retry=${loaded.again} />`}
    ${!hooks && !loaded.error && html`<${Loading} />`}
    ${isAdmin && hooks?.length === 0 && html`<div class="card empty"><${Icon} name="app" /><h2>${t('noHooks')}</h2></div>`}
    <div class="stack">${hooks?.map(hook => html`<section class="card fold" key=${hook.id} aria-labelledby=${`h-${hook.id}`}>
      <header><h2 id=${`h-${hook.id}`}>${hook.name}</h2><${State} hook=${hook} /></header>
      <div class="in stack"><${Trouble} hook=${hook} zone=${user.zone} />
        <dl class="facts wide-facts"><div><dt>${t('hookUrl')}</dt><dd>${hook.url}</dd></div>
          <div><dt>${t('hookEvents')}</dt><dd>${hook.kinds.length ? hook.kinds.map(kindLabel).join(', ') : t('allEvents')}</dd></div>
          <div><dt>${t('acceptedUpTo')}</dt><dd>#${number(hook.lastSequence)}</dd></div>
          <div><dt>${t('alertEmail')}</dt><dd>${hook.alertEmail ?? t('brandsAddress')}</dd></div>
          <div><dt>${t('created')}</dt><dd><${Time} at=${hook.createdAt} zone=${user.zone} full /> <span class="mute">${t('createdBy', hook.createdBy)}</span></dd></div>
          ${new Date(hook.previousSecretUntil) > new Date() && html`<div><dt>${t('oldSecretUntil')}</dt><dd><${Time} at=${hook.previousSecretUntil} zone=${user.zone} full /></dd></div>`}</dl>
        <div class="row">
          <button type="button" class="btn slim" aria-label=${`${t('lastDeliveries')} ${hook.name}`} aria-expanded=${view.of === hook.id ? 'true' : 'false'} onClick=${() => show({of: view.of === hook.id ? '' : hook.id})}><${Icon} name=${view.of === hook.id ? 'up' : 'down'} />${t('lastDeliveries')}</button>
          ${opener('test', t('testHook'), 'check', hook)}
          ${opener('edit', t('edit'), 'edit', hook)}
          ${hook.status === 'PAUSED' ? opener('resume', t('resumeHook'), 'play', hook) : opener('pause', t('pauseHook'), 'pause', hook)}
          ${hook.status !== 'PAUSED' && hook.failures > 0 && opener('retry', t('retryHook'), 'refresh', hook)}
          ${opener('replay', t('replayHook'), 'back', hook)}
          ${opener('rotate', t('rotateSecret'), 'key', hook)}
          ${opener('delete', t('delete'), 'x', hook, 'danger')}</div></div>
      ${view.of === hook.id && html`<${Deliveries} hook=${hook} zone=${user.zone} awaited=${test} failed=${failed} onRefresh=${loaded.again} />`}</section>`)}</div>
    ${open.kind === 'secret' && html`<${Secret} title=${t('secretTitle')} about=${t('secretAbout')} label=${t('secretLabel')} secret=${open.secret} say=${say} onClose=${close} />`}
    ${FORMS[open.kind] && html`<${FormDialog} ...${FORMS[open.kind](open.hook)} failed=${failed} onDone=${open.kind === 'test' ? tested : done} onClose=${close} />`}`
}

/** @typedef {import('./api.js').Operations['Webhooks']['data']['webhooks'][number]} Hook */

/** @param {Hook} [hook] */
const fieldsOf = hook => [
  {name: 'name', label: t('hookName'), max: 100, value: hook?.name},
  {name: 'url', label: t('hookUrl'), max: 2000, value: hook?.url, help: t('hookUrlHelp')},
  ...KINDS.map(([group, kinds], index) => ({
    name: group, label: t(group), kind: 'checks', help: index === 0 && t('hookEventsHelp'), value: hook?.kinds.filter(each => kinds.includes(each)) ?? [],
    options: kinds.map(kind => ({value: kind, label: html`<span>${t(kind)} <span class="xs mute">${kind}</span></span>`})),
  })),
  {name: 'alertEmail', label: t('alertEmail'), kind: 'email', max: 320, optional: true, value: hook?.alertEmail, help: t('alertEmailHelp')},
]

/** The input's values. Kinds that this page does not know stay as they are. */
function valuesOf({name, url, alertEmail, ...groups}, hook = undefined) {
  const unknown = (hook?.kinds ?? []).filter(each => !KNOWN.includes(each))
  const kinds = [...KINDS.flatMap(([group]) => groups[group]), ...unknown]
  return {name, url, kinds, alertEmail: alertEmail || null}
}

const isSame = (one, other) => JSON.stringify(Array.isArray(one) ? [...one].sort() : one) === JSON.stringify(Array.isArray(other) ? [...other].sort() : other)

const FORMS = {
  create: () => ({operation: 'CreateWebhook', title: t('createHook'), button: t('create'), fields: fieldsOf(), input: values => valuesOf(values)}),
  edit: hook => ({
    operation: 'UpdateWebhook', title: t('editHook'), button: t('save'), fields: fieldsOf(hook),
    // Only what was changed, so that two people do not undo each other's changes.
    input: values => ({webhookId: hook.id, ...Object.fromEntries(Object.entries(valuesOf(values, hook)).filter(([name, value]) => !isSame(value, hook[name])))}),
  }),
  test: hook => plain('TestWebhook', hook, t('testHook'), hook.url),
  pause: hook => plain('PauseWebhook', hook, t('pauseHook'), t('pauseAbout', hook.name)),
  resume: hook => plain('ResumeWebhook', hook, t('resumeHook'), t('resumeAbout', hook.name)),
  retry: hook => plain('ResumeWebhook', hook, t('retryHook'), t('retryAbout', hook.name)),
  rotate: hook => plain('RotateWebhookSecret', hook, t('rotateSecret'), t('rotateSecretAbout', hook.name)),
  delete: hook => ({...plain('DeleteWebhook', hook, t('deleteHook'), t('deleteHookAbout', hook.name)), button: t('delete'), tone: 'final'}),
  replay: hook => ({
    ...plain('ReplayWebhook', hook, t('replayHook'), t('replayAbout', hook.name)),
    fields: [{name: 'after', label: t('replayAfter'), kind: 'number', value: `${hook.lastSequence}`, help: t('replayAfterHelp')}],
    input: ({after}) => ({webhookId: hook.id, after: Number(after)}),
  }),
}

/** A command that needs no more than the webhook. */
const plain = (operation, hook, title, about) => ({operation, title, about, button: title, input: () => ({webhookId: hook.id})})

/** @param {{hook: Hook}} props */
function State({hook}) {
  if (hook.status === 'PAUSED') return html`<span class="badge out"><${Icon} name="pause" />${t('hookPaused')}</span>`
  return hook.failures
    ? html`<span class="badge todo"><${Icon} name="alert" />${t('hookFailing')}</span>`
    : html`<span class="badge ok"><${Icon} name="check" />${t('hookActive')}</span>`
}

/** Why no events arrive, if so. */
/** @param {{hook: Hook, zone: string}} props */
function Trouble({hook, zone}) {
  if (hook.status === 'PAUSED') {
    return html`<${Note} tone=${hook.pauseReason === 'BY_ADMIN' ? 'out' : 'todo'} icon="pause" title=${Object.hasOwn(PAUSES, hook.pauseReason) ? t(PAUSES[hook.pauseReason]) : hook.pauseReason}
      > ${hook.pausedAt && html`<span class="small">${t('pausedSince')} <${Time} at=${hook.pausedAt} zone=${zone} full /></span>`}<//>`
  }
  return hook.failures > 0 && html`<${Note} tone="todo" icon="alert" title=${t('failedAttempts', number(hook.failures))}
    > ${hook.nextTryAt && html`<span class="small">${t('nextTry')} <${Time} at=${hook.nextTryAt} zone=${zone} full /></span>`}<//>`
}

/** The last attempts. `awaited`: the id of one that is shown as soon as the receiver has answered. */
function Deliveries({hook, zone, awaited, failed, onRefresh}) {
  const [turn, setTurn] = useState(/** @type {{before?: string, after?: string}} */ ({}))
  const [waits, setWaits] = useState(0)
  const part = turn.before ? {last: PAGE, before: turn.before} : {first: PAGE, after: turn.after ?? null}
  const loaded = useLoaded(signal => graphql('WebhookDeliveries', {webhookId: hook.id, ...part}, signal), [hook.id, JSON.stringify(part), waits, awaited])
  const page = loaded.data?.webhookDeliveries
  const isAwaited = Boolean(awaited) && waits < WAITS && Boolean(page) && !page.nodes.some(each => each.id === awaited)
  useEffect(() => setWaits(0), [awaited])
  useEffect(() => {
    if (loaded.error) failed(loaded.error)
  }, [loaded.error])
  useEffect(() => {
    if (!isAwaited) return undefined
    const timer = setTimeout(() => setWaits(each => each + 1), 1000)
    return () => clearTimeout(timer)
  }, [isAwaited, waits])
  const refresh = () => {
    setTurn({})
    loaded.again()
    onRefresh()
  }
  if (loaded.error) return html`<div class="in"><${Failure} error=${loaded.error} retry=${loaded.again} /></div>`
  if (!page) return html`<div class="in"><${Loading} /></div>`
  return html`<div class="in row"><h3>${t('deliveriesOf', hook.name)}</h3><button type="button" class="btn slim push" onClick=${refresh}><${Icon} name="refresh" />${t('refreshList')}</button></div>
    ${isAwaited && html`<p class="in small mute" role="status">${t('testIsSent')}</p>`}
    ${page.nodes.length === 0 && !isAwaited && html`<p class="in small mute">${t('noDeliveries')}</p>`}
    ${page.nodes.length > 0 && html`<table class="answers"><caption class="vh">${t('deliveriesOf', hook.name)}</caption>
      <thead><tr><th scope="col">${t('sentAt')}</th><th scope="col">${t('hookEvents')}</th><th scope="col">${t('state')}</th><th scope="col" class="num">${t('httpStatus')}</th><th scope="col" class="num">${t('duration')}</th><th scope="col">${t('response')}</th></tr></thead>
      <tbody>${page.nodes.map(each => html`<tr key=${each.id}><th scope="row"><${Time} at=${each.at} zone=${zone} full /></th>
        <td class="grow">${each.isTest ? t('testEvent') : html`${kindLabel(each.kind)} <span class="xs mute nowrap">#${number(each.sequence)}</span>`}</td>
        <td><span class=${`badge ${each.isDelivered ? 'ok' : 'no'}`}><${Icon} name=${each.isDelivered ? 'check' : 'alert'} />${t(each.isDelivered ? 'delivered' : 'notDelivered')}</span>${each.attempt > 1 && html` <span class="xs mute">${t('attempt', number(each.attempt))}</span>`}</td>
        <td class="num" data-l=${t('httpStatus')}>${each.responseStatus ?? '–'}</td>
        <td class="num" data-l=${t('duration')}>${number(each.milliseconds)} ms</td>
        <td class="full">${each.error && html`<div class="bad">${each.error}</div>`}${each.responseExcerpt && html`<div class="excerpt">${each.responseExcerpt}</div>`}</td></tr>`)}</tbody></table>
      <${Pages} said=${t('newestFirst')} info=${page.pageInfo} onTurn=${setTurn} />`}`
}
