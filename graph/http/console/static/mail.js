// The mail that a command sends: the switch, the words, and a look at it before it goes.

import {graphql} from './api.js'
import {Icon, html, useEffect, useState} from './parts.js'
import {number, t} from './texts.js'

export const MAX_BODY = 10_000
export const PREVIEW_AFTER = 250 // milliseconds without typing

/**
 * Why nobody can be mailed, or ''.
 * @param {import('./api.js').Order['buyer']} buyer
 */
export const nobodyOf = buyer =>
  buyer.isOffline ? t('offlineBuyer') : buyer.emailRecipients.length === 0 ? t('noAddress') : ''

/**
 * The mail with these words, as the buyer will see it; undefined before it is known. `body`: null before anything was
 * typed; then `change` sets the standard text, to start from.
 */
export function useMailPreview({operation, variables, body, isOn, change, failed}) {
  const [preview, setPreview] = useState(undefined)
  useEffect(() => {
    if (!isOn) return undefined
    const cancel = new AbortController()
    const timer = setTimeout(async () => {
      try {
        const {preview: found, standard} = await graphql(operation, {...variables, body: body || null}, cancel.signal)
        setPreview(found && {...found, standard: standard.body})
        // Not over what was typed while this was on its way.
        if (body === null && found) change(now => (typeof now.body === 'string' ? {} : {body: standard.body}))
      } catch (error) {
        if (error.name !== 'AbortError') failed(error) || setPreview(undefined)
      }
    }, preview ? PREVIEW_AFTER : 0)
    return () => {
      clearTimeout(timer)
      cancel.abort()
    }
  }, [body, isOn])
  return preview
}

export const NotifySwitch = ({isOn, nobody, onChange}) => html`<div class="row"><input type="checkbox" role="switch" class="switch" id="notify" checked=${isOn && !nobody} disabled=${Boolean(nobody)} aria-describedby="notify-help"
    onChange=${event => onChange(event.target.checked)} />
  <div><label for="notify">${t('notify')}</label><div class="mute small" id="notify-help">${nobody || t(isOn ? 'notifyOn' : 'notifyOff')}</div></div></div>`

export const MailBody = ({body, buyer, preview, problem, onChange}) => html`<div class="field"><div class="apart"><label for="message">${t('body')}</label>
    <button type="button" class="btn ghost slim" disabled=${!preview} onClick=${() => onChange(preview.standard)}>${t('useStandard')}</button></div>
  <textarea class="input" id="message" rows="5" maxlength=${MAX_BODY} aria-describedby="message-help" value=${body ?? ''} onInput=${event => onChange(event.target.value)} />
  <span class="mute small apart" id="message-help"><span>${t('inBuyersLanguage')}: ${buyer.locale === 'JA' ? '日本語' : 'English'}</span><span class="num">${number(body?.length ?? 0)} / ${number(MAX_BODY)}</span></span>
  ${problem && html`<span class="small field-error">${problem}</span>`}</div>`

/** `nobody`: why nobody is mailed; with '' the switch is off. */
export const MailPane = ({isOn, nobody, buyer, preview, body, offMore}) => html`<section class="pane stack tight" aria-label=${t('asBuyerSees')}>${isOn
  ? html`<div class="apart"><h3>${t('asBuyerSees')}</h3><span class="live">${t('livePreview')}</span></div>
    ${preview && html`<p class="small"><span class="mute">${t('whoReceives')}:</span> <span class="strong">${buyer.name}</span></p>
    <article class="mail" aria-label=${t('asBuyerSees')}><dl><dt>${t('to')}</dt><dd>${preview.to.join(', ') || t('nobody')}</dd><dt>${t('subject')}</dt><dd class="strong">${preview.subject}</dd></dl>
      <div><${Marked} text=${preview.text} words=${body?.trim()} /></div></article>
    ${preview.notices.map(each => html`<p class="small" key=${each.code}>${each.message}</p>`)}`}`
  : html`<div class="empty"><${Icon} name="nomail" /><h3>${t(nobody ? 'nobodyMailed' : 'noMailTitle')}</h3><p class="small">${nobody || offMore}</p></div>`}</section>`

/** The text with the typed words marked in it. */
function Marked({text, words}) {
  const at = words ? text.indexOf(words) : -1
  return at < 0 ? text : html`${text.slice(0, at)}<mark>${words}</mark>${text.slice(at + words.length)}`
}
