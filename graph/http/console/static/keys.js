// The API keys of partner apps: create, replace, revoke. A key's secret is shown once.

import {graphql} from './api.js'
import {FormDialog} from './forms.js'
import {Dialog, Failure, Heading, Icon, Link, Loading, Note, Time, focusOn, html, useLoaded, useScreen, useState} from './parts.js'
import {add, dayAfter, midnight, t} from './texts.js'

add({
  keysAbout: ['For partner apps that use the API.', 'APIを利用するパートナーアプリ用のキーです。'],
  appName: ['Name of the app', 'アプリ名'],
  scopes: ['What it may do', '権限'],
  scopeRead: ['View and export', '閲覧と書き出し'],
  scopeReject: ['Reject orders', '注文の却下'],
  scopeWrite: ['All work on orders', '注文に関するすべての操作'],
  created: ['Created', '作成'],
  lastUsed: ['Last used', '最終使用'],
  expires: ['Expires', '有効期限'],
  expiresHelp: ['The last day. Without one the key is valid until it is revoked.', '最終日。空欄の場合は失効させるまで有効です。'],
  never: ['Never', 'なし'],
  createKey: ['Create API Key', 'APIキーを作成'],
  rotateKey: ['Replace', '更新'],
  rotateAbout: [name => `${name} gets a new key.`, name => `${name}に新しいキーを発行します。`],
  overlap: ['Hours that the old key stays valid', '古いキーを有効にしておく時間（時間）'],
  revokeKey: ['Revoke', '失効'],
  revokeAbout: [name => `${name} can no longer use the API. This can never be undone.`, name => `${name}はAPIを利用できなくなります。取り消せません。`],
  newKeyTitle: ['Copy the key now', 'キーをコピーしてください'],
  newKeyAbout: ['It is shown only this once, and kept nowhere.', '表示はこの1回だけで、どこにも保存されません。'],
  copy: ['Copy', 'コピー'],
  copied: ['Copied.', 'コピーしました。'],
  noKeys: ['No API keys yet', 'APIキーはまだありません'],
  adminsOnly: ['Only admins may see the API keys.', 'APIキーを閲覧できるのは管理者のみです。'],
})

const SCOPES = {ORDERS_READ: 'scopeRead', ORDERS_REJECT: 'scopeReject', ORDERS_WRITE: 'scopeWrite'}

