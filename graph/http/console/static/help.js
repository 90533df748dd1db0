// The keys, in a dialog.

import {SCREEN_KEYS, shortcuts} from './keyboard.js'
import {Dialog, Icon, html, useState} from './parts.js'
import {add, t} from './texts.js'

add({
  toSearch: ['Go to the search', '検索へ移動'],
  nextRow: ['Next row', '次の行'],
  previousRow: ['Previous row', '前の行'],
  tickRow: ['Tick the row', '行を選択'],
  openRow: ['Open it', '開く'],
  fetchPdf: ['PDF of the order that is shown', '表示中の注文のPDF'],
  fetchExcel: ['Excel file of the order that is shown', '表示中の注文のExcelファイル'],
  rejectShown: ['Reject the order that is shown', '表示中の注文を却下'],
  closeDialog: ['Close a dialog', 'ダイアログを閉じる'],
  thisHelp: ['These keys', 'このヘルプ'],
  goTo: [screen => `Go to ${screen}`, screen => `${screen}へ移動`],
  then: ['then', '続けて'],
  keysAreOn: ['Use single-key shortcuts', '1文字のショートカットを使う'],
  keysAreOnHelp: ['Never while you type. Kept in this browser.', '入力中は動作しません。このブラウザーに保存されます。'],
})

/** `menu`: the viewer's screens. */
export function Help({menu, onClose}) {
  const [areOn, setOn] = useState(shortcuts.areOn)
  const isBuyer = menu.some(([name]) => name === 'carts')
  const rows = [
    [['/'], t('toSearch')],
    [['j'], t('nextRow')],
    [['k'], t('previousRow')],
    [['Enter'], t('openRow')],
    ...(isBuyer ? [] : [[['x'], t('tickRow')], [['r'], t('rejectShown')]]),
    [['p'], t('fetchPdf')],
    [['e'], t('fetchExcel')],
    ...[['', 'orderManagement'], ...menu].map(([name, label]) => [['g', SCREEN_KEYS[name]], t('goTo', t(label))]),
    [['?'], t('thisHelp')],
    [['Esc'], t('closeDialog')],
  ]
  return html`<${Dialog} label="help-title" narrow=${true} onClose=${onClose}>
    <header><h2 id="help-title">${t('shortcuts')}</h2>
      <button type="button" class="btn ghost icon slim push" data-focus="" aria-label=${t('close')} onClick=${onClose}><${Icon} name="x" /></button></header>
    <div class="in stack scrolled" tabindex="0" role="group" aria-labelledby="help-title">
      <dl class="keys">${rows.map(([pressed, label]) => html`<div key=${label}><dt>${pressed.map((each, index) => html`${index > 0 && html` <span class="xs">${t('then')}</span> `}<kbd key=${each}>${each}</kbd>`)}</dt><dd>${label}</dd></div>`)}</dl>
      <div><label class="row"><input type="checkbox" aria-describedby="keys-help" checked=${areOn} onChange=${event => {
        shortcuts.areOn = event.target.checked
        setOn(event.target.checked)
      }} /> ${t('keysAreOn')}</label><span class="mute small" id="keys-help">${t('keysAreOnHelp')}</span></div></div><//>`
}
