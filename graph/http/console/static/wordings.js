// The brand's own wordings of its mails, by kind and language, with a look at the mail before they are saved.

import {graphql, language} from './api.js'
import {FormDialog} from './forms.js'
import {PREVIEW_AFTER} from './mail.js'
import {Failure, Icon, Loading, html, useEffect, useLoaded, useState} from './parts.js'
import {KINDS} from './sent.js'
import {add, t} from './texts.js'

add({
  wordings: ['Wordings of the mails', 'メールの文面'],
  wordingsAbout: ['What the brand says instead of the standard texts.', '標準文の代わりに使うブランドの文面。'],
  standardWording: ['Standard', '標準文'],
  ownWording: [version => `Own, version ${version}`, version => `独自（バージョン${version}）`],
  wordingSubject: ['Subject', '件名'],
  wordingHeading: ['Heading', '見出し'],
  wordingBody: ['Message if none is typed', '本文（入力がない場合）'],
  wordingHelp: ['Left empty: the standard text. Variables: {brand}, {buyer}, {buyerOrderNumber}, {code}, {total}.', '空欄の場合は標準文。変数: {brand}、{buyer}、{buyerOrderNumber}、{code}、{total}'],
  ofNewestOrder: ['The mail about your newest order', '最新の注文での表示'],
})

const LOCALES = [['EN', 'English'], ['JA', '日本語']]
/** @type {[string, string, import('./forms.js').Field['kind'], number][]} */
const TEXTS = [['subject', 'wordingSubject', 'text', 200], ['heading', 'wordingHeading', 'text', 200], ['body', 'wordingBody', 'area', 10_000]]

export function Wordings({isAdmin, say, failed}) {
  const loaded = useLoaded(signal => graphql('Wordings', {}, signal), [])
  const [open, setOpen] = useState(undefined)
  const found = loaded.data?.brandSettings.mailWordings
  const wordingOf = (kind, locale) => found.find(each => each.kind === kind && each.locale === locale) ?? {kind, locale}
  const isOwn = each => TEXTS.some(([name]) => each[name])
  const cell = (each, name) => html`<div class="row">${isOwn(each) ? html`<span class="strong" lang=${each.locale.toLowerCase()}>${t('ownWording', each.version)}</span>` : html`<span class="mute">${t('standardWording')}</span>`}
    ${isAdmin && html`<button type="button" class="btn slim" aria-label=${`${t('edit')} ${name}, ${each.locale}`} onClick=${() => setOpen(each)}><${Icon} name="edit" />${t('edit')}</button>`}</div>`
  return html`<section class="card fold" aria-labelledby="h-wordings"><header><div class="grow"><h2 id="h-wordings">${t('wordings')}</h2><p class="mute small">${t('wordingsAbout')}</p></div></header>
    ${loaded.error && html`<div class="in"><${Failure} error=${loaded.error} retry=${loaded.again} /></div>`}
    ${!found && !loaded.error && html`<div class="in"><${Loading} /></div>`}
    ${found && html`<table><thead><tr><th scope="col">${t('mail')}</th>${LOCALES.map(([locale, name]) => html`<th scope="col" key=${locale} lang=${locale.toLowerCase()}>${name}</th>`)}</tr></thead>
      <tbody>${Object.entries(KINDS[language.get()]).map(([kind, name]) => html`<tr key=${kind}><th scope="row" class="full">${name}</th>
        ${LOCALES.map(([locale, label]) => html`<td key=${locale} data-l=${label}>${cell(wordingOf(kind, locale), name)}</td>`)}</tr>`)}</tbody></table>`}
    ${open && html`<${Form} was=${open} orderId=${loaded.data.orders.nodes[0]?.id} failed=${failed} onClose=${() => setOpen(undefined)} onDone=${async () => {
      await loaded.again()
      setOpen(undefined)
      say(t('saved'))
    }} />`}</section>`
}

function Form({was, orderId, ...shared}) {
  const wordingOf = values => ({kind: was.kind, locale: was.locale, ...Object.fromEntries(TEXTS.map(([name]) => [name, values[name].trim() || null]))})
  const fields = TEXTS.map(([name, label, kind, max]) => ({
    name, label: t(label), kind, max, rows: 6, optional: true, help: name === 'subject' ? t('wordingHelp') : undefined, value: was[name] ?? '',
  }))
  return html`<${FormDialog} title=${`${KINDS[language.get()][was.kind]} (${was.locale})`} button=${t('save')} operation="UpdateBrandSettings" fields=${fields}
    input=${values => ({mailWordings: [wordingOf(values)]})} ...${shared}>${values => orderId && html`<${Preview} orderId=${orderId} wording=${wordingOf(values)} failed=${shared.failed} />`}<//>`
}

function Preview({orderId, wording, failed}) {
  const [shown, setShown] = useState(/** @type {{mail?: {subject: string, text: string}, problem?: string}} */ ({}))
  useEffect(() => {
    const cancel = new AbortController()
    const timer = setTimeout(async () => {
      try {
        setShown({mail: (await graphql('WordingPreview', {orderId, kind: wording.kind, wording}, cancel.signal)).orderMailPreview})
      } catch (error) {
        if (error.name !== 'AbortError') failed(error) || setShown({problem: error.message})
      }
    }, PREVIEW_AFTER)
    return () => {
      clearTimeout(timer)
      cancel.abort()
    }
  }, [JSON.stringify(wording)])
  return html`<section class="stack tight" aria-label=${t('ofNewestOrder')}><h3>${t('ofNewestOrder')}</h3>
    ${shown.problem && html`<p class="small field-error" role="status">${shown.problem}</p>`}
    ${shown.mail && html`<article class="mail" lang=${wording.locale.toLowerCase()}><dl><dt>${t('subject')}</dt><dd class="strong">${shown.mail.subject}</dd></dl><div>${shown.mail.text}</div></article>`}</section>`
}