/** @param {import('./app.js').Shared} props */
export function Screen({user, say, failed}) {
  const isAdmin = user.viewer.role === 'ADMIN'
  const loaded = useLoaded(async signal => (isAdmin ? graphql('ApiKeys', {}, signal) : {apiKeys: []}), [])
  const [open, setOpen] = useState(/** @type {{kind: string, key?: any, secret?: string}} */ ({kind: ''}))
  useScreen(t('apiKeys'), loaded, failed)
  const close = () => setOpen({kind: ''})
  const done = answer => {
    setOpen(answer.secret ? {kind: 'secret', secret: answer.secret} : {kind: ''})
    say(t('saved'))
    loaded.again()
  }
  const keys = loaded.data?.apiKeys
  const shared = {failed, onDone: done, onClose: close}
  return html`<nav class="crumbs" aria-label=${t('settings')}><ol><li><${Link} to="/console/settings">${t('settings')}<//></li><li>${t('apiKeys')}</li></ol></nav>
    <${Heading} title=${t('apiKeys')} about=${t('keysAbout')}>${isAdmin && html`<button type="button" class="btn primary" onClick=${() => setOpen({kind: 'create'})}><${Icon} name="plus" />${t('createKey')}</button>`}<//>
    ${!isAdmin && html`<${Note} tone="out" icon="lock" title=${t('adminsOnly')} />`}
    ${loaded.error && html`<${Failure} error=${loaded.error} retry=${loaded.again} />`}
    ${!keys && !loaded.error && html`<${Loading} />`}
    ${isAdmin && keys?.length === 0 && html`<div class="card empty"><${Icon} name="key" /><h2>${t('noKeys')}</h2></div>`}
    ${keys?.length > 0 && html`<div class="frame fold"><table><caption class="vh">${t('apiKeys')}</caption>
      <thead><tr><th scope="col">${t('appName')}</th><th scope="col">${t('scopes')}</th><th scope="col" class="num">${t('created')}</th><th scope="col" class="num">${t('lastUsed')}</th><th scope="col" class="num">${t('expires')}</th><th scope="col"><span class="vh">${t('actions')}</span></th></tr></thead>
      <tbody>${keys.map(each => html`<tr key=${each.id}><th scope="row" class="grow"><span class="strong">${each.name}</span> <span class="xs mute">${each.hint}</span></th>
        <td class="full">${each.scopes.map(scope => t(SCOPES[scope])).join(', ')}</td>
        <td class="num" data-l=${t('created')}><${Time} at=${each.createdAt} zone=${user.zone} full /></td>
        <td class="num" data-l=${t('lastUsed')}>${each.lastUsedAt ? html`<${Time} at=${each.lastUsedAt} zone=${user.zone} full />` : '–'}</td>
        <td class="num" data-l=${t('expires')}>${each.expiresAt ? html`<${Time} at=${each.expiresAt} zone=${user.zone} full />` : t('never')}</td>
        <td class="end"><div class="row ends"><button type="button" class="btn slim" aria-label=${`${t('rotateKey')} ${each.name}`} onClick=${() => setOpen({kind: 'rotate', key: each})}><${Icon} name="refresh" />${t('rotateKey')}</button>
          <button type="button" class="btn slim danger" aria-label=${`${t('revokeKey')} ${each.name}`} onClick=${() => setOpen({kind: 'revoke', key: each})}><${Icon} name="ban" />${t('revokeKey')}</button></div></td></tr>`)}</tbody></table></div>`}
    ${open.kind === 'create' && html`<${FormDialog} title=${t('createKey')} button=${t('create')} operation="CreateApiKey" ...${shared}
      fields=${[
        {name: 'name', label: t('appName'), max: 100},
        {name: 'scopes', label: t('scopes'), kind: 'checks', value: ['ORDERS_READ'], options: Object.entries(SCOPES).map(([value, label]) => ({value, label: t(label)}))},
        {name: 'expiresAt', label: t('expires'), kind: 'date', optional: true, help: t('expiresHelp')},
      ]} input=${({name, scopes, expiresAt}) => ({name, scopes, expiresAt: expiresAt ? midnight(dayAfter(expiresAt, 1), user.zone) : null})} />`}
    ${open.kind === 'rotate' && html`<${FormDialog} title=${t('rotateKey')} about=${t('rotateAbout', open.key.name)} button=${t('rotateKey')} operation="RotateApiKey" ...${shared}
      fields=${[{name: 'overlapHours', label: t('overlap'), kind: 'number', value: '24'}]} input=${({overlapHours}) => ({apiKeyId: open.key.id, overlapHours: Number(overlapHours)})} />`}
    ${open.kind === 'revoke' && html`<${FormDialog} title=${t('revokeKey')} about=${t('revokeAbout', open.key.name)} button=${t('revokeKey')} tone="final" operation="RevokeApiKey" ...${shared} input=${() => ({apiKeyId: open.key.id})} />`}
    ${open.kind === 'secret' && html`<${Secret} title=${t('newKeyTitle')} about=${t('newKeyAbout')} label=${t('apiKeys')} secret=${open.secret} say=${say} onClose=${close} />`}`
}

/** A secret that is shown only now, to be copied. */
export function Secret({title, about, label, secret, say, onClose}) {
  const copy = () => navigator.clipboard?.writeText(secret).then(() => say(t('copied')), () => focusOn('#secret'))
  return html`<${Dialog} label="secret-title" narrow onClose=${() => {}}><form onSubmit=${event => event.preventDefault()}><header><h2 id="secret-title">${title}</h2></header>
    <div class="in stack"><p>${about}</p><input class="input" id="secret" readonly aria-label=${label} value=${secret} data-focus onFocus=${event => event.target.select()} /></div>
    <footer><button type="button" class="btn push" onClick=${copy}>${t('copy')}</button><button type="button" class="btn primary" onClick=${onClose}>${t('close')}</button></footer></form><//>`
}
